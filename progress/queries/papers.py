"""What may be made as a paper, and what was made."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.paginator import Page
from django.db.models import Count, Max, Prefetch, QuerySet
from django.db.models.functions import Coalesce

from accounts.models import Department
from plan.models import Measure, Plan, Revision
from plan.queries.listing import page_of
from progress.enums import PaperKind, PaperState
from progress.models import Evaluation, Paper, PaperForm, PaperRequest, Round
from progress.queries.published import PublishedRound

NEWEST_REQUESTS = 5
_ENDED = (PaperState.MADE, PaperState.FAILED)


@dataclass(frozen=True)
class PapersPage:
    """`departments` are those whose 調書 somebody may print; `printable`: the rounds in which any of them has 調書."""

    rounds: tuple[Round, ...]
    plans: tuple[Plan, ...]
    departments: tuple[Department, ...]
    printable: tuple[tuple[Round, tuple[Department, ...]], ...]
    forms: tuple[PaperForm, ...]
    page: Page[Paper]


def papers_page(
    papers: QuerySet[Paper], rounds: QuerySet[Round], departments: QuerySet[Department], number: str, *, is_staff: bool
) -> PapersPage:
    """Those that somebody asked for of late come first. At most seven queries."""
    found, theirs = tuple(rounds.select_related("program").order_by("-year", "slug")), tuple(departments)
    asked_at = Coalesce(Max("requests__at"), "ordered_at")
    listed = papers.select_related("plan", "round__program").annotate(
        asked_at=asked_at, request_count=Count("requests")
    )
    return PapersPage(
        rounds=found,
        plans=tuple(Plan.objects.published().order_by("-start_year")) if is_staff else (),
        departments=theirs,
        printable=() if is_staff else _printable(found, theirs),
        forms=tuple(PaperForm.objects.select_related("changed_by")) if is_staff else (),
        page=page_of(listed.prefetch_related(_newest_requests()).order_by("-asked_at", "-pk"), number),
    )


def _printable(
    rounds: Sequence[Round], departments: Sequence[Department]
) -> tuple[tuple[Round, tuple[Department, ...]], ...]:
    """Each round with those of the departments that have 調書 in it, where there are any. One query."""
    evaluations = Evaluation.objects.filter(round__in=rounds, department__in=departments).order_by()
    pairs = set(evaluations.values_list("round", "department").distinct())
    told = ((round_, tuple(each for each in departments if (round_.pk, each.pk) in pairs)) for round_ in rounds)
    return tuple((round_, theirs) for round_, theirs in told if theirs)


def with_requests() -> Prefetch:
    """Who asked for a paper, the newest first. One query."""
    return Prefetch("requests", PaperRequest.objects.select_related("by"))


def _newest_requests() -> Prefetch:
    """The same for a list, as `newest_requests` of each paper: no more than are shown."""
    return Prefetch("requests", PaperRequest.objects.select_related("by")[:NEWEST_REQUESTS], to_attr="newest_requests")


def measures_of(round_: Round) -> list[Measure]:
    """The 施策 of a round's plan in their order. One query."""
    rows = Measure.objects.filter(policy__plan=round_.program.plan_id).select_related("policy")
    return list(rows.order_by("policy__number", "number"))


def yearly_paper(published: PublishedRound) -> Paper | None:
    """The yearly report with what is published now, made or failed; None where it is still to be made. One query."""
    rows = Paper.objects.filter(round=published.round, kind=PaperKind.YEARLY, state__in=_ENDED)
    return _usable(rows.order_by("-ordered_at", "-pk").first(), published.corrected_at or published.round.published_at)


def plan_paper(plan: Plan) -> Paper | None:
    """The plan itself as it is now, made or failed; None where it is still to be made. Two queries."""
    rows = Paper.objects.filter(plan=plan, kind=PaperKind.PLAN, state__in=_ENDED)
    return _usable(rows.order_by("-ordered_at", "-pk").first(), plan_changed_at(plan))


def plan_changed_at(plan: Plan) -> datetime.datetime | None:
    """When the text of the plan was changed last; None where it never was. One query."""
    return Revision.objects.filter(plan=plan).aggregate(newest=Max("made_at"))["newest"]


def _usable(paper: Paper | None, changed_at: datetime.datetime | None) -> Paper | None:
    """The paper, unless its content was changed after its making began."""
    if paper is None or changed_at is None:
        return paper
    return paper if (paper.started_at or paper.ordered_at) >= changed_at else None
