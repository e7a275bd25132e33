"""The figures of a plan: all captions, one figure, its data."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.csv_export import csv_response
from plan.caching import public_page
from plan.models import Figure
from plan.queries import changed_on
from plan.queries.figure_pages import figure_list, figure_page
from plan.queries.figures import drawable_figures, figure_content
from plan.views.page import Page, plan_or_404

TITLE = "図の一覧"


@require_safe
@public_page
def figures(request: HttpRequest, slug: str) -> HttpResponse:
    plan = plan_or_404(slug)
    listed = figure_list(plan, request.GET.get("chapter", ""))
    page = Page(
        title=TITLE,
        plan=plan,
        cited_as=TITLE,
        changed_on=changed_on(plan),
        contents=[(group.anchor, group.heading, 2) for group in listed.shown],
    )
    return render(request, "public/plan/figures.html", page.context(request, listed=listed))


@require_safe
@public_page
def figure(request: HttpRequest, slug: str, number: str) -> HttpResponse:
    plan = plan_or_404(slug)
    try:
        found = figure_page(plan, number)
    except Figure.DoesNotExist as error:
        raise Http404("この図はありません。") from error
    shown = found.figure
    page = Page(
        title=shown.caption,
        plan=plan,
        trail=[(TITLE, reverse("plan:figures", args=[slug]))],
        neighbours=found.neighbours,
        cited_as=shown.caption,
        changed_on=changed_on(plan, shown.get_absolute_url()),
        edits=shown,
    )
    return render(request, "public/plan/figure.html", page.context(request, found=found))


@require_safe
@public_page
def figure_csv(request: HttpRequest, slug: str, number: str) -> HttpResponse:
    plan = plan_or_404(slug)
    shown = drawable_figures(plan).filter(number=number).first()
    content = figure_content(shown, plan) if shown else None
    if content is None or not content.rows:
        raise Http404("この図のデータはありません。")
    return csv_response(f"plan-{slug}-figure-{number}.csv", content.columns, content.rows)
