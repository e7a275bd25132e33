"""The programme that follows a round's, and the actions there that continue its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from programs.models import Action, ActionLineage, Indicator, Program
from progress.enums import ProposalState
from progress.models import Evaluation, EvaluationIndicator, NextYearProposal, Round


@dataclass(frozen=True)
class Parent:
    """An action that a later one continues.

    A silent one gives no part: it ended, and nothing is written about it. Of a declined one the part does not come,
    and its money is not known.
    """

    key: int
    code: str
    is_silent: bool
    is_declined: bool


def is_last_year(round_: Round) -> bool:
    """Whether the next year belongs to the next programme."""
    return round_.year >= round_.program.end_year


def following_program(round_: Round) -> Program | None:
    """The programme in whose first year what the round's last year proposes is done. One query."""
    return _following(round_).first()


def _following(round_: Round) -> QuerySet[Program]:
    """Where there are several (one was made twice), the first."""
    year = round_.year + 1
    return round_.program.successors.filter(start_year__lte=year, end_year__gte=year).order_by("pk")[:1]


def lineages(round_: Round) -> QuerySet[ActionLineage]:
    """To the actions of the following programme that are in force in its first year."""
    year = round_.year + 1
    return ActionLineage.objects.filter(
        Q(action__end_year__isnull=True) | Q(action__end_year__gte=year),
        action__start_year__lte=year,
        action__program=Subquery(_following(round_).values("pk")),
        predecessor__program=round_.program,
    )


def relations(actions: set[int], round_: Round) -> tuple[dict[int, list[Action]], dict[int, list[Parent]]]:
    """Action → the actions that continue it; and each of those → all it continues, in the order of the codes."""
    near = lineages(round_).filter(predecessor__in=actions).values("action")
    year = round_.year + 1
    theirs = NextYearProposal.objects.filter(evaluation__action=OuterRef("predecessor"), year=year)
    written, declined = theirs.filter(ends_action=False), theirs.filter(state=ProposalState.DECLINED)
    rows = lineages(round_).filter(action__in=near).select_related("action__program__plan", "predecessor")
    rows = rows.annotate(is_written=Exists(written), is_declined=Exists(declined))
    heirs: dict[int, list[Action]] = {}
    parents: dict[int, list[Parent]] = {}
    for row in rows.order_by("action__code", "predecessor__code"):
        before = row.predecessor
        is_silent = not before.is_in_force(year) and not row.is_written
        heirs.setdefault(before.pk, []).append(row.action)
        parents.setdefault(row.action_id, []).append(Parent(before.pk, before.code, is_silent, row.is_declined))
    return heirs, parents


@dataclass(frozen=True)
class Heir:
    """An action of the next programme that continues one that is to end: alone, or as one of several."""

    action: Action
    is_alone: bool


def heirs_of_endings(proposals: Sequence[NextYearProposal]) -> dict[int, list[Heir]]:
    """Proposal that ends an action → what continues it in the next programme, by code. One query.

    `proposals` are of one round.
    """
    ending = [proposal for proposal in proposals if proposal.ends_action]
    if not ending or not is_last_year(ending[0].evaluation.round):
        return {}
    heirs, parents = relations({proposal.evaluation.action_id for proposal in ending}, ending[0].evaluation.round)
    return {
        proposal.pk: [Heir(heir, len(parents[heir.pk]) == 1) for heir in heirs.get(proposal.evaluation.action_id, ())]
        for proposal in ending
    }


def leaving_actions(program: Program) -> QuerySet[Any]:
    """The actions (ids) whose accepted 調書 of the programme's last year ends them, while nobody has confirmed that."""
    return NextYearProposal.objects.filter(
        evaluation__action__program=program,
        year=program.end_year + 1,
        ends_action=True,
        state=ProposalState.PROPOSED,
    ).values("evaluation__action")


def baselines_behind(evaluation: Evaluation) -> QuerySet[Any]:
    """Indicators of what continues its action whose baseline is not the `actual` of the 調書 any more.

    An indicator is known by its name and unit there, and its baseline by the year. One query.
    """
    own = EvaluationIndicator.objects.filter(
        evaluation=evaluation, indicator__name=OuterRef("name"), indicator__unit=OuterRef("unit")
    )
    return (
        Indicator.objects.filter(action__lineages__predecessor=evaluation.action_id)
        .filter(Exists(own), baseline_year=evaluation.round.year)
        .annotate(actual=Subquery(own.values("actual")[:1]))
        .filter(Q(actual=None) | ~Q(actual=F("baseline")))
        .select_related("action__program")
        .order_by("action__code", "position")
    )
