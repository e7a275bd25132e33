"""Structures: an indented tree of boxes, and how the plan stands to other plans."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from plan.figures.canvas import Box, box

INDENT = 7.0
GAP = 8
ARROW_HEIGHT = 30


@dataclass(frozen=True)
class Node:
    """A box of a tree (「施策1-1」 above its title) with what hangs below it."""

    heading: str
    text: str
    children: tuple["Node", ...] = ()
    accent: int = 0
    kind: str = "plain"


@dataclass(frozen=True)
class Branch:
    """The line from a box down and across to one of its children: `x` → `to_x` percent, at `y` pixels."""

    x: float
    from_y: int
    y: int
    to_x: float


@dataclass(frozen=True)
class Tree:
    """All boxes, a child always below and to the right of its parent."""

    height: int
    boxes: tuple[Box, ...]
    branches: tuple[Branch, ...]
    template: str = "components/figures/tree.html"


@dataclass(frozen=True)
class Relation:
    """Upper plans side by side, an arrow down to the plan, and what it consists of."""

    height: int
    uppers: tuple[Box, ...]
    arrows: tuple[tuple[float, int], ...]
    boxes: tuple[Box, ...]
    branches: tuple[Branch, ...]
    template: str = "components/figures/relation.html"
    arrow_height: int = ARROW_HEIGHT


def tree(root: Node, *, top: int = 0) -> Tree:
    """Lay a tree out from `top` pixels down, each level indented by `INDENT` percent."""
    boxes: list[Box] = []
    branches: list[Branch] = []
    y = top
    parents: dict[int, Box] = {}
    for depth, node in _walk(root, 0):
        x = depth * INDENT
        placed = box(
            node.text,
            x=x,
            y=y,
            width=round(100 - x, 2),
            heading=node.heading,
            accent=node.accent,
            kind=node.kind,
        )
        if depth:
            parent = parents[depth - 1]
            branches.append(
                Branch(x=parent.x + INDENT / 2, from_y=parent.bottom, y=y + placed.height // 2, to_x=placed.x)
            )
        boxes.append(placed)
        parents[depth] = placed
        y = placed.bottom + GAP
    return Tree(height=y - GAP + 2, boxes=tuple(boxes), branches=tuple(branches))


def relation(uppers: Sequence[str], root: Node) -> Relation:
    """Lay out what stands above (any number, side by side in twos) and the tree of `root` below it."""
    placed: list[Box] = []
    y = 0
    for start in range(0, len(uppers), 2):
        pair = uppers[start : start + 2]
        share = 100.0 if len(pair) == 1 else 48.5
        boxes = [
            box(text, x=round(index * (100 - share), 2), y=y, width=share, kind="upper")
            for index, text in enumerate(pair)
        ]
        height = max(each.height for each in boxes)
        placed += [replace(each, height=height) for each in boxes]
        y += height + GAP
    last_row = [each for each in placed if each.bottom == y - GAP]
    below = tree(root, top=y - GAP + ARROW_HEIGHT if placed else 0)
    arrows = tuple((each.middle, each.bottom) for each in last_row)
    return Relation(
        height=below.height, uppers=tuple(placed), arrows=arrows, boxes=below.boxes, branches=below.branches
    )


def _walk(node: Node, depth: int) -> Iterator[tuple[int, Node]]:
    yield depth, node
    for child in node.children:
        yield from _walk(child, depth + 1)
