"""Horizontal bars: survey answers and the few values the text states."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from plan.figures.canvas import FONT, LINE, NARROW, SMALL_FONT, TextLine, text_lines

BAR_HEIGHT = 22
GAP = 18
# The plot takes this share of the width; the rest is for the value beside a full bar.
PLOT = 80.0
AXIS_HEIGHT = 24


@dataclass(frozen=True)
class BarItem:
    """What is to be drawn: a label, the value, and how the value is written (「37.6%」)."""

    label: str
    value: Decimal
    value_text: str
    is_bound: bool = False


@dataclass(frozen=True)
class Bar:
    """One finished bar; `length` in percent of the drawing's width."""

    lines: tuple[TextLine, ...]
    y: int
    length: float
    value_text: str
    is_bound: bool

    @property
    def value_y(self) -> int:
        return self.y + BAR_HEIGHT - (BAR_HEIGHT - FONT) // 2 - 2

    @property
    def bottom(self) -> int:
        return self.y + BAR_HEIGHT


@dataclass(frozen=True)
class Tick:
    """A line of the scale: `x` in percent of the drawing's width."""

    x: float
    text: str


@dataclass(frozen=True)
class BarChart:
    """All bars of a figure, with the scale below them."""

    height: int
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    template: str = "components/figures/bars.html"
    bar_height: int = BAR_HEIGHT

    @property
    def axis_y(self) -> int:
        return self.height - AXIS_HEIGHT

    @property
    def axis_end(self) -> int:
        return self.axis_y + 5

    @property
    def tick_y(self) -> int:
        return self.axis_y + SMALL_FONT + 8

    @property
    def has_bound(self) -> bool:
        return any(bar.is_bound for bar in self.bars)


def nice_maximum(value: Decimal) -> int:
    """The end of a scale: the next of 1, 2, 4, 5, 10, 20, 40, 50, 100 … that is not below `value`."""
    power = 1
    while True:
        for step in (1, 2, 4, 5):
            if value <= step * power:
                return step * power
        power *= 10


def bar_chart(items: Sequence[BarItem], *, unit: str, maximum: int | None = None) -> BarChart:
    """Lay the bars out one below the other.

    `unit` is written at the scale's marks; `maximum` is the end of the scale
    (100 for percentages), by default the next round number. Raises ValueError
    for no items or a negative value.
    """
    if not items:
        raise ValueError("A bar chart needs at least one value.")
    if any(item.value < 0 for item in items):
        raise ValueError("Bars are drawn for values from 0 up.")
    highest = max(item.value for item in items)
    end = max(maximum or 0, nice_maximum(highest)) if not maximum or highest > maximum else maximum
    bars: list[Bar] = []
    y = 0
    for item in items:
        lines = text_lines(item.label, y=y, limit=NARROW / FONT)
        y += len(lines) * LINE + 2
        length = round(float(item.value) / end * PLOT, 2)
        bars.append(Bar(lines=lines, y=y, length=length, value_text=item.value_text, is_bound=item.is_bound))
        y += BAR_HEIGHT + GAP
    return BarChart(height=y + AXIS_HEIGHT, bars=tuple(bars), ticks=_ticks(end, unit))


def _ticks(end: int, unit: str) -> tuple[Tick, ...]:
    parts = 4 if end % 4 == 0 else 5 if end % 5 == 0 else end
    return tuple(
        Tick(x=round(index / parts * PLOT, 2), text=f"{end * index // parts}{unit}") for index in range(parts + 1)
    )
