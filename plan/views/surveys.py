"""The surveys of a plan: the list, one survey, its values."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.csv_export import csv_response, size_label, write_csv
from plan.caching import public_page
from plan.figure_exports import SURVEY_IN_FILE
from plan.models import Survey
from plan.queries import changed_on
from plan.queries.surveys import survey_list, survey_page, survey_rows
from plan.views.page import Page, plan_or_404

TITLE = "アンケート"


@require_safe
@public_page
def surveys(request: HttpRequest, slug: str) -> HttpResponse:
    plan = plan_or_404(slug)
    page = Page(title=TITLE, plan=plan, cited_as=TITLE, changed_on=changed_on(plan))
    return render(request, "public/plan/surveys.html", page.context(request, surveys=survey_list(plan)))


@require_safe
@public_page
def survey(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    plan = plan_or_404(slug)
    try:
        found = survey_page(plan, number)
    except Survey.DoesNotExist as error:
        raise Http404("このアンケートはありません。") from error
    shown = found.survey
    page = Page(
        title=shown.title,
        plan=plan,
        trail=[(TITLE, reverse("plan:surveys", args=[slug]))],
        neighbours=found.neighbours,
        cited_as=shown.title,
        changed_on=changed_on(plan, shown.get_absolute_url()),
        contents=found.contents,
        edits=shown,
        notes=found.notes,
    )
    csv_size = size_label(len(write_csv(SURVEY_IN_FILE, found.rows)))
    return render(request, "public/plan/survey.html", page.context(request, found=found, csv_size=csv_size))


@require_safe
@public_page
def survey_csv(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    plan = plan_or_404(slug)
    try:
        rows = survey_rows(plan, number)
    except Survey.DoesNotExist as error:
        raise Http404("このアンケートはありません。") from error
    return csv_response(f"plan-{slug}-survey-{number}.csv", SURVEY_IN_FILE, rows)
