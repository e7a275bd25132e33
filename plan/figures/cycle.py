"""A loop of four steps: Plan → Do → Check → Act and round again."""

from collections.abc import Sequence
from dataclasses import dataclass

from plan.figures.canvas import FONT, LINE, NARROW, PADDING, Box, TextLine, text_lines

COLUMN = 44.0
GAP = 40


@dataclass(frozen=True)
class Step:
    """One step: its name (「Plan（計画）」) and what is done in it."""

    name: str
    text: str


@dataclass(frozen=True)
class StepBox:
    """A step's box with the baseline of its name."""

    box: Box
    name: TextLine


@dataclass(frozen=True)
class Arrow:
    """An arrow's middle: `x` percent, `y` pixels; `direction` is right, down, left or up."""

    x: float
    y: int
    direction: str


@dataclass(frozen=True)
class Cycle:
    """Four boxes clockwise from the top left, with an arrow between each two."""

    height: int
    steps: tuple[StepBox, ...]
    arrows: tuple[Arrow, ...]
    template: str = "components/figures/cycle.html"


def cycle(steps: Sequence[Step]) -> Cycle:
    """Lay four steps out clockwise. Raises ValueError for any other number."""
    if len(steps) != 4:
        raise ValueError("A cycle is drawn of four steps.")
    limit = (NARROW * COLUMN / 100 - 2 * PADDING) / FONT
    heights = [PADDING * 2 + LINE * (1 + len(text_lines(step.text, y=0, limit=limit))) for step in steps]
    upper, lower = max(heights[:2]), max(heights[2:])
    second_row = upper + GAP
    right = 100 - COLUMN
    corners = ((0.0, 0, upper), (right, 0, upper), (right, second_row, lower), (0.0, second_row, lower))
    placed = tuple(
        _step(step, x=x, y=y, height=height, limit=limit)
        for step, (x, y, height) in zip(steps, corners, strict=True)
    )
    arrows = (
        Arrow(50, upper // 2, "right"),
        Arrow(right + COLUMN / 2, upper + GAP // 2, "down"),
        Arrow(50, second_row + lower // 2, "left"),
        Arrow(COLUMN / 2, upper + GAP // 2, "up"),
    )
    return Cycle(height=second_row + lower + 2, steps=placed, arrows=arrows)


def _step(step: Step, *, x: float, y: int, height: int, limit: float) -> StepBox:
    name = TextLine(y=y + PADDING + FONT + 2, text=step.name)
    lines = text_lines(step.text, y=y + PADDING + LINE, limit=limit)
    return StepBox(box=Box(x=x, y=y, width=COLUMN, height=height, lines=lines, kind="step"), name=name)
