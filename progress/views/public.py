"""The public pages of the progress: published snapshots and nothing else."""

import datetime
from collections.abc import Callable
from dataclasses import replace

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from plan.caching import public_page
from plan.fiscal import date_label
from plan.queries.plans import Link
from plan.views.page import Page, Source
from progress.models import Round
from progress.queries.papers import yearly_paper
from progress.queries.published import PublishedRound
from progress.queries.result_pages import evaluation_page, measure_page
from progress.queries.years import YearPage, first_year_page, progress_of_plans, year_page
from progress.year_files import files_of

PROGRESS, PLANS = "進捗", "プランの進捗"
AS_FIRST = "（公表した当初の内容）"
NO_YEAR = "この年度の結果は、公表していません。"


def trail(*below: PublishedRound) -> list[Link]:
    """The breadcrumbs down to the year."""
    return [(PROGRESS, reverse("progress:progress")), *(published.link for published in below)]


def source(published: PublishedRound, corrected_at: datetime.datetime | None) -> Source:
    """What the pages of a year are cited from: its results, and when what is shown was corrected last (None: never)."""
    moments = [(published.round.published_at, "公表"), (corrected_at, "訂正・追加")]
    dated = "、".join(f"{date_label(timezone.localdate(at))}{deed}" for at, deed in moments if at)
    return Source(f"{published.program_title} {published.title}", dated, published.is_sample)


@require_safe
@public_page
def progress(request: HttpRequest) -> HttpResponse:
    plans = progress_of_plans()
    page = Page(title=PLANS, plan=None)
    if plans:
        newest, plan = plans[0].newest.published, plans[0].plan
        cited = f"{plan.full_title}の進捗"
        of_all = replace(
            source(newest, newest.corrected_at), title=cited, is_sample=any(each.is_sample for each in plans)
        )
        page = replace(page, plan=plan, cited_as=cited, source=of_all, changed_on=newest.changed_on)
    return render(request, "public/progress/progress.html", page.context(request, plans=plans))


@require_safe
@public_page
def year(request: HttpRequest, slug: str) -> HttpResponse:
    found = _year_or_404(year_page, slug)
    published = found.published
    cited_from = source(published, published.corrected_at)
    page = Page(
        title=published.title,
        plan=published.plan,
        trail=trail(),
        neighbours=found.neighbours,
        cited_as=cited_from.title,
        source=cited_from,
        changed_on=published.changed_on,
    )
    own = {"paper": yearly_paper(published), "files": files_of(published, found.whole.total)}
    return render(request, "public/progress/year.html", page.context(request, page=found, **own))


@require_safe
@public_page
def year_first(request: HttpRequest, slug: str) -> HttpResponse:
    """As first published; marked as such, whatever was corrected since."""
    found = _year_or_404(first_year_page, slug)
    published = found.published
    page = Page(
        title=f"{published.title}{AS_FIRST}",
        plan=published.plan,
        trail=trail(published),
        cited_as=f"{published.title}{AS_FIRST}",
        source=source(published, None),
        changed_on=published.published_on,
    )
    return render(request, "public/progress/year.html", page.context(request, page=found))


def _year_or_404(read: Callable[[str], YearPage], slug: str) -> YearPage:
    try:
        return read(slug)
    except Round.DoesNotExist as error:
        raise Http404(NO_YEAR) from error


@require_safe
@public_page
def measure(request: HttpRequest, slug: str, code: tuple[int, ...]) -> HttpResponse:
    return _measure(request, slug, code, first=False)


@require_safe
@public_page
def measure_first(request: HttpRequest, slug: str, code: tuple[int, ...]) -> HttpResponse:
    return _measure(request, slug, code, first=True)


def _measure(request: HttpRequest, slug: str, code: tuple[int, ...], *, first: bool) -> HttpResponse:
    try:
        found = measure_page(slug, code, first=first, page=request.GET.get("page"))
    except ObjectDoesNotExist as error:
        raise Http404(NO_YEAR) from error
    title = f"{found.row}の評価（{found.published.year_label}）"
    named = f"{title}{AS_FIRST}" if first else title
    page = Page(
        title=named,
        plan=found.plan,
        trail=trail(found.published),
        neighbours=None if first else found.neighbours,
        cited_as=named,
        source=source(found.published, found.corrected_at),
        changed_on=found.changed_on,
        notes=found.notes,
    )
    return render(request, "public/progress/measure.html", page.context(request, page=found, heading=title))


@require_safe
@public_page
def action(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    return _action(request, slug, code, first=False)


@require_safe
@public_page
def action_first(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """As first published; marked as such, whatever was corrected since."""
    return _action(request, slug, code, first=True)


def _action(request: HttpRequest, slug: str, code: str, *, first: bool) -> HttpResponse:
    try:
        found = evaluation_page(slug, code, first=first)
    except ObjectDoesNotExist as error:
        raise Http404("この取組の結果は、公表していません。") from error
    title = f"{found.title}の評価（{found.published.year_label}）"
    named = f"{title}{AS_FIRST}" if first else title
    page = Page(
        title=named,
        plan=found.plan,
        trail=[
            *trail(found.published),
            ("取組の一覧", reverse("progress:actions", args=[slug])),
        ],
        cited_as=named,
        source=source(found.published, found.corrected_at),
        changed_on=found.changed_on,
        contents=found.contents,
        notes=found.notes,
    )
    return render(request, "public/progress/action.html", page.context(request, page=found))
