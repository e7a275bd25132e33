"""The public addresses of the progress. Addresses are for ever: add, never change."""

from django.urls import path

import programs.urls  # noqa: F401 registers the codes of actions, and those of the plan
from progress.views import public, public_files, public_lists, public_papers

app_name = "progress"

urlpatterns = [
    path("", public.progress, name="progress"),
    path("feed.xml", public_files.feed_xml, name="feed_xml"),
    path("history/", public_lists.history, name="history"),  # no year has this address: models.round.RESERVED
    path("<slug:slug>/", public.year, name="year"),
    path("<slug:slug>/first/", public.year_first, name="year_first"),
    path("<slug:slug>/report.pdf", public_papers.report_pdf, name="report_pdf"),
    path("<slug:slug>/measures.csv", public_files.measures_csv, name="measures_csv"),
    path("<slug:slug>/measures/", public_lists.cut_short, name="no_measure"),
    path("<slug:slug>/measures/<measure:code>/", public.measure, name="measure"),
    path("<slug:slug>/measures/<measure:code>/first/", public.measure_first, name="measure_first"),
    path("<slug:slug>/actions/", public_lists.actions, name="actions"),
    path("<slug:slug>/actions.csv", public_files.actions_csv, name="actions_csv"),
    path("<slug:slug>/results.csv", public_files.results_csv, name="results_csv"),
    path("<slug:slug>/codes.csv", public_files.codes_csv, name="codes_csv"),
    path("<slug:slug>/dictionary.csv", public_files.entries_csv, name="entries_csv"),
    path("<slug:slug>/data.xlsx", public_files.data_xlsx, name="data_xlsx"),
    path("<slug:slug>/actions/<action_code:code>/", public.action, name="action"),
    path("<slug:slug>/actions/<action_code:code>/first/", public.action_first, name="action_first"),
    path("<slug:slug>/departments/", public_lists.departments, name="departments"),
    path("<slug:slug>/departments/<path:code>/", public_lists.department, name="department"),
    path("<slug:slug>/corrections/", public_lists.corrections, name="corrections"),
    path("<slug:slug>/changes/", public_lists.changes, name="changes"),
]
