"""The list of rounds, and what opening one would do."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, FilteredRelation, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Department
from programs.models import Action, ActionOwner, Program
from programs.queries.first_of import FirstOf, first_of
from progress.enums import DECIDED, ProposalState, RoundState, Status
from progress.models import Evaluation, MeasureEvaluation, NextYearProposal, Round
from progress.queries.snapshot_rows import UNDECIDED, UNREASONED
from progress.queries.staffing import staffing

SHOWN = 10


@dataclass(frozen=True)
class RoundRow:
    """A round in the list; the counts are those of an open one. `proposed`: what waits to be the next year's plan.

    `blockers` and `unreasoned`: the 調書 and the 施策評価 that will stop a 公表 whose moment is set, as things stand.
    """

    round: Round
    total: int
    decided: int
    proposed: int
    blockers: int
    unreasoned: int


@dataclass(frozen=True)
class RoundBefore:
    """A round of the year before: how many plans for the next one nobody has decided on, and how many of its 調書 are
    not accepted yet, each of which may bring one."""

    round: Round
    proposed: int
    undecided: int


@dataclass(frozen=True)
class OpeningPreview:
    """What pressing the button makes."""

    actions: int
    departments: int
    unplanned: FirstOf
    """Actions without a plan of the year, or with one in which nothing is written."""
    waiting: list[RoundBefore]
    """Those of which plans for this one are to be decided on, or may still come."""
    unstaffed: FirstOf
    """The departments in which nobody fills in, or nobody endorses."""


def listed_rounds(rounds: QuerySet[Round]) -> list[RoundRow]:
    """The newest first. Three queries."""
    listed = rounds.select_related("program", "scale").annotate(unreasoned=Coalesce(Subquery(_unreasoned()), 0))
    found = list(listed.order_by("-year", "slug"))
    open_ones = [round_.pk for round_ in found if round_.state == RoundState.OPEN]
    by_round = Evaluation.objects.filter(round__in=open_ones).order_by().values("round")
    counts: QuerySet[Evaluation, Any] = by_round.annotate(
        total=Count("pk"), decided=Count("pk", filter=Q(status__in=DECIDED))
    )
    if scheduled := [round_.pk for round_ in found if round_.pk in open_ones and round_.publish_at]:
        # Only then: an index holds all the rest.
        counts = counts.annotate(blockers=Count("pk", filter=Q(UNDECIDED, round__in=scheduled)))
    nothing = {"total": 0, "decided": 0, "blockers": 0}
    totals = {row["round"]: nothing | row for row in counts}
    proposed = dict(
        NextYearProposal.objects.filter(state=ProposalState.PROPOSED, evaluation__round__in=found)
        .order_by()
        .values_list("evaluation__round")
        .annotate(count=Count("pk"))
    )
    return [
        RoundRow(
            round_,
            (of := totals.get(round_.pk, nothing))["total"],
            of["decided"],
            proposed.get(round_.pk, 0),
            of["blockers"],
            round_.unreasoned,
        )
        for round_ in found
    ]


def proposed_round() -> tuple[Program, int] | None:
    """The programme and year to prepare next: the earliest year without a round of the newest programme that has
    rounds, else of the newest that is published. None where all their years have one. Two queries."""
    programs = list(Program.objects.select_related("plan").order_by("-start_year", "slug"))
    taken = set(Round.objects.order_by().values_list("program", "year"))
    with_rounds = {program for program, _ in taken}
    in_use = [program for program in programs if program.pk in with_rounds][:1]
    published = [program for program in programs if program.is_public][:1]
    lacking = (
        (program, year) for program in in_use + published for year in program.years if (program.pk, year) not in taken
    )
    return next(lacking, None)


def opening_preview(round_: Round, actions: QuerySet[Action], *, leading_on: datetime.date) -> OpeningPreview:
    """`actions`: those to be opened, for the 課 that lead them on the day.

    Four queries, each as short as with a few actions or close to it.
    """
    leads = ActionOwner.objects.filling_in_on(leading_on).order_by()
    # An action has one plan a year at most: those that have none are the rest. The next programme's begin blank.
    plan = FilteredRelation("years", condition=Q(years__year=round_.year, years__planned_work__gt=""))
    with_plan = actions.annotate(plan=plan)
    unplanned = first_of(with_plan.filter(plan__isnull=True), SHOWN)
    theirs = leads.filter(Exists(actions.order_by().filter(pk=OuterRef("action"))), department=OuterRef("pk"))
    found = staffing(Department.objects.filter(Exists(theirs)), leading_on, SHOWN)
    return OpeningPreview(
        actions=actions.count(),
        departments=found.departments,
        unplanned=unplanned,
        waiting=_waiting_for(round_),
        unstaffed=found.unstaffed,
    )


def _unreasoned() -> QuerySet[MeasureEvaluation, Any]:
    """How many 施策評価 stop the round asked about; nothing where none does, or no moment is set."""
    of_it = MeasureEvaluation.objects.filter(
        UNREASONED, round=OuterRef("pk"), round__state=RoundState.OPEN, round__publish_at__isnull=False
    )
    return of_it.order_by().values("round").annotate(count=Count("pk")).values("count")


def _waiting_for(round_: Round) -> list[RoundBefore]:
    """Rounds of the year before, of the same programme or the one before it. One query."""
    program = round_.program
    before = Round.objects.filter(year=round_.year - 1, program__in=[program.pk, program.predecessor_id])
    proposals = NextYearProposal.objects.filter(state=ProposalState.PROPOSED, year=round_.year)
    # By the states there are: the index of states does not help to find what has another one.
    evaluations = Evaluation.objects.filter(status__in=[status for status in Status if status not in DECIDED])
    counted = before.annotate(proposed=_count(proposals, "evaluation__round"), undecided=_count(evaluations, "round"))
    return [RoundBefore(each, each.proposed, each.undecided) for each in counted if each.proposed or each.undecided]


def _count(rows: QuerySet[Any], round_name: str) -> Coalesce:
    """How many of the rows are of a round, which they call `round_name`."""
    of_round = rows.filter(**{round_name: OuterRef("pk")}).order_by().values(round_name)
    return Coalesce(Subquery(of_round.annotate(count=Count("pk")).values("count")), 0)
