import pytest

from plan.figures.canvas import FONT, NARROW, PADDING
from plan.figures.cycle import Step, cycle
from plan.figures.wrapping import width

STEPS = [Step(name, "1年ごとに各施策の進捗状況や成果等を把握・評価") for name in ("Plan", "Do", "Check", "Act")]


def test_four_steps_go_round_clockwise() -> None:
    drawn = cycle(STEPS)
    places = [(step.box.x, step.box.y) for step in drawn.steps]
    top, bottom = 0, places[2][1]
    assert places == [(0.0, top), (56.0, top), (56.0, bottom), (0.0, bottom)]
    assert [arrow.direction for arrow in drawn.arrows] == ["right", "down", "left", "up"]


def test_text_stays_inside_its_box() -> None:
    drawn = cycle(STEPS)
    for step in drawn.steps:
        inner = NARROW * step.box.width / 100 - 2 * PADDING
        assert [line.text for line in step.box.lines if width(line.text) * FONT > inner] == []
        assert step.box.y < step.name.y < step.box.lines[0].y < step.box.lines[-1].y < step.box.bottom
    assert max(step.box.bottom for step in drawn.steps) <= drawn.height


@pytest.mark.parametrize("count", [0, 3, 5])
def test_only_four_steps_make_a_cycle(count: int) -> None:
    with pytest.raises(ValueError, match="four steps"):
        cycle((STEPS * 2)[:count])
