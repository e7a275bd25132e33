"""The Plan part of a 調書, as the programme has it now: what opening a round copies, and what may be copied anew."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import itemgetter
from typing import Any

from django.db.models import OuterRef, Prefetch, Subquery

from plan.models.json_rows import rows_below
from programs.models import Action, ActionYear, Indicator, IndicatorYear, Milestone
from programs.models.yearly import milestone_text
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
        return milestone_text(self.month, self.title)


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


def plan_lookups(round_: Round) -> tuple[Prefetch, ...]:
    """What `plan_parts` reads of actions. Two queries."""
    milestones = rows_below(
        Milestone.objects.all(), "action_year", pk="pk", position="position", month="month", title="title"
    )
    plans = ActionYear.objects.filter(year=round_.year).annotate(milestone_rows=milestones)
    indicators = Indicator.objects.order_by("position").annotate(
        target=_target(round_.year), following=_target(round_.year + 1)
    )
    return (
        Prefetch("years", plans, to_attr="plans_of_year"),
        Prefetch("indicators", indicators, to_attr="measured_by"),
    )


def plan_parts(actions: Sequence[Action], round_: Round) -> dict[int, PlanPart]:
    """Action id → its Plan part; `actions` are read with `plan_lookups`. In a programme's last year two queries.

    There the targets of the year after are those of the next programme's action, by the indicator's name.
    """
    inherited = planned_targets(actions, round_) if is_last_year(round_) else {}
    return {action.pk: _part(action, inherited.get(action.pk, {})) for action in actions}


def _target(year: int) -> Subquery:
    return Subquery(IndicatorYear.objects.filter(indicator=OuterRef("pk"), position=year).values("target")[:1])


def _part(action: Action, inherited: Mapping[str, Decimal | None]) -> PlanPart:
    (plan,) = action.plans_of_year or (None,)  # type: ignore[attr-defined]  # fetched by plan_lookups
    indicators = action.measured_by  # type: ignore[attr-defined]  # see above
    return PlanPart(
        work=plan.planned_work if plan else "",
        budget=plan.budget if plan else None,
        milestones=tuple(_milestones(plan.milestone_rows or ()) if plan else ()),
        targets=tuple(PlannedTarget(row, row.target, inherited.get(row.name, row.following)) for row in indicators),
    )


def _milestones(rows: Iterable[Mapping[str, Any]]) -> Iterator[PlannedMilestone]:
    for row in sorted(rows, key=itemgetter("position", "pk")):
        yield PlannedMilestone(row["position"], row["month"], row["title"])
