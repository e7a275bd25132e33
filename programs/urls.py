"""The public addresses of programmes. Addresses are for ever: add, never change."""

from django.urls import path, register_converter

from programs import converters
from programs.views import public

register_converter(converters.ActionCodeConverter, "action_code")

app_name = "programs"

urlpatterns = [
    path("<slug:slug>/", public.program, name="program"),
    path("<slug:slug>/actions/<action_code:code>/", public.action, name="action"),
]
