from decimal import Decimal
from itertools import pairwise

import pytest

from plan.figures.bars import PLOT, BarChart, BarItem, bar_chart, nice_maximum
from plan.figures.canvas import LINE


def chart(*values: str, maximum: int | None = None, label: str = "市政だより") -> BarChart:
    items = [BarItem(label, Decimal(value), f"{value}%") for value in values]
    return bar_chart(items, unit="%", maximum=maximum)


@pytest.mark.parametrize(
    ("values", "maximum", "lengths"),
    [
        (("37.6", "33.3"), 100, [30.08, 26.64]),
        (("0", "100"), 100, [0.0, PLOT]),
        (("120",), 100, [48.0]),
        (("33", "27", "19"), None, [66.0, 54.0, 38.0]),
        (("9.3",), None, [74.4]),
    ],
)
def test_bars_are_as_long_as_their_values(values: tuple[str, ...], maximum: int | None, lengths: list[float]) -> None:
    assert [bar.length for bar in chart(*values, maximum=maximum).bars] == lengths


@pytest.mark.parametrize(
    ("value", "end"),
    [("0", 1), ("1", 1), ("1.1", 2), ("9.3", 10), ("18", 20), ("27", 40), ("33", 40), ("41", 50), ("101", 200)],
)
def test_a_scale_ends_at_the_next_round_number(value: str, end: int) -> None:
    assert nice_maximum(Decimal(value)) == end


def test_percentages_are_marked_at_the_quarters() -> None:
    ticks = chart("50", maximum=100).ticks
    assert [(tick.x, tick.text) for tick in ticks] == [
        (0.0, "0%"),
        (20.0, "25%"),
        (40.0, "50%"),
        (60.0, "75%"),
        (80.0, "100%"),
    ]


def test_labels_and_bars_do_not_overlap_and_stay_inside() -> None:
    drawn = chart("61.8", "44.1", "36.2", maximum=100, label="医療・健康・衛生関連情報（市内病院案内、健康診断）")
    floor = 0
    for bar in drawn.bars:
        baselines = [line.y for line in bar.lines]
        assert baselines[0] - LINE >= floor - LINE // 2
        assert [after - before for before, after in pairwise(baselines)] == [LINE]
        assert baselines[-1] < bar.y < bar.value_y < bar.bottom
        floor = bar.bottom
    assert floor < drawn.axis_y < drawn.axis_end < drawn.tick_y < drawn.height


def test_a_limit_is_told_from_a_value() -> None:
    items = [BarItem("毎日", Decimal(60), "60%超", is_bound=True)]
    assert bar_chart(items, unit="%", maximum=100).has_bound is True
    assert chart("60", maximum=100).has_bound is False


def test_nothing_to_draw_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one value"):
        bar_chart([], unit="%")


def test_negative_values_are_refused() -> None:
    with pytest.raises(ValueError, match="from 0 up"):
        chart("-1")
