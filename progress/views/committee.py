"""/desk/committee/: what staff released, read-only, for 推進本部 and 総務委員会 — and for staff, as those see it."""

from collections.abc import Iterable

from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.gates import requires
from accounts.permissions import Permission
from progress.models import Evaluation, Round
from progress.permissions import papers_for_committee
from progress.queries.committee import released_round
from progress.queries.filling import entries_of
from progress.queries.first_frame import with_first_frame
from progress.queries.left_out import left_out_count
from progress.queries.measure_rollups import (
    MeasureRow,
    MeasureSums,
    actions_page,
    grade_counts,
    measure_rows,
    sums_by_measure,
)
from progress.views.round_books import committee_book_of
from progress.views.round_measures import Code, measure_or_404


def _released() -> QuerySet[Round]:
    """With the papers that were released, as `released_papers`, and the words in which they were published."""
    papers = Prefetch("papers", papers_for_committee(), to_attr="released_papers")
    rounds = Round.objects.filter(released_at__isnull=False)
    return with_first_frame(rounds.for_reports().prefetch_related(papers, "scale__entries"))


def _readable(round_: Round) -> QuerySet[Evaluation]:
    return Evaluation.objects.filter(round=round_, status__in=round_.decided_states)


def _round_or_404(slug: str) -> Round:
    found = _released().filter(slug=slug).first()
    if found is None:
        raise Http404("会議に公開された評価年度ではありません。")
    return found


@require_safe
@never_cache
@requires(Permission.READ_COMMITTEE_PAPERS)
def committee(request: HttpRequest) -> HttpResponse:
    return render(request, "desk/committee/rounds.html", {"rounds": _released().order_by("-year", "slug")})


@require_safe
@never_cache
@requires(Permission.READ_COMMITTEE_PAPERS)
def committee_round(request: HttpRequest, slug: str) -> HttpResponse:
    """GET page (of the 調書)."""
    round_ = _round_or_404(slug)
    found = released_round(round_, _readable(round_), request.GET.get("page", ""))
    context = {
        "round": round_,
        "measures": found.measures,
        "unrated": sum(row.evaluation.rating is None for row in found.measures),
        "page": found.page,
        "left_out": found.left_out,
        "confirmed": sum(row.sums.decided.total for row in found.measures),
        "total": sum(row.sums.total for row in found.measures),
        "book_actions": _actions_in_book(round_, found.measures),
    }
    return render(request, "desk/committee/round.html", context)


def _actions_in_book(round_: Round, measures: Iterable[MeasureRow]) -> int:
    """How many actions the workbook holds; 0 while there is something in it that is not for the committee yet.

    It is theirs when every 調書 is decided, or when the round is public.
    """
    sums = [row.sums for row in measures]
    total, decided = sum(each.total for each in sums), sum(each.decided.total for each in sums)
    return total if round_.is_published or decided == total else 0


@require_safe
@never_cache
@requires(Permission.READ_COMMITTEE_PAPERS)
def committee_xlsx(request: HttpRequest, slug: str) -> HttpResponse:
    """The committee's workbook; itself on record. Until everything in it is for the committee, there is none."""
    round_ = _round_or_404(slug)
    if not _actions_in_book(round_, measure_rows(round_)):
        raise Http404("確認が済んでいない調書があるため、委員会用の表はまだありません。")
    return committee_book_of(request, round_)


@require_safe
@never_cache
@requires(Permission.READ_COMMITTEE_PAPERS)
def committee_measure(request: HttpRequest, slug: str, code: Code) -> HttpResponse:
    """GET page (of the actions)."""
    round_ = _round_or_404(slug)
    found = measure_or_404(round_, code)
    sums = sums_by_measure(round_, measure=found.measure_id).get(found.measure_id, MeasureSums())
    context = {
        "round": round_,
        "evaluation": found,
        "sums": sums,
        "left_out": left_out_count(round_, found.measure_id),
        "grades": grade_counts(sums, entries_of(round_)),
        "page": actions_page(_readable(round_), found.measure_id, request.GET.get("page", "")),
    }
    return render(request, "desk/committee/measure.html", context)
