"""The public lists of a published year: actions, departments, corrections, changes; and the record of all years."""

from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from plan.caching import public_page
from plan.prose import TermMarker
from plan.queries.kept import kept_plan, kept_value
from plan.queries.listing import page_of
from plan.queries.plans import published_plans
from plan.views.page import Page
from progress.models import Round
from progress.queries import news
from progress.queries.corrections import marked_views, shown_corrections
from progress.queries.published import PublishedRound, published_round
from progress.queries.result_lists import DEPARTMENTS_A_PAGE, department_results, result_list, result_rows, rows_of
from progress.queries.year_changes import changes_page
from progress.views.public import NO_YEAR, source, trail

DEPARTMENTS, CHANGES = "所管課ごとの結果", "前の年度からの変化"
NO_DEPARTMENT = "この年度に、この所管課の取組はありません。"
CORRECTIONS_A_PAGE = 20


def round_or_404(slug: str) -> PublishedRound:
    try:
        return published_round(slug)
    except Round.DoesNotExist as error:
        raise Http404(NO_YEAR) from error


def _page(published: PublishedRound, title: str, *links: tuple[str, str]) -> Page:
    named = f"{title}（{published.year_label}）"
    return Page(
        title=named,
        plan=published.plan,
        trail=[*trail(published), *links],
        cited_as=named,
        source=source(published, published.corrected_at),
        changed_on=published.changed_on,
    )


@require_safe
@public_page
def actions(request: HttpRequest, slug: str) -> HttpResponse:
    try:
        found = result_list(slug, request.GET)
    except Round.DoesNotExist as error:
        raise Http404(NO_YEAR) from error
    page = _page(found.published, "取組の一覧")
    return render(request, "public/progress/actions.html", page.context(request, page=found))


@require_safe
def cut_short(request: HttpRequest, slug: str) -> HttpResponse:
    """The address of a measure without its code leads to the year, which lists them."""
    return redirect(round_or_404(slug).round, permanent=True)


@require_safe
@public_page
def departments(request: HttpRequest, slug: str) -> HttpResponse:
    published = round_or_404(slug)
    found = kept_value(f"progress:department_results:{slug}", lambda: department_results(published))
    own = {"published": published, "page": page_of(found, request.GET.get("page"), DEPARTMENTS_A_PAGE)}
    return render(request, "public/progress/departments.html", _page(published, DEPARTMENTS).context(request, **own))


@require_safe
@public_page
def department(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    published = round_or_404(slug)
    code = code.replace("\x00", "")
    found = department_results(published, code)
    if not found:
        raise Http404(NO_DEPARTMENT)
    shown = page_of(rows_of(published).filter(department__code=code).order_by("code"), request.GET.get("page"))
    page = _page(published, f"{found[-1].name}の結果", (DEPARTMENTS, reverse("progress:departments", args=[slug])))
    own = {"published": published, "departments": found, "page": shown, "rows": result_rows(published, shown)}
    return render(request, "public/progress/department.html", page.context(request, **own))


@require_safe
@public_page
def corrections(request: HttpRequest, slug: str) -> HttpResponse:
    published = round_or_404(slug)
    rows = shown_corrections().filter(publication__round=published.round)
    shown = page_of(rows, request.GET.get("page"), CORRECTIONS_A_PAGE)
    marker = TermMarker(kept_plan(published.plan.slug).glossary)
    own = {"published": published, "page": shown, "corrections": marked_views(shown, marker)}
    page = replace(_page(published, "正誤表"), notes=marker.used_terms)
    return render(request, "public/progress/corrections.html", page.context(request, **own))


@require_safe
@public_page
def changes(request: HttpRequest, slug: str) -> HttpResponse:
    """`?kind=` lists one kind of change, `?page=` the rest of it."""
    try:
        found = changes_page(slug, request.GET.get("kind", ""), request.GET.get("page"))
    except Round.DoesNotExist as error:
        raise Http404(NO_YEAR) from error
    page = _page(found.published, CHANGES)
    return render(request, "public/progress/changes.html", page.context(request, page=found))


@require_safe
@public_page
def history(request: HttpRequest) -> HttpResponse:
    """Every 公表, 追加公表 and 訂正 of all years; `?page=` the older ones."""
    found = news.record(request.GET.get("page"))
    changed_on = timezone.localdate(found.changed_at) if found.changed_at else None
    page = Page(title=news.RECORD, plan=None, trail=trail(), changed_on=changed_on)
    own = {"record": found, "plans": list(published_plans())}
    return render(request, "public/progress/history.html", page.context(request, **own))
