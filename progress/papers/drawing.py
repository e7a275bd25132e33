"""Bars of grades of several measures as one drawing, in the units of its view box. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from progress.charts import LEAST_LABELLED, Segment

WIDTH, ROW, BAR = 1000, 30, 20
LABEL, PLOT = 60, 880
_FILLS = {"1": "#00005f", "2": "#0017c1", "3": "#3d63d9", "4": "#9db7f9", "5": "#dfe8fd"}
_LIGHT = {"4", "5"}


@dataclass(frozen=True)
class Box:
    """A part of a bar; `text` is what stands in it, "" where there is no room. `dash` is "" or a pattern."""

    x: float
    y: int
    width: float
    fill: str
    text: str
    text_fill: str
    dash: str

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True)
class BarRow:
    label: str
    total: int
    y: int
    boxes: tuple[Box, ...]

    @property
    def base(self) -> int:
        """The baseline of its words."""
        return self.y + 15


@dataclass(frozen=True)
class Drawing:
    """`description` says the same in words."""

    rows: tuple[BarRow, ...]
    description: str
    width: int = WIDTH

    @property
    def height(self) -> int:
        return len(self.rows) * ROW

    @property
    def end(self) -> int:
        """Where the totals stand."""
        return LABEL + PLOT + 10


def drawing(bars: Iterable[tuple[str, tuple[Segment, ...]]]) -> Drawing:
    """(label, segments in percent) → the drawing; a bar for each."""
    bars = list(bars)
    rows = tuple(_row(label, segments, place * ROW + 4) for place, (label, segments) in enumerate(bars))
    told = (f"{label}：{'、'.join(f'{each.name}{each.count}件' for each in segments)}" for label, segments in bars)
    return Drawing(rows, "。".join(told))


def _row(label: str, segments: tuple[Segment, ...], y: int) -> BarRow:
    boxes = tuple(_box(segment, y) for segment in segments)
    return BarRow(label, sum(segment.count for segment in segments), y, boxes)


def _box(segment: Segment, y: int) -> Box:
    graded = segment.tone in _FILLS
    count = f"{segment.symbol}：{segment.count}" if graded else f"{segment.count}"
    text = count if segment.width >= LEAST_LABELLED else ""
    dark = graded and segment.tone not in _LIGHT
    return Box(
        x=round(LABEL + segment.x / 100 * PLOT, 1),
        y=y,
        width=round(segment.width / 100 * PLOT, 1),
        fill=_FILLS.get(segment.tone, "#ffffff"),
        text=text,
        text_fill="#ffffff" if dark else "#1a1a1a",
        dash="" if graded else "4 3",
    )
