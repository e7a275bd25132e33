"""A loop of four steps: Plan → Do → Check → Act and round again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from plan.figures.canvas import Box, box

COLUMN = 44.0
GAP = 40


@dataclass(frozen=True)
class Step:
    """One step: its name (「Plan（計画）」) and what is done in it."""

    name: str
    text: str


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
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    template: str = "components/figures/cycle.html"


def cycle(steps: Sequence[Step]) -> Cycle:
    """Lay four steps out clockwise. Raises ValueError for any other number."""
    if len(steps) != 4:
        raise ValueError("A cycle is drawn of four steps.")
    right = 100 - COLUMN
    upper = max(_placed(step, x=0, y=0).height for step in steps[:2])
    second_row = upper + GAP
    lower = max(_placed(step, x=0, y=0).height for step in steps[2:])
    corners = ((0.0, 0, upper), (right, 0, upper), (right, second_row, lower), (0.0, second_row, lower))
    boxes = tuple(
        replace(_placed(step, x=x, y=y), height=height) for step, (x, y, height) in zip(steps, corners, strict=True)
    )
    arrows = (
        Arrow(50, upper // 2, "right"),
        Arrow(right + COLUMN / 2, upper + GAP // 2, "down"),
        Arrow(50, second_row + lower // 2, "left"),
        Arrow(COLUMN / 2, upper + GAP // 2, "up"),
    )
    return Cycle(height=second_row + lower + 2, boxes=boxes, arrows=arrows)


def _placed(step: Step, *, x: float, y: int) -> Box:
    return box(step.text, x=x, y=y, width=COLUMN, heading=step.name, kind="step")
