"""A time chart: one row for each plan, its bar over the fiscal years it runs (both ends included)."""

from collections.abc import Sequence
from dataclasses import dataclass

from plan.figures.canvas import FONT, LINE, NARROW, TextLine, text_lines
from plan.fiscal import ERAS

AXIS_HEIGHT = 62
BAR_HEIGHT = 20
GAP = 16
# At the narrowest width a year's label (「2016」) needs this many pixels.
LABEL_WIDTH = 34


@dataclass(frozen=True)
class Span:
    """What is to be drawn. Years are fiscal years; None: the text names none.

    `estimate` says in words what of it is estimated (「推定」), empty for nothing.
    """

    name: str
    start: int | None
    end: int | None
    estimate: str = ""
    is_self: bool = False


@dataclass(frozen=True)
class SpanBar:
    """One finished row. `x` and `width` in percent; `width` 0 means that no bar is drawn.

    `runs_on` tells that the period goes beyond the axis or that its end is not known.
    """

    lines: tuple[TextLine, ...]
    y: int
    x: float
    width: float
    is_estimated: bool
    is_self: bool
    runs_on: bool

    @property
    def right(self) -> float:
        return round(self.x + self.width, 2)

    @property
    def bottom(self) -> int:
        return self.y + BAR_HEIGHT

    @property
    def line_y(self) -> int:
        """Where the thin line below the row runs."""
        return self.bottom + GAP // 2

    @property
    def text_y(self) -> int:
        """The baseline of words that stand in place of a bar."""
        return self.y + FONT - 1


@dataclass(frozen=True)
class YearMark:
    """A labelled fiscal year: `x` in percent is the left edge of its column."""

    x: float
    western: str
    era_year: str


@dataclass(frozen=True)
class EraBand:
    """平成 or 令和 above the years: from `x` to `x + width` percent."""

    name: str
    x: float
    width: float

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 2)


@dataclass(frozen=True)
class TimeChart:
    """All rows under one axis of fiscal years."""

    height: int
    first_year: int
    last_year: int
    eras: tuple[EraBand, ...]
    marks: tuple[YearMark, ...]
    rows: tuple[SpanBar, ...]
    template: str = "components/figures/timeline.html"
    bar_height: int = BAR_HEIGHT
    axis_height: int = AXIS_HEIGHT

    @property
    def has_estimates(self) -> bool:
        return any(row.is_estimated and row.width for row in self.rows)

    @property
    def has_open_ends(self) -> bool:
        return any(row.runs_on and row.width for row in self.rows)


def time_chart(spans: Sequence[Span], *, last_year: int) -> TimeChart:
    """Lay the rows out in the order given.

    The axis runs from the first year any of them begins to the last one ends,
    but not beyond `last_year`; a longer period runs on to the right edge.
    Raises ValueError when no span has a first year.
    """
    starts = [span.start for span in spans if span.start is not None]
    if not starts:
        raise ValueError("A time chart needs at least one period with a first year.")
    first = min(starts)
    ends = [span.end or span.start or first for span in spans]
    last = max(first, min(last_year, max(ends)))
    rows: list[SpanBar] = []
    y = AXIS_HEIGHT + 6
    for span in spans:
        rows.append(_row(span, y=y, first=first, last=last))
        y = rows[-1].bottom + GAP
    return TimeChart(
        height=y, first_year=first, last_year=last, eras=_eras(first, last), marks=_marks(first, last), rows=tuple(rows)
    )


def _row(span: Span, *, y: int, first: int, last: int) -> SpanBar:
    label = f"{span.name}（{span.estimate}）" if span.estimate else span.name
    lines = text_lines(label, y=y, limit=NARROW / FONT)
    bar_y = y + len(lines) * LINE + 2
    if span.start is None or span.start > last:
        return SpanBar(lines, bar_y, 0, 0, bool(span.estimate), span.is_self, runs_on=False)
    end = last if span.end is None else min(span.end, last)
    x = _place(span.start, first, last)
    return SpanBar(
        lines=lines,
        y=bar_y,
        x=x,
        width=round(_place(end + 1, first, last) - x, 2),
        is_estimated=bool(span.estimate),
        is_self=span.is_self,
        runs_on=span.end is None or span.end > last,
    )


def _place(year: int, first: int, last: int) -> float:
    return round((year - first) / (last - first + 1) * 100, 2)


def _marks(first: int, last: int) -> tuple[YearMark, ...]:
    years = last - first + 1
    step = next((step for step in (1, 2, 3, 5, 10, 20, 50) if NARROW / years * step >= LABEL_WIDTH), 100)
    return tuple(
        YearMark(x=_place(year, first, last), western=str(year), era_year=_era_and_year(year)[1])
        for year in range(first, last + 1, step)
    )


def _eras(first: int, last: int) -> tuple[EraBand, ...]:
    names: dict[str, list[int]] = {}
    for year in range(first, last + 1):
        names.setdefault(_era_and_year(year)[0], []).append(year)
    return tuple(
        EraBand(
            name=name,
            x=_place(years[0], first, last),
            width=round(_place(years[-1] + 1, first, last) - _place(years[0], first, last), 2),
        )
        for name, years in names.items()
    )


def _era_and_year(year: int) -> tuple[str, str]:
    """("平成", "28") for the fiscal year 2016; without an era, the Western year alone."""
    era = next((era for era in ERAS if year >= era.first_year), None)
    if era is None:
        return "西暦", str(year)
    count = year - era.first_year + 1
    return era.name, "元" if count == 1 else str(count)
