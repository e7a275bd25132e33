"""The related plans of a plan with their periods."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from plan.caching import public_page
from plan.csv_export import csv_response, size_label, write_csv
from plan.figure_exports import PERIODS_IN_FILE
from plan.queries import changed_on
from plan.queries.figure_pages import periods_page
from plan.queries.figures import period_rows
from plan.views.page import Page, plan_or_404

TITLE = "関連する計画と期間"


@require_safe
@public_page
def periods(request: HttpRequest, slug: str) -> HttpResponse:
    plan = plan_or_404(slug)
    rows = period_rows(plan)
    found = periods_page(plan)
    page = Page(
        title=TITLE,
        plan=plan,
        cited_as=TITLE,
        changed_on=changed_on(plan, reverse("plan:periods", args=[slug])),
        contents=[("chart", "期間の図", 2), *((group.anchor, group.label, 2) for group in found.groups)],
        notes=found.notes,
    )
    size = size_label(len(write_csv(PERIODS_IN_FILE, rows)))
    return render(request, "public/plan/periods.html", page.context(request, found=found, csv_size=size))


@require_safe
@public_page
def periods_csv(request: HttpRequest, slug: str) -> HttpResponse:
    plan = plan_or_404(slug)
    return csv_response(f"plan-{slug}-periods.csv", PERIODS_IN_FILE, period_rows(plan))
