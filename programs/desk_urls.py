"""The addresses at which ICT推進課 takes programmes in and out."""

from django.urls import path

from programs.views import importing

app_name = "programs_desk"
urlpatterns = [
    path("", importing.programs, name="programs"),
    path("<slug:slug>/template.xlsx", importing.template, name="template"),
    path("<slug:slug>/export.xlsx", importing.export, name="export"),
    path("<slug:slug>/import/", importing.upload, name="import"),
    path("<slug:slug>/import/<int:number>/", importing.preview, name="preview"),
]
