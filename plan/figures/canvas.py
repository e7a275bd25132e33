"""What all drawings share: sizes, lines of text, boxes."""

from dataclasses import dataclass

from plan.figures.wrapping import wrap

# The narrowest width in CSS pixels that a drawing is laid out for (a 320 px phone less its margins).
NARROW = 288
FONT = 15
LINE = 22
SMALL_FONT = 12
PADDING = 10


@dataclass(frozen=True)
class TextLine:
    """One line of text: `y` is its baseline in pixels."""

    y: int
    text: str


@dataclass(frozen=True)
class Box:
    """A framed text. `x` and `width` in percent of the drawing, `y` and `height` in pixels.

    `heading` is a line of its own above the text; `accent` is the number of the
    基本施策 whose colour the box bears, 0 for none; `kind` names the CSS class
    of its frame.
    """

    x: float
    y: int
    width: float
    height: int
    lines: tuple[TextLine, ...]
    heading: TextLine | None = None
    accent: int = 0
    kind: str = "plain"

    @property
    def right(self) -> float:
        return round(self.x + self.width, 2)

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 2)

    @property
    def bottom(self) -> int:
        return self.y + self.height


def text_lines(text: str, *, y: int, limit: float) -> tuple[TextLine, ...]:
    """The wrapped lines of a text whose first line's top is at `y`."""
    return tuple(TextLine(y=y + index * LINE + FONT + 2, text=line) for index, line in enumerate(wrap(text, limit)))


def box(text: str, *, x: float, y: int, width: float, heading: str = "", accent: int = 0, kind: str = "plain") -> Box:
    """A box just high enough for its heading (one line) and its text at the narrowest width."""
    limit = (NARROW * width / 100 - 2 * PADDING) / FONT
    top = y + PADDING
    head = TextLine(y=top + FONT + 2, text=heading) if heading else None
    lines = text_lines(text, y=top + (LINE if heading else 0), limit=limit)
    height = max(len(lines) + bool(heading), 1) * LINE + 2 * PADDING
    return Box(x=x, y=y, width=width, height=height, lines=lines, heading=head, accent=accent, kind=kind)
