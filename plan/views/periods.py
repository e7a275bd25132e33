"""The related plans of a plan with their periods."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.csv_export import size_label
from plan.caching import public_page
from plan.exports import PERIODS
from plan.queries import changed_on
from plan.queries.figure_pages import periods_page
from plan.views.page import Page, plan_or_404

TITLE = "関連する計画と期間"


@require_safe
@public_page
def periods(request: HttpRequest, slug: str) -> HttpResponse:
    plan = plan_or_404(slug)
    found = periods_page(plan)
    page = Page(
        title=TITLE,
        plan=plan,
        cited_as=TITLE,
        changed_on=changed_on(plan, reverse("plan:periods", args=[slug])),
        contents=[("chart", "期間の図", 2), *((group.anchor, group.label, 2) for group in found.groups)],
        notes=found.notes,
    )
    size = size_label(len(PERIODS.content(plan)))
    return render(request, "public/plan/periods.html", page.context(request, found=found, csv_size=size))


@require_safe
@public_page
def periods_csv(request: HttpRequest, slug: str) -> HttpResponse:
    return PERIODS.response(plan_or_404(slug))
