import pytest

from plan.figures.canvas import FONT, NARROW, PADDING
from plan.figures.cycle import Step, cycle
from plan.figures.wrapping import width

STEPS = [Step(name, "1年ごとに各施策の進捗状況や成果等を把握・評価") for name in ("Plan", "Do", "Check", "Act")]


def test_four_steps_go_round_clockwise() -> None:
    drawn = cycle(STEPS)
    places = [(box.x, box.y) for box in drawn.boxes]
    top, bottom = 0, places[2][1]
    assert places == [(0.0, top), (56.0, top), (56.0, bottom), (0.0, bottom)]
    assert [arrow.direction for arrow in drawn.arrows] == ["right", "down", "left", "up"]


def test_text_stays_inside_its_box() -> None:
    drawn = cycle(STEPS)
    for box in drawn.boxes:
        inner = NARROW * box.width / 100 - 2 * PADDING
        assert box.heading is not None
        assert [line.text for line in box.lines if width(line.text) * FONT > inner] == []
        assert box.y < box.heading.y < box.lines[0].y < box.lines[-1].y < box.bottom
    assert max(box.bottom for box in drawn.boxes) <= drawn.height


@pytest.mark.parametrize("count", [0, 3, 5])
def test_only_four_steps_make_a_cycle(count: int) -> None:
    with pytest.raises(ValueError, match="four steps"):
        cycle((STEPS * 2)[:count])
