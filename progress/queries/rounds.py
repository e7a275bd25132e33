"""The list of rounds, and what opening one would do."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from programs.enums import OwnerKind
from programs.models import Action, ActionOwner
from progress.enums import DECIDED, RoundState
from progress.models import Evaluation, Round


@dataclass(frozen=True)
class RoundRow:
    """A round in the list; the counts are those of an open one."""

    round: Round
    total: int
    decided: int


@dataclass(frozen=True)
class OpeningPreview:
    """What pressing the button makes."""

    actions: int
    departments: int
    unplanned: int


def listed_rounds(rounds: QuerySet[Round]) -> list[RoundRow]:
    """The newest first. Two queries."""
    found = list(rounds.select_related("program", "scale").order_by("-year", "slug"))
    open_ones = [round_.pk for round_ in found if round_.state == RoundState.OPEN]
    counts = Evaluation.objects.filter(round__in=open_ones).order_by().values("round")
    totals = {
        row["round"]: row
        for row in counts.annotate(total=Count("pk"), decided=Count("pk", filter=Q(status__in=DECIDED)))
    }
    nothing = {"total": 0, "decided": 0}
    return [RoundRow(round_, (of := totals.get(round_.pk, nothing))["total"], of["decided"]) for round_ in found]


def opening_preview(round_: Round, actions: QuerySet[Action]) -> OpeningPreview:
    """`actions`: those to be opened. Three queries."""
    leads = ActionOwner.objects.valid_on(round_.opens_on).filter(
        kind=OwnerKind.LEAD, action__in=actions.order_by().values("pk")
    )
    return OpeningPreview(
        actions=actions.count(),
        departments=leads.order_by().values("department").distinct().count(),
        unplanned=actions.exclude(years__year=round_.year).count(),
    )
