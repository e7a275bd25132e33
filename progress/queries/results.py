"""Published results as pages show them: the scale of the year, grades, one 調書. Only frozen data is read here."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone

from plan.text.diffing import Piece
from programs.queries.standing import UNDECIDED, UNGRADED, Step
from progress.charts import Segment, segments, tone
from progress.enums import ScaleKind
from progress.models import PublishedEvaluation

Data = Mapping[str, Any]
Pieces = tuple[Piece, ...]
UNDECIDED_LABEL = "評価が未確定"
UNDECIDED_TEXT = "公表時点で評価が確定していません"


@dataclass(frozen=True)
class Legend:
    """The words of a scale as they were at publication."""

    note: str
    graded: tuple[Step, ...]
    ungraded: tuple[Step, ...]
    outlooks: tuple[Step, ...]
    ratings: tuple[Step, ...]

    @classmethod
    def of(cls, frame: Data) -> "Legend":
        scale: Data = frame.get("scale") or {}
        graded = scale.get(ScaleKind.ACHIEVEMENT.value, ())
        return cls(
            note=str(scale.get("note", "")),
            graded=tuple(
                Step(tone(position, len(graded)), step["symbol"], step["label"]) for position, step in enumerate(graded)
            ),
            ungraded=_plain_steps(scale, ScaleKind.UNGRADED, UNGRADED),
            outlooks=_plain_steps(scale, ScaleKind.OUTLOOK, ""),
            ratings=_plain_steps(scale, ScaleKind.MEASURE, ""),
        )

    @property
    def achievements(self) -> tuple[Step, ...]:
        """The grades, then the states without a grade."""
        return (*self.graded, *self.ungraded)

    def grade(self, symbol: str, label: str, kind: str) -> Step:
        """The step of a frozen row with its own words; where it has none, nothing was decided."""
        if not symbol:
            return Step(UNDECIDED, "", UNDECIDED_LABEL)
        if kind != ScaleKind.ACHIEVEMENT:
            return Step(UNGRADED, symbol, label)
        return Step(next((step.tone for step in self.graded if step.symbol == symbol), "5"), symbol, label)

    def rank(self, symbol: str) -> int | None:
        """The place of a graded step, 0 for the best; None for anything else."""
        return next((place for place, step in enumerate(self.graded) if step.symbol == symbol), None)


def _plain_steps(scale: Data, kind: ScaleKind, named: str) -> tuple[Step, ...]:
    return tuple(Step(named, step["symbol"], step["label"]) for step in scale.get(kind.value, ()))


@dataclass(frozen=True)
class Bar:
    """Counts of grades as one bar, with the same counts in words."""

    segments: tuple[Segment, ...]
    total: int

    @property
    def description(self) -> str:
        return "、".join(f"{segment.name} {segment.count}件" for segment in self.segments) or "評価した取組はありません"


def bar_of(counts: Mapping[str, int], undecided: int, legend: Legend) -> Bar:
    """`counts` by symbol; symbols the legend does not know (a scale changed since) stand last."""
    known = {step.symbol for step in legend.achievements}
    parts = [(step.tone, step.symbol, step.label, counts.get(step.symbol, 0)) for step in legend.achievements]
    parts += [(UNGRADED, symbol, symbol, count) for symbol, count in counts.items() if symbol not in known]
    parts.append((UNDECIDED, "", UNDECIDED_LABEL, undecided))
    laid = segments(parts)
    return Bar(laid, sum(segment.count for segment in laid))


@dataclass(frozen=True)
class Money:
    """A sum in 千円 with how many of its amounts are not known; None where none is.

    `undecided` of them are of 調書 that nothing is decided of yet.
    """

    amount: int | None
    blank: int
    undecided: int = 0

    @property
    def unknown(self) -> int:
        return self.blank - self.undecided

    def __str__(self) -> str:
        missing = [(word, count) for word, count in (("未確定", self.undecided), ("不明", self.unknown)) if count]
        if self.amount is None:
            return "・".join(word for word, _ in missing) or "不明"
        left_out = "、".join(f"{word}{count}件" for word, count in missing)
        return f"{self.amount:,}千円（{left_out}を除く）" if left_out else f"{self.amount:,}千円"


@dataclass(frozen=True)
class Sums:
    """The frozen roll-up of a measure, a department or the whole year."""

    bar: Bar
    total: int
    undecided: int
    budget: Money
    settlement: Money
    indicators_total: int
    indicators_reached: int

    @property
    def coverage(self) -> str:
        """How many of the actions are evaluated: years of different coverage stand side by side."""
        if not self.undecided:
            return f"取組{self.total}件（すべて評価）" if self.total else "取組0件"
        return f"取組{self.total}件のうち{self.total - self.undecided}件を評価"

    @property
    def reached(self) -> str:
        """In a narrow cell: 「3／5」; nothing to evaluate is no 0."""
        return f"{self.indicators_reached}／{self.indicators_total}" if self.indicators_total else "－"

    @property
    def indicators(self) -> str:
        if not self.indicators_total:
            return "評価できる指標はありません"
        return f"{self.indicators_total}指標のうち{self.indicators_reached}指標が目標に達しました"


def sums_of(rollup: Data, legend: Legend) -> Sums:
    """From `PublishedMeasure.data["rollup"]` (`progress.rollup.Rollup.as_json`)."""
    undecided, blank = rollup.get("undecided", 0), rollup.get("settlement_blank", 0)
    return Sums(
        bar=bar_of(rollup.get("grades", {}), undecided, legend),
        total=rollup.get("total", 0),
        undecided=undecided,
        budget=Money(rollup.get("budget"), rollup.get("budget_blank", 0)),
        settlement=Money(rollup.get("settlement"), blank, min(undecided, blank)),
        indicators_total=rollup.get("indicators_total", 0),
        indicators_reached=rollup.get("indicators_reached", 0),
    )


def added(rollups: Sequence[Data]) -> dict[str, Any]:
    """The roll-up of all; a sum of amounts that are all unknown is unknown."""
    whole: dict[str, Any] = {"grades": {}, "budget": None, "settlement": None}
    for rollup in rollups:
        for symbol, count in rollup.get("grades", {}).items():
            whole["grades"][symbol] = whole["grades"].get(symbol, 0) + count
        for name in ("budget", "settlement"):
            if rollup.get(name) is not None:
                whole[name] = (whole[name] or 0) + rollup[name]
        for name in (
            "total",
            "undecided",
            "budget_blank",
            "settlement_blank",
            "indicators_total",
            "indicators_reached",
        ):
            whole[name] = whole.get(name, 0) + rollup.get(name, 0)
    return whole


@dataclass(frozen=True)
class ResultRow:
    """One published 調書 in a list, in the words of its day."""

    row: PublishedEvaluation
    round_slug: str
    grade: Step
    is_first: bool = False

    @property
    def url(self) -> str:
        name = "progress:action_first" if self.is_first else "progress:action"
        return reverse(name, args=[self.round_slug, self.row.code])

    @property
    def outlook(self) -> str:
        symbol, label = self.row.outlook_symbol, self.row.outlook_label
        return label if symbol == label else f"{symbol} {label}"

    @property
    def is_exception(self) -> bool:
        return self.row.is_undecided


@dataclass(frozen=True)
class WrongAndRight:
    """One field of a 正誤: the words that differ are marked, and terms are links. Nothing is written where it is ()."""

    label: str
    wrong: Pieces
    right: Pieces

    @property
    def is_marked(self) -> bool:
        return any(piece.kind != "same" for piece in (*self.wrong, *self.right))


@dataclass(frozen=True)
class CorrectionView:
    """正誤: what was wrong, what is right, when and why; where it `is_addition`, what was added.

    `changes` are as they were stored, `marked` the same for a page; the first of a page that has marks
    `explains_marks`.
    """

    number: int
    title: str
    reason: str
    made_at: datetime.datetime
    changes: tuple[Data, ...]
    url: str
    first_url: str
    is_addition: bool = False
    marked: tuple[WrongAndRight, ...] = ()
    explains_marks: bool = False

    @property
    def made_on(self) -> datetime.date:
        return timezone.localdate(self.made_at)

    @property
    def anchor(self) -> str:
        return f"correction-{self.number}"
