"""The public addresses of programmes. Addresses are for ever: add, never change."""

from django.urls import path, register_converter

import plan.urls  # noqa: F401 registers the codes of measures and directions
from programs import converters
from programs.views import public, public_files

register_converter(converters.ActionCodeConverter, "action_code")

app_name = "programs"

urlpatterns = [
    path("", public.programs, name="programs"),
    path("<slug:slug>/", public.program, name="program"),
    path("<slug:slug>/actions.csv", public_files.actions_csv, name="actions_csv"),
    path("<slug:slug>/years.csv", public_files.years_csv, name="years_csv"),
    path("<slug:slug>/indicators.csv", public_files.indicators_csv, name="indicators_csv"),
    path("<slug:slug>/actions/", public.cut_short, name="no_action"),
    path("<slug:slug>/actions/<action_code:code>/", public.action, name="action"),
    path("<slug:slug>/departments/", public.departments, name="departments"),
    path("<slug:slug>/departments/<path:code>/", public.department, name="department"),
    path("<slug:slug>/directions/", public.cut_short, name="no_direction"),
    path("<slug:slug>/directions/<direction:code>/", public.direction, name="direction"),
]
