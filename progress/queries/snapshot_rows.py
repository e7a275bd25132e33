"""What freezing a round reads, in a constant number of queries for each batch."""

from typing import Protocol, TypedDict, cast

from django.db.models import Count, Prefetch, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from plan.models.json_rows import rows_below
from programs.models import ActionDirection, ActionOwner, ActionUpper
from programs.queries.action_rows import UPPER_ITEM
from progress.enums import DECIDED
from progress.models import (
    Evaluation,
    EvaluationIndicator,
    EvaluationMilestone,
    MeasureEvaluation,
    PublishedEvaluation,
    Round,
)
from progress.models.publication import IS_UNDECIDED
from progress.rollup import Money, Rollup

UNDECIDED = Q(exception_reason="") & ~Q(status__in=DECIDED)
"""Of a 調書: it keeps its round from being published."""
UNREASONED = Q(rating__isnull=False) & ~Q(reason__regex=r"[^\s\u3000]")
"""Of a 施策評価: the same, for counting; `MeasureEvaluation.lacks_reason` says it of one."""


_PLACE = {"key": "pk", "position": "position"}
_DIRECTION = {
    "policy": "direction__measure__policy__number",
    "measure": "direction__measure__number",
    "number": "direction__number",
    "title": "direction__title",
}


def snapshot_rows(evaluations: QuerySet[Evaluation]) -> QuerySet[Evaluation]:
    """`evaluations` with all that `progress.snapshots.evaluation_data` reads."""
    return rows_of_a_round(evaluations).select_related("round__program__plan", "action__program")


def rows_of_a_round(evaluations: QuerySet[Evaluation]) -> QuerySet[Evaluation]:
    """The same without the round and its programme, for who has them at hand."""
    whole = answered_rows(evaluations).annotate(
        upper_rows=rows_below(ActionUpper.objects.all(), "action", "action_id", **_PLACE, **UPPER_ITEM),
        direction_rows=rows_below(ActionDirection.objects.all(), "action", "action_id", **_PLACE, **_DIRECTION),
    )
    owners = ActionOwner.objects.select_related("department").order_by("position", "pk")
    return whole.prefetch_related(Prefetch("action__owners", owners))


def answered_rows(evaluations: QuerySet[Evaluation]) -> QuerySet[Evaluation]:
    """`evaluations` with all that `progress.snapshots.answered_data` reads, and what the columns of a row do. Three
    queries."""
    whole = evaluations.select_related(
        "action__main_direction__measure__policy",
        "department__bureau",
        "grade",
        "outlook",
    )
    # What is frozen is compared and counted by its text: rows of one position keep one order.
    return whole.prefetch_related(
        Prefetch("indicators", EvaluationIndicator.objects.select_related("indicator").order_by("position", "pk")),
        Prefetch("milestones", EvaluationMilestone.objects.order_by("position", "pk")),
    )


class UpperRow(TypedDict):
    """A link from an action to what it serves above the plan; `key` is its own."""

    key: int
    position: int
    kind: str
    number: int
    title: str


class DirectionRow(TypedDict):
    """A further direction of the plan that an action serves; `key` is that of the link."""

    key: int
    position: int
    policy: int
    measure: int
    number: int
    title: str


class _WithRows(Protocol):
    upper_rows: list[UpperRow] | None
    direction_rows: list[DirectionRow] | None


def uppers_of(evaluation: Evaluation) -> list[UpperRow]:
    """Of a 調書 read with `rows_of_a_round`, in their order: the database gives them in none."""
    rows = cast(_WithRows, evaluation).upper_rows or ()
    return sorted(rows, key=lambda row: (row["position"], row["key"]))


def directions_of(evaluation: Evaluation) -> list[DirectionRow]:
    """The same, beside the main one."""
    rows = cast(_WithRows, evaluation).direction_rows or ()
    return sorted(rows, key=lambda row: (row["position"], row["key"]))


def listed_rows(evaluations: QuerySet[Evaluation]) -> QuerySet[Evaluation]:
    """`evaluations` with all that the columns of a frozen row read. One query."""
    return evaluations.select_related("action__main_direction__measure", "department__bureau", "grade", "outlook")


def undecided(round_: Round) -> QuerySet[Evaluation]:
    """The 調書 that keep the round from being published: neither accepted nor listed as an exception."""
    blocking = Evaluation.objects.filter(UNDECIDED, round=round_)
    return blocking.select_related("action", "department").order_by("department__code", "action__code")


def unreasoned(round_: Round) -> list[MeasureEvaluation]:
    """The 施策評価 that keep the round from being published: rated, and nobody says why. One query."""
    rated = MeasureEvaluation.objects.filter(round=round_, rating__isnull=False).select_related("measure__policy")
    return [row for row in rated.order_by("measure__policy__number", "measure__number") if row.lacks_reason]


def waits(row: PublishedEvaluation) -> bool:
    """Whether the 調書 of a row that is not stored is one of them."""
    return row.is_undecided and not row.exception_reason


def rollups_by_measure(round_: Round) -> dict[int, Rollup]:
    """Measure id → the roll-up of what is published of its actions now. Two queries."""
    current = PublishedEvaluation.objects.filter(round=round_, is_current=True).order_by()
    sums = current.values("measure").annotate(
        total=Count("pk"),
        undecided=Count("pk", filter=IS_UNDECIDED),
        budget_sum=Sum("budget"),
        budget_known=Count("budget"),
        settlement_sum=Sum("settlement"),
        settlement_known=Count("settlement"),
        measured=Coalesce(Sum("indicators_total"), 0),
        reached=Coalesce(Sum("indicators_reached"), 0),
    )
    rollups = {
        row["measure"]: Rollup(
            total=row["total"],
            undecided=row["undecided"],
            budget=Money(row["budget_sum"], row["budget_known"], row["total"] - row["budget_known"]),
            settlement=Money(row["settlement_sum"], row["settlement_known"], row["total"] - row["settlement_known"]),
            indicators_total=row["measured"],
            indicators_reached=row["reached"],
        )
        for row in sums
    }
    grades = current.exclude(IS_UNDECIDED).values_list("measure", "grade_symbol").annotate(count=Count("pk"))
    for measure, symbol, count in grades:
        rollups[measure].grades[symbol] = count
    return rollups
