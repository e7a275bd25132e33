"""調書 whose yearly plan was changed after it was copied, while the 課 still has them: what copying anew changes."""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import (
    DateTimeField,
    Exists,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
    prefetch_related_objects,
)
from django.db.models.functions import Coalesce

from programs.models import Action, ActionYear, Indicator, IndicatorYear, Milestone
from progress import workflow
from progress.enums import Status
from progress.models import Evaluation, EvaluationEvent, EvaluationIndicator, Round
from progress.queries.plan_parts import PlanPart, plan_lookups, plan_parts
from progress.queries.words import money, number
from progress.snapshot_differences import Change, Line, differences

WITH_DEPARTMENT = (Status.DRAFT, Status.RETURNED)
"""The states in which nobody has read the 調書 for a decision."""
SHOWN = 50
LOOKED_AT = 500
"""How many are compared for one page: those are left aside whose plan was changed and changed back."""


@dataclass(frozen=True)
class Replanned:
    """A 調書 and what would change of its Plan part."""

    evaluation: Evaluation
    changes: Sequence[Change]


def overtaken(round_: Round) -> QuerySet[Evaluation]:
    """Those of the round, in the order of the codes, whose plan was saved since it was copied the last time."""
    changed = [Q(action__in=saves) for saves in _saves(round_, history_date__gt=round_.opened_at)]
    rows = Evaluation.objects.filter(reduce(or_, changed), round=round_, status__in=WITH_DEPARTMENT)
    taken = EvaluationEvent.objects.filter(evaluation=OuterRef("pk"), transition=workflow.REPLAN.name)
    opened_at = Value(round_.opened_at, output_field=DateTimeField())
    rows = rows.annotate(copied_at=Coalesce(Subquery(taken.order_by("-at").values("at")[:1]), opened_at))
    later = [Exists(saves) for saves in _saves(round_, OuterRef("action"), history_date__gt=OuterRef("copied_at"))]
    return rows.filter(reduce(or_, later)).order_by("action__code")


def is_saved_since(evaluation: Evaluation, moment: datetime.datetime) -> bool:
    """Whether somebody saved the plan that the 調書 copies after the moment. Four queries at most."""
    saves = _saves(evaluation.round, evaluation.action_id, history_date__gt=moment)
    return any(each.exists() for each in saves)


def replanned(evaluations: QuerySet[Evaluation], round_: Round) -> list[Replanned]:
    """Of `overtaken` those that would change, the first `LOOKED_AT` looked at. Seven queries at most."""
    indicators = Prefetch("indicators", EvaluationIndicator.objects.select_related("indicator"))
    rows = list(
        evaluations.select_related("action", "department").prefetch_related(indicators, "milestones")[:LOOKED_AT]
    )
    parts = _parts([row.action for row in rows], round_)
    found = (Replanned(row, changes_of(row, parts[row.action_id])) for row in rows)
    return [each for each in found if each.changes]


def plan_part(evaluation: Evaluation) -> PlanPart:
    """What the 調書 would say under P."""
    return _parts([evaluation.action], evaluation.round)[evaluation.action_id]


def changes_of(evaluation: Evaluation, part: PlanPart) -> list[Change]:
    """What the 調書 says under P, and what it would say; `evaluation` is read with `with_answers()`."""
    stored = ((row.indicator, row.target, row.planned_next_target) for row in evaluation.indicators.all())
    before = _lines(evaluation.planned_work, evaluation.planned_budget, evaluation.milestones.all(), stored)
    targets = ((row.indicator, row.target, row.next_target) for row in part.targets)
    return differences(dict(before), dict(_lines(part.work, part.budget, part.milestones, targets)))


def _saves(round_: Round, action: Any = None, **conditions: Any) -> list[QuerySet[Any]]:
    """The ids of the actions, or of the one, of which the year's plan, a milestone, an indicator or a target was saved.

    One list for each of these; `conditions` on the saved states.
    """
    found: list[QuerySet[Any]] = []
    for model, path, of_year in (
        (ActionYear, "action", {"year": round_.year}),
        (Milestone, "action_year__action", {"action_year__year": round_.year}),
        (Indicator, "action", {}),
        (IndicatorYear, "indicator__action", {"position__in": (round_.year, round_.year + 1)}),
    ):
        its_action = {} if action is None else {path: action}
        saves = model.history.filter(**of_year, **its_action, **conditions)
        found.append(saves.order_by().values(path))
    return found


def _parts(actions: Sequence[Action], round_: Round) -> dict[int, PlanPart]:
    prefetch_related_objects(actions, *plan_lookups(round_))
    return plan_parts(actions, round_)


def _lines(
    work: str,
    budget: int | None,
    milestones: Iterable[object],
    targets: Iterable[tuple[Indicator, Decimal | None, Decimal | None]],
) -> Iterator[Line]:
    yield "計画", work
    yield "予算額", money(budget)
    yield "マイルストーン", "\n".join(str(row) for row in milestones)
    for indicator, target, following in targets:
        yield f"指標「{indicator.name}」の目標値", _value(target, indicator)
        yield f"指標「{indicator.name}」の次年度の目標値（予定）", _value(following, indicator)


def _value(target: Decimal | None, indicator: Indicator) -> str:
    return "" if target is None else f"{number(target)}{indicator.unit}"
