"""調書 whose yearly plan was changed after it was copied, while the 課 still has them: what copying anew changes."""

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    Value,
    prefetch_related_objects,
)
from django.db.models.functions import Coalesce

from programs.models import Action, ActionYear, Indicator, IndicatorYear, Milestone
from programs.models.yearly import place_in_year
from progress.enums import Status
from progress.models import Evaluation, EvaluationIndicator, EvaluationMilestone, Round
from progress.queries.corrections import wrong_and_right
from progress.queries.plan_parts import PlannedMilestone, PlanPart, plan_lookups, plan_parts
from progress.queries.results import WrongAndRight
from progress.queries.words import money, number
from progress.snapshot_differences import Change, Line, differences

WITH_DEPARTMENT = (Status.DRAFT, Status.RETURNED)
"""The states in which nobody has read the 調書 for a decision."""
HANDED_ON = (Status.SUBMITTED, Status.ENDORSED, Status.ACCEPTED)
SHOWN = 50
"""How many are compared for one page."""


@dataclass(frozen=True)
class Replanned:
    """A 調書 and what would change of its Plan part."""

    evaluation: Evaluation
    changes: Sequence[Change]

    @property
    def marked(self) -> tuple[WrongAndRight, ...]:
        """The changes with the words that differ marked."""
        return wrong_and_right(self.changes)


@dataclass(frozen=True)
class Looked:
    """A part of them, compared. `same`: how many say what the plan says; `following`: where the next part starts."""

    changed: Sequence[Replanned]
    same: int
    following: int | None


def overtaken(round_: Round, statuses: Sequence[Status] = WITH_DEPARTMENT) -> QuerySet[Evaluation]:
    """Those of the round, in the order of the codes, whose plan was saved since it was copied the last time."""
    changed = [Q(action__in=saves) for saves in _saves(round_, history_date__gt=round_.opened_at)]
    rows = Evaluation.objects.filter(reduce(or_, changed), round=round_, status__in=statuses)
    opened_at = Value(round_.opened_at, output_field=DateTimeField())
    rows = rows.annotate(copied_at=Coalesce("plan_copied_at", opened_at))
    later = [Exists(saves) for saves in _saves(round_, OuterRef("action"), history_date__gt=OuterRef("copied_at"))]
    return rows.filter(reduce(or_, later)).order_by("action__code")


def is_saved_since(evaluation: Evaluation, moment: datetime.datetime) -> bool:
    """Whether somebody saved the plan that the 調書 copies after the moment. Four queries at most."""
    saves = _saves(evaluation.round, evaluation.action_id, history_date__gt=moment)
    return any(each.exists() for each in saves)


def replanned(round_: Round, start: int = 0, start_beyond: int = 0) -> tuple[Looked, Looked]:
    """`SHOWN` of those of which a 課 can take the plan, from `start` on, and of those that others have, compared.

    The second keep the plan they have. Nine queries at most.
    """
    ours, beyond = _page(round_, WITH_DEPARTMENT, start), _page(round_, HANDED_ON, start_beyond)
    rows = [*ours[:SHOWN], *beyond[:SHOWN]]
    indicators = Prefetch("indicators", EvaluationIndicator.objects.select_related("indicator"))
    prefetch_related_objects(rows, indicators, "milestones")
    parts = _parts([row.action for row in rows], round_)
    return _looked(ours, parts, start), _looked(beyond, parts, start_beyond)


def _page(round_: Round, statuses: Sequence[Status], start: int) -> list[Evaluation]:
    """One more than are shown tells that others follow."""
    rows = overtaken(round_, statuses).select_related("round__program", "action", "department")
    return list(rows[start : start + SHOWN + 1])


def _looked(page: Sequence[Evaluation], parts: Mapping[int, PlanPart], start: int) -> Looked:
    found = [Replanned(row, changes_of(row, parts[row.action_id])) for row in page[:SHOWN]]
    changed = [each for each in found if each.changes]
    return Looked(changed, len(found) - len(changed), start + SHOWN if len(page) > SHOWN else None)


def plan_part(evaluation: Evaluation) -> PlanPart:
    """What the 調書 would say under P."""
    return _parts([evaluation.action], evaluation.round)[evaluation.action_id]


def changes_of(evaluation: Evaluation, part: PlanPart) -> list[Change]:
    """What the 調書 says under P, and what it would say; `evaluation` is read with `with_answers()`."""
    stored = ((row.indicator, row.target, row.planned_next_target) for row in evaluation.indicators.all())
    before = _lines(evaluation.planned_work, evaluation.planned_budget, evaluation.milestones.all(), stored)
    targets = ((row.indicator, row.target, row.next_target) for row in part.targets)
    milestones = [planned for _, planned in milestones_taken(evaluation, part)]
    return differences(dict(before), dict(_lines(part.work, part.budget, milestones, targets)))


def milestones_taken(
    evaluation: Evaluation, part: PlanPart
) -> list[tuple[EvaluationMilestone | None, PlannedMilestone]]:
    """The milestones the 調書 would have, with the rows it has of them already.

    One of the same words is the same one, moved or not; another of the same place in the list was renamed, where
    nothing was written about it. Those the plan has no more stay, last, where something was written.
    """
    left = list(evaluation.milestones.all())
    taken: dict[PlannedMilestone, EvaluationMilestone] = {}
    for is_same in (_is_itself, _is_moved, _is_renamed):
        for planned in part.milestones:
            row = next((row for row in left if planned not in taken and is_same(row, planned)), None)
            if row is not None:
                taken[planned] = row
                left.remove(row)
    rest = (row for row in left if _is_written_about(row))
    return [
        *((taken.get(planned), planned) for planned in part.milestones),
        *((row, PlannedMilestone(row.position, row.month, row.title)) for row in rest),
    ]


def _is_itself(row: EvaluationMilestone, planned: PlannedMilestone) -> bool:
    return (row.month, row.title) == (planned.month, planned.title)


def _is_moved(row: EvaluationMilestone, planned: PlannedMilestone) -> bool:
    return row.title == planned.title


def _is_renamed(row: EvaluationMilestone, planned: PlannedMilestone) -> bool:
    return row.position == planned.position and not _is_written_about(row)


def _is_written_about(row: EvaluationMilestone) -> bool:
    return bool(row.reached or row.note)


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
    milestones: Iterable[EvaluationMilestone | PlannedMilestone],
    targets: Iterable[tuple[Indicator, Decimal | None, Decimal | None]],
) -> Iterator[Line]:
    yield "計画", work
    yield "予算額", money(budget)
    yield "マイルストーン", "\n".join(str(row) for row in sorted(milestones, key=_place))
    for indicator, target, following in targets:
        yield f"指標「{indicator.name}」の目標値", _value(target, indicator)
        yield f"指標「{indicator.name}」の次年度の目標値（予定）", _value(following, indicator)


def _place(milestone: EvaluationMilestone | PlannedMilestone) -> tuple[int, str]:
    """In the order of the fiscal year, so that another order alone is no change."""
    return place_in_year(milestone.month), milestone.title


def _value(target: Decimal | None, indicator: Indicator) -> str:
    return "" if target is None else f"{number(target)}{indicator.unit}"
