"""施策評価 as it is written: counts and sums of the measure's actions at hand, decided and not decided apart."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, F, Q, QuerySet, Sum, Value, When

from programs.enums import Improvement
from progress.enums import DECIDED, ScaleKind, Status
from progress.models import Evaluation, EvaluationIndicator, MeasureEvaluation, Round, ScaleEntry
from progress.rollup import Money, Rollup

ACTIONS_A_PAGE = 20
# What the department has handed over: filled in, but not decided yet.
HANDED_OVER = (Status.SUBMITTED, Status.ENDORSED)
_DECIDED, _HANDED_OVER, _WAITING = "decided", "handed_over", "waiting"


@dataclass(frozen=True)
class MeasureSums:
    """`decided`: accepted or published; `handed_over`: may still change; `waiting`: with the department."""

    decided: Rollup = field(default_factory=Rollup)
    handed_over: Rollup = field(default_factory=Rollup)
    waiting: Rollup = field(default_factory=Rollup)

    @property
    def total(self) -> int:
        return self.decided.total + self.handed_over.total + self.waiting.total

    @property
    def as_published(self) -> Rollup:
        """What freezing would add up now: of what is not decided the plan alone is published."""
        rest = self.handed_over + self.waiting
        undecided = Rollup(
            total=rest.total, undecided=rest.total, budget=rest.budget, settlement=Money(blank=rest.total)
        )
        return self.decided + undecided


@dataclass(frozen=True)
class GradeCount:
    """One step of the scale with its counts."""

    entry: ScaleEntry
    decided: int
    handed_over: int


@dataclass(frozen=True)
class MeasureRow:
    evaluation: MeasureEvaluation
    sums: MeasureSums


def sums_by_measure(round_: Round, *, measure: int | None = None) -> dict[int, MeasureSums]:
    """Measure id → its sums; of one measure alone where it is given. Two queries."""
    evaluations = Evaluation.objects.filter(round=round_)
    indicators = EvaluationIndicator.objects.filter(
        evaluation__round=round_, target__isnull=False, actual__isnull=False
    )
    if measure is not None:
        evaluations = evaluations.filter(action__main_direction__measure=measure)
        indicators = indicators.filter(evaluation__action__main_direction__measure=measure)
    rollups = _rollups(evaluations, _reached(indicators))
    return {key: MeasureSums(parts[_DECIDED], parts[_HANDED_OVER], parts[_WAITING]) for key, parts in rollups.items()}


def grade_counts(sums: MeasureSums, entries: Sequence[ScaleEntry]) -> list[GradeCount]:
    """Every step of the scale, the graded ones first."""
    kinds = (ScaleKind.ACHIEVEMENT, ScaleKind.UNGRADED)
    return [
        GradeCount(entry, sums.decided.grades[entry.symbol], sums.handed_over.grades[entry.symbol])
        for kind in kinds
        for entry in entries
        if entry.kind == kind
    ]


def measure_rows(round_: Round) -> list[MeasureRow]:
    """The measures of the round in their order. Three queries."""
    written = MeasureEvaluation.objects.filter(round=round_).select_related("measure__policy", "rating", "saved_by")
    sums = sums_by_measure(round_)
    return [
        MeasureRow(evaluation, sums.get(evaluation.measure_id, MeasureSums()))
        for evaluation in written.order_by("measure__policy__number", "measure__number")
    ]


def actions_page(evaluations: QuerySet[Evaluation], measure_id: int, page: str) -> Page[Evaluation]:
    """The 調書 of one measure by code. Two queries."""
    found = evaluations.filter(action__main_direction__measure=measure_id).select_related(
        "action", "department", "grade", "outlook"
    )
    return Paginator(found.order_by("action__code"), ACTIONS_A_PAGE).get_page(page)


def _rollups(
    evaluations: QuerySet[Evaluation], reached: dict[tuple[int, str], tuple[int, int]]
) -> dict[int, dict[str, Rollup]]:
    grouped = _grouped(evaluations, "status", "action__main_direction__measure")
    sums = grouped.values("measure", "part", "grade__symbol").annotate(
        count=Count("pk"),
        budget_sum=Sum("planned_budget"),
        budget_known=Count("planned_budget"),
        settlement_sum=Sum("settlement"),
        settlement_known=Count("settlement"),
    )
    rollups: dict[int, dict[str, Rollup]] = defaultdict(lambda: defaultdict(Rollup))
    for row in sums:
        rollups[row["measure"]][row["part"]] += _of_one_grade(row)
    for (measure, part), (measured, met) in reached.items():
        rollups[measure][part] += Rollup(indicators_total=measured, indicators_reached=met)
    return rollups


def _of_one_grade(row: dict[str, Any]) -> Rollup:
    count, symbol = row["count"], row["grade__symbol"]
    return Rollup(
        total=count,
        grades=Counter() if symbol is None else Counter({symbol: count}),
        undecided=count if symbol is None else 0,
        budget=Money(row["budget_sum"], row["budget_known"], count - row["budget_known"]),
        settlement=Money(row["settlement_sum"], row["settlement_known"], count - row["settlement_known"]),
    )


def _reached(indicators: QuerySet[EvaluationIndicator]) -> dict[tuple[int, str], tuple[int, int]]:
    """(measure id, part) → how many indicators have both numbers, and how many of them reached it."""
    falls = Q(indicator__improvement=Improvement.DOWN)
    met = (falls & Q(actual__lte=F("target"))) | (~falls & Q(actual__gte=F("target")))
    grouped = _grouped(indicators, "evaluation__status", "evaluation__action__main_direction__measure")
    rows = grouped.annotate(measured=Count("pk"), reached=Count("pk", filter=met))
    return {(row["measure"], row["part"]): (row["measured"], row["reached"]) for row in rows}


def _grouped(rows: QuerySet[Any], status: str, measure: str) -> QuerySet[Any]:
    part = Case(
        When(**{f"{status}__in": DECIDED}, then=Value(_DECIDED)),
        When(**{f"{status}__in": HANDED_OVER}, then=Value(_HANDED_OVER)),
        default=Value(_WAITING),
    )
    return rows.order_by().annotate(measure=F(measure), part=part).values("measure", "part")
