"""The list of rounds, and what opening one would do."""

from dataclasses import dataclass

from django.db.models import Count, FilteredRelation, Q, QuerySet

from programs.enums import OwnerKind
from programs.models import Action
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
    led: int
    departments: int
    unplanned: int

    @property
    def is_sound(self) -> bool:
        """Whether there are actions, and each has a department in charge."""
        return 0 < self.actions == self.led


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
    """`actions`: those to be opened. Two queries."""
    day = round_.opens_on
    # `ValidityQuerySet.valid_on`, joined: to look for the keys of the actions takes twice the time.
    led = actions.filter(
        Q(owners__valid_from=None) | Q(owners__valid_from__lte=day),
        Q(owners__valid_to=None) | Q(owners__valid_to__gte=day),
        owners__kind=OwnerKind.LEAD,
    ).aggregate(actions=Count("pk", distinct=True), departments=Count("owners__department", distinct=True))
    # An action has one plan a year at most: those that have none are the rest.
    plan = FilteredRelation("years", condition=Q(years__year=round_.year))
    counted = actions.annotate(plan=plan).aggregate(actions=Count("pk"), planned=Count("plan"))
    return OpeningPreview(
        actions=counted["actions"],
        led=led["actions"],
        departments=led["departments"],
        unplanned=counted["actions"] - counted["planned"],
    )
