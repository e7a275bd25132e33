"""The public addresses of the plan. Addresses are for ever: add, never change."""

from django.urls import path, register_converter

from plan import converters
from plan.views import (
    data,
    document,
    figures,
    glossary,
    hierarchy,
    home,
    periods,
    revisions,
    search,
    site,
    surveys,
)

register_converter(converters.NumberConverter, "number")
register_converter(converters.MeasureCodeConverter, "measure")
register_converter(converters.DirectionCodeConverter, "direction")
register_converter(converters.FigureNumberConverter, "figure")

app_name = "plan"


urlpatterns = [
    path("", home.home, name="home"),
    path("search/", search.search, name="search"),
    path("data/", data.data, name="data"),
    path("sitemap/", site.sitemap, name="sitemap"),
    path("sitemap.xml", site.sitemap_xml, name="sitemap_xml"),
    path("sitemap-<number:part>.xml", site.sitemap_part_xml, name="sitemap_part_xml"),
    path("robots.txt", site.robots, name="robots"),
    path("accessibility/", site.accessibility, name="accessibility"),
    path("about/", site.about, name="about"),
    path("gallery/", site.gallery, name="gallery"),
    path("plans/", document.plans, name="plans"),
    path("plans/<slug:slug>/", document.plan, name="plan"),
    path("plans/<slug:slug>/summary/", document.summary, name="summary"),
    path("plans/<slug:slug>/chapters/", hierarchy.cut_short, name="no_chapter"),
    path("plans/<slug:slug>/chapters/<number:chapter>/", document.chapter, name="chapter"),
    path(
        "plans/<slug:slug>/chapters/<number:chapter>/<number:section>/",
        document.section,
        name="section",
    ),
    path("plans/<slug:slug>/policies/", hierarchy.cut_short, name="no_policy"),
    path("plans/<slug:slug>/policies/<number:number>/", hierarchy.policy, name="policy"),
    path("plans/<slug:slug>/measures/", hierarchy.cut_short, name="no_measure"),
    path("plans/<slug:slug>/measures/<measure:code>/", hierarchy.measure, name="measure"),
    path("plans/<slug:slug>/directions/", hierarchy.cut_short, name="no_direction"),
    path("plans/<slug:slug>/directions/<direction:code>/", hierarchy.direction, name="direction"),
    path("plans/<slug:slug>/figures/", figures.figures, name="figures"),
    path("plans/<slug:slug>/figures/<figure:number>/", figures.figure, name="figure"),
    path("plans/<slug:slug>/figures/<figure:number>.csv", figures.figure_csv, name="figure_csv"),
    path("plans/<slug:slug>/surveys/", surveys.surveys, name="surveys"),
    path("plans/<slug:slug>/surveys/<number:number>/", surveys.survey, name="survey"),
    path("plans/<slug:slug>/surveys/<number:number>.csv", surveys.survey_csv, name="survey_csv"),
    path("plans/<slug:slug>/glossary/", glossary.glossary, name="glossary"),
    path("plans/<slug:slug>/glossary/by-number/", glossary.glossary_by_number, name="glossary_by_number"),
    path("plans/<slug:slug>/glossary/<number:number>/", glossary.term, name="term"),
    path("plans/<slug:slug>/glossary.csv", data.glossary_csv, name="glossary_csv"),
    path("plans/<slug:slug>/structure.csv", data.structure_csv, name="structure_csv"),
    path("plans/<slug:slug>/periods/", periods.periods, name="periods"),
    path("plans/<slug:slug>/periods.csv", periods.periods_csv, name="periods_csv"),
    path("plans/<slug:slug>/revisions/", revisions.revisions, name="revisions"),
    path("plans/<slug:slug>/mendings/", revisions.mendings, name="mendings"),
]
