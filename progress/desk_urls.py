"""The pages of liaisons, managers, ICT推進課 and the committee: /desk/."""

from django.urls import URLPattern, path  # noqa: F401  # patterns come with their pages

app_name = "desk"

urlpatterns: list[URLPattern] = []
