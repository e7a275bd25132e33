"""The Plan part of a 調書, as the programme has it now: what opening a round copies, and what may be copied anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Prefetch, QuerySet

from programs.enums import OwnerKind
from programs.models import Action, ActionOwner, ActionYear, Indicator, IndicatorYear
from progress.models import Round
from progress.queries.next_plans import planned_targets
from progress.queries.successors import is_last_year


@dataclass(frozen=True)
class PlannedMilestone:
    """A milestone of the year; `month` as in a calendar."""

    position: int
    month: int | None
    title: str

    def __str__(self) -> str:
        return f"{self.month}月 {self.title}" if self.month else self.title


@dataclass(frozen=True)
class PlannedTarget:
    """An indicator's target of the year, and of the year after as planned so far."""

    indicator: Indicator
    target: Decimal | None
    next_target: Decimal | None


@dataclass(frozen=True)
class PlanPart:
    """What a 調書 says under P. Money in 千円."""

    work: str
    budget: int | None
    milestones: tuple[PlannedMilestone, ...]
    targets: tuple[PlannedTarget, ...]


def with_plans(actions: QuerySet[Action], round_: Round) -> QuerySet[Action]:
    """With what `plan_parts` reads, and `leads`: who leads each on the day the round opens. Five queries."""
    years = (round_.year, round_.year + 1)
    leads = ActionOwner.objects.valid_on(round_.opens_on).filter(kind=OwnerKind.LEAD).order_by("position", "pk")
    plans = ActionYear.objects.filter(year=round_.year).prefetch_related("milestones")
    targets = Prefetch("years", IndicatorYear.objects.filter(position__in=years), to_attr="values")
    return actions.prefetch_related(
        Prefetch("years", plans, to_attr="plans_of_year"),
        Prefetch("owners", leads, to_attr="leads"),
        Prefetch("indicators", Indicator.objects.order_by("position").prefetch_related(targets), to_attr="measured_by"),
    )


def plan_parts(actions: Sequence[Action], round_: Round) -> dict[int, PlanPart]:
    """Action id → its Plan part; `actions` as `with_plans` reads them. In a programme's last year two queries.

    There the targets of the year after are those of the next programme's action, by the indicator's name.
    """
    inherited = planned_targets(actions, round_) if is_last_year(round_) else {}
    return {action.pk: _part(action, round_, inherited.get(action.pk, {})) for action in actions}


def _part(action: Action, round_: Round, inherited: dict[str, Decimal | None]) -> PlanPart:
    (plan,) = action.plans_of_year or (None,)  # type: ignore[attr-defined]  # fetched by with_plans
    targets = []
    for indicator in action.measured_by:  # type: ignore[attr-defined]  # see above
        values = {value.position: value.target for value in indicator.values}
        following = values.get(round_.year + 1, inherited.get(indicator.name))
        targets.append(PlannedTarget(indicator, values.get(round_.year), following))
    return PlanPart(
        work=plan.planned_work if plan else "",
        budget=plan.budget if plan else None,
        milestones=tuple(
            PlannedMilestone(row.position, row.month, row.title) for row in (plan.milestones.all() if plan else ())
        ),
        targets=tuple(targets),
    )
