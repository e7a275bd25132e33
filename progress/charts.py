"""Where things stand in the drawings of the progress: bars of grades, and lines of an indicator. Pure.

Places across are in percent of the drawing, so that text keeps its size at
every width; places down are in pixels (see `plan.figures.canvas`).
"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

# Below this share of the bar there is no room for the figure inside.
LEAST_LABELLED = 7.0
TOP, PLOT, BOTTOM = 26, 110, 30
LEFT, RIGHT = 8.0, 92.0


@dataclass(frozen=True)
class Segment:
    """A part of a bar. `tone` is 1 (best) to 5 of the ramp, "ungraded" or "undecided"; `symbol` the figure in it."""

    x: float
    width: float
    tone: str
    symbol: str
    label: str
    count: int

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 2)

    @property
    def is_graded(self) -> bool:
        """Whether it has a figure of the scale."""
        return self.tone not in {"ungraded", "undecided"}

    @property
    def is_hatched(self) -> bool:
        """Whether it was decided that there is no figure."""
        return self.tone == "ungraded"

    @property
    def is_labelled(self) -> bool:
        """Whether there is room for its figure."""
        return self.width >= LEAST_LABELLED and self.is_graded

    @property
    def name(self) -> str:
        """「3 ほぼ目標どおり」; 「未着手」 where both are one word."""
        return self.label if self.symbol in {"", self.label} else f"{self.symbol} {self.label}"


def segments(parts: Iterable[tuple[str, str, str, int]]) -> tuple[Segment, ...]:
    """Lay (tone, symbol, label, count) one beside the other over the whole width; empty ones are left out."""
    shown = [part for part in parts if part[3] > 0]
    total = sum(count for *_, count in shown)
    laid: list[Segment] = []
    done = 0
    for tone, symbol, label, count in shown:
        x = round(done / total * 100, 2)
        done += count
        laid.append(Segment(x, round(done / total * 100 - x, 2), tone, symbol, label, count))
    return tuple(laid)


def tone(position: int, steps: int) -> str:
    """The tone of a graded step (from 0, the best first) of a scale of `steps`, as one of five."""
    return "1" if steps < 2 else str(1 + round(position * 4 / (steps - 1)))


@dataclass(frozen=True)
class Point:
    """A year's target and actual value; None where there is none."""

    year: int
    target: Decimal | None
    actual: Decimal | None
    is_reached: bool | None = None


@dataclass(frozen=True)
class Mark:
    """A sign in the drawing with its value in words; `text_y` is the baseline of the words."""

    x: float
    y: int
    text: str
    text_y: int
    is_reached: bool | None = None


@dataclass(frozen=True)
class Line:
    x1: float
    y1: int
    x2: float
    y2: int


@dataclass(frozen=True)
class Chart:
    """The drawing of one indicator; `baseline` is the height of its line, None without one."""

    targets: tuple[Mark, ...]
    lines: tuple[Line, ...]
    actuals: tuple[Mark, ...]
    years: tuple[tuple[float, str], ...]
    baseline: Mark | None
    height: int = TOP + PLOT + BOTTOM

    @property
    def axis_y(self) -> int:
        return TOP + PLOT

    @property
    def year_y(self) -> int:
        return self.height - 8


def chart(points: Sequence[Point], baseline: Decimal | None = None) -> Chart | None:
    """The drawing of an indicator's years in their order; None where there is no number to draw.

    The scale begins at nought, unless there are negative values.
    """
    values = [value for point in points for value in (point.target, point.actual) if value is not None]
    if not values:
        return None
    known = [*values, *([baseline] if baseline is not None else [])]
    low, high = min(Decimal(0), *known), max(Decimal(0), *known)
    span = (high - low) or Decimal(1)

    def y(value: Decimal) -> int:
        return TOP + PLOT - round((value - low) / span * PLOT)

    step = (RIGHT - LEFT) / len(points)
    places = [round(LEFT + step * (index + 0.5), 2) for index in range(len(points))]
    placed = list(zip(places, points, strict=True))
    targets = tuple(
        Mark(x, y(point.target), written(point.target), y(point.target) - 10)
        for x, point in placed
        if point.target is not None
    )
    return Chart(
        targets=targets,
        lines=tuple(Line(a.x, a.y, b.x, b.y) for a, b in itertools.pairwise(targets)),
        actuals=tuple(_actual(x, point, y(point.actual)) for x, point in placed if point.actual is not None),
        years=tuple((x, str(point.year)) for x, point in placed),
        baseline=Mark(LEFT, y(baseline), written(baseline), y(baseline) - 6) if baseline is not None else None,
    )


def _actual(x: float, point: Point, y: int) -> Mark:
    """The words stand beside the dot, on the side where the target's do not."""
    assert point.actual is not None  # noqa: S101 for the type checker: asked by the caller
    return Mark(x, y, written(point.actual), y + 5, point.is_reached)


def written(value: Decimal | None) -> str:
    """「1,234.5」, without trailing zeros; "" for None."""
    return "" if value is None else f"{value.normalize():,f}"
