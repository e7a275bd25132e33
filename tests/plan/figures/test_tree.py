from itertools import pairwise

import pytest

from plan.figures.canvas import FONT, NARROW, PADDING, Box
from plan.figures.tree import INDENT, Node, relation, tree
from plan.figures.wrapping import width

LEAVES = tuple(Node(f"施策1-{number}", "市民が安全・安心を享受できる都市の実現", accent=1) for number in (1, 2, 3))
ROOT = Node(
    "基本目標",
    "ICTを活用した「成長と成熟の調和による持続可能な最幸のまちかわさき」の実現",
    (Node("基本施策1", "ふるさと", LEAVES, accent=1), Node("基本施策2", "産業都市", accent=2)),
    kind="goal",
)


def overflowing(boxes: tuple[Box, ...]) -> list[str]:
    """Lines wider than their box at the narrowest width."""
    return [
        line.text
        for box in boxes
        for line in box.lines
        if width(line.text) * FONT > NARROW * box.width / 100 - 2 * PADDING
    ]


def test_every_node_has_a_box_and_all_but_the_first_a_branch() -> None:
    drawn = tree(ROOT)
    assert [box.x for box in drawn.boxes] == [0, INDENT, 2 * INDENT, 2 * INDENT, 2 * INDENT, INDENT]
    assert [box.accent for box in drawn.boxes] == [0, 1, 1, 1, 1, 2]
    assert len(drawn.branches) == 5


def test_boxes_end_at_the_right_edge_and_do_not_overlap() -> None:
    drawn = tree(ROOT)
    assert {box.right for box in drawn.boxes} == {100.0}
    assert all(upper.bottom < lower.y for upper, lower in pairwise(drawn.boxes))
    assert drawn.boxes[-1].bottom <= drawn.height
    assert overflowing(drawn.boxes) == []


def test_a_heading_stands_on_a_line_of_its_own_above_the_text() -> None:
    for box in tree(ROOT).boxes:
        assert box.heading is not None
        assert box.y < box.heading.y < box.lines[0].y <= box.lines[-1].y < box.bottom


def test_branches_lead_from_the_parent_to_the_middle_of_the_child() -> None:
    drawn = tree(ROOT)
    last = drawn.branches[-1]
    assert (last.from_y, last.to_x) == (drawn.boxes[0].bottom, drawn.boxes[-1].x)
    assert last.y == drawn.boxes[-1].y + drawn.boxes[-1].height // 2


@pytest.mark.parametrize(("uppers", "widths", "arrows"), [(0, [], 0), (1, [100.0], 1), (3, [48.5, 48.5, 100.0], 1)])
def test_upper_plans_stand_in_pairs_above_the_goal(uppers: int, widths: list[float], arrows: int) -> None:
    drawn = relation(["新たな総合計画"] * uppers, ROOT)
    assert [box.width for box in drawn.uppers] == widths
    assert len(drawn.arrows) == arrows
    assert all(box.bottom < drawn.boxes[0].y for box in drawn.uppers)
    assert overflowing(drawn.uppers) == []


def test_boxes_side_by_side_are_equally_high() -> None:
    drawn = relation(["計画", "行財政改革に関する計画（平成28年3月策定）"], ROOT)
    assert drawn.uppers[0].height == drawn.uppers[1].height
