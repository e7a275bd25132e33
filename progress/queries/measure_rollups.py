"""施策評価 as it is written: counts and sums of the measure's actions at hand, decided and not decided apart."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet, Sum

from plan.models import Direction
from progress.enums import ScaleKind, Status
from progress.models import Evaluation, MeasureEvaluation, Round, ScaleEntry
from progress.queries.first_frame import in_published_words, published_frame
from progress.rollup import Money, Rollup

ACTIONS_A_PAGE = 20
# What the department has handed over: filled in, but not decided yet.
HANDED_OVER = (Status.SUBMITTED, Status.ENDORSED, Status.ACCEPTED)
_DECIDED, _HANDED_OVER, _WAITING = "decided", "handed_over", "waiting"


@dataclass(frozen=True)
class MeasureSums:
    """`decided`: accepted or published, of a public round published alone; `waiting`: with the department.

    `handed_over` lies between: it may still change, or is not public yet. `accepted`: how many of it are accepted,
    but not public though the round is.
    """

    decided: Rollup = field(default_factory=Rollup)
    handed_over: Rollup = field(default_factory=Rollup)
    waiting: Rollup = field(default_factory=Rollup)
    accepted: int = 0

    @property
    def unfinished(self) -> int:
        """Those that are neither decided nor accepted."""
        return self.handed_over.total + self.waiting.total - self.accepted

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


def sums_by_measure(
    round_: Round, *, measure: int | None = None, entries: Iterable[ScaleEntry] | None = None
) -> dict[int, MeasureSums]:
    """Measure id → its sums. Three queries; one less for one `measure` alone, and where the scale's entries are known.

    Reads nothing but the index `evaluation_sums`, in its order: measures and
    symbols are looked up afterwards, for a row of the answer and not for each 調書.
    """
    evaluations = Evaluation.objects.filter(round=round_)
    measures: Mapping[int, int]
    if measure is None:
        measures = dict(
            Direction.objects.filter(measure__policy__plan=round_.program.plan_id).values_list("pk", "measure")
        )
    else:
        evaluations = evaluations.filter(direction__in=Direction.objects.filter(measure=measure))
        measures = defaultdict(lambda: measure)
    known = round_.scale.entries.all() if entries is None else entries
    symbols = {entry.pk: entry.symbol for entry in known}
    rollups: dict[int, dict[str, Rollup]] = defaultdict(lambda: defaultdict(Rollup))
    accepted: Counter[int] = Counter()
    decided = round_.decided_states
    for row in _sums(evaluations):
        key, part = measures[row["direction"]], _part(row["status"], decided)
        rollups[key][part] += _rollup(row, symbols.get(row["grade"], ""))
        if part == _HANDED_OVER and row["status"] == Status.ACCEPTED:
            accepted[key] += row["count"]
    return {
        key: MeasureSums(parts[_DECIDED], parts[_HANDED_OVER], parts[_WAITING], accepted[key])
        for key, parts in rollups.items()
    }


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
    """The measures of the round in their order. Five queries at most."""
    written = MeasureEvaluation.objects.filter(round=round_).select_related("measure__policy", "rating", "saved_by")
    sums = sums_by_measure(round_)
    in_order = in_published_words(
        written.order_by("measure__policy__number", "measure__number"), published_frame(round_)
    )
    return [MeasureRow(evaluation, sums.get(evaluation.measure_id, MeasureSums())) for evaluation in in_order]


def actions_page(evaluations: QuerySet[Evaluation], measure_id: int, page: str) -> Page[Evaluation]:
    """The 調書 of one measure by code. Three queries."""
    found = evaluations.filter(direction__measure=measure_id).select_related("action", "department", "grade", "outlook")
    shown = Paginator(found.order_by("action__code"), ACTIONS_A_PAGE).get_page(page)
    shown.object_list = in_published_words(shown.object_list)
    return shown


def _sums(evaluations: QuerySet[Evaluation]) -> QuerySet[Evaluation, Any]:
    return (
        evaluations.order_by()
        .values("direction", "status", "grade")
        .annotate(
            count=Count("pk"),
            budget_sum=Sum("planned_budget"),
            budget_known=Count("planned_budget"),
            settlement_sum=Sum("settlement"),
            settlement_known=Count("settlement"),
            measured=Sum("indicators_total"),
            reached=Sum("indicators_reached"),
        )
    )


def _part(status: str, decided: Collection[str]) -> str:
    if status in decided:
        return _DECIDED
    return _HANDED_OVER if status in HANDED_OVER else _WAITING


def _rollup(row: dict[str, Any], symbol: str) -> Rollup:
    """Of the 調書 of one direction, state and grade; `symbol` is "" where they have none."""
    count = row["count"]
    return Rollup(
        total=count,
        grades=Counter({symbol: count}) if symbol else Counter(),
        undecided=0 if symbol else count,
        budget=Money(row["budget_sum"], row["budget_known"], count - row["budget_known"]),
        settlement=Money(row["settlement_sum"], row["settlement_known"], count - row["settlement_known"]),
        indicators_total=row["measured"],
        indicators_reached=row["reached"],
    )
