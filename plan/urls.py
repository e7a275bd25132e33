"""The public addresses of the plan. Addresses are for ever: add, never change."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path, register_converter

from plan import converters

register_converter(converters.NumberConverter, "number")
register_converter(converters.MeasureCodeConverter, "measure")
register_converter(converters.DirectionCodeConverter, "direction")
register_converter(converters.FigureNumberConverter, "figure")

app_name = "plan"


def _view(dotted: str) -> Callable[..., HttpResponse]:
    """While the views are being written side by side: look them up when they are called."""
    module, name = dotted.rsplit(".", 1)

    def view(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = getattr(import_module(f"plan.views.{module}"), name)(request, **kwargs)
        return response

    return view


urlpatterns = [
    path("", _view("home.home"), name="home"),
    path("search/", _view("search.search"), name="search"),
    path("data/", _view("data.data"), name="data"),
    path("sitemap/", _view("site.sitemap"), name="sitemap"),
    path("sitemap.xml", _view("site.sitemap_xml"), name="sitemap_xml"),
    path("robots.txt", _view("site.robots"), name="robots"),
    path("accessibility/", _view("site.accessibility"), name="accessibility"),
    path("about/", _view("site.about"), name="about"),
    path("plans/", _view("document.plans"), name="plans"),
    path("plans/<slug:slug>/", _view("document.plan"), name="plan"),
    path("plans/<slug:slug>/summary/", _view("document.summary"), name="summary"),
    path("plans/<slug:slug>/chapters/<number:chapter>/", _view("document.chapter"), name="chapter"),
    path(
        "plans/<slug:slug>/chapters/<number:chapter>/<number:section>/",
        _view("document.section"),
        name="section",
    ),
    path("plans/<slug:slug>/policies/<number:number>/", _view("hierarchy.policy"), name="policy"),
    path("plans/<slug:slug>/measures/<measure:code>/", _view("hierarchy.measure"), name="measure"),
    path("plans/<slug:slug>/directions/<direction:code>/", _view("hierarchy.direction"), name="direction"),
    path("plans/<slug:slug>/figures/", _view("figures.figures"), name="figures"),
    path("plans/<slug:slug>/figures/<figure:number>/", _view("figures.figure"), name="figure"),
    path("plans/<slug:slug>/figures/<figure:number>.csv", _view("figures.figure_csv"), name="figure_csv"),
    path("plans/<slug:slug>/surveys/", _view("surveys.surveys"), name="surveys"),
    path("plans/<slug:slug>/surveys/<number:number>/", _view("surveys.survey"), name="survey"),
    path("plans/<slug:slug>/surveys/<number:number>.csv", _view("surveys.survey_csv"), name="survey_csv"),
    path("plans/<slug:slug>/glossary/", _view("glossary.glossary"), name="glossary"),
    path("plans/<slug:slug>/glossary/by-number/", _view("glossary.glossary_by_number"), name="glossary_by_number"),
    path("plans/<slug:slug>/glossary/<number:number>/", _view("glossary.term"), name="term"),
    path("plans/<slug:slug>/glossary.csv", _view("data.glossary_csv"), name="glossary_csv"),
    path("plans/<slug:slug>/structure.csv", _view("data.structure_csv"), name="structure_csv"),
    path("plans/<slug:slug>/periods/", _view("periods.periods"), name="periods"),
    path("plans/<slug:slug>/periods.csv", _view("periods.periods_csv"), name="periods_csv"),
    path("plans/<slug:slug>/revisions/", _view("revisions.revisions"), name="revisions"),
    path("plans/<slug:slug>/mendings/", _view("revisions.mendings"), name="mendings"),
]
