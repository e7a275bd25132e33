"""The public addresses of the progress. Addresses are for ever: add, never change."""

from django.urls import path

from progress.views import public

app_name = "progress"

urlpatterns = [
    path("<slug:slug>/", public.year, name="year"),
]
