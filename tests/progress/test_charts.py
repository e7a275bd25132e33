"""Places of bars and charts."""

import itertools
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from progress.charts import Point, chart, segments, tone, written


def test_segments_fill_the_bar_and_leave_out_nothing_but_empty_ones() -> None:
    laid = segments([("1", "1", "よい", 1), ("2", "2", "まあ", 0), ("5", "5", "わるい", 3)])
    assert [(part.symbol, part.x, part.width, part.count) for part in laid] == [
        ("1", 0.0, 25.0, 1),
        ("5", 25.0, 75.0, 3),
    ]


@given(st.lists(st.integers(0, 10_000), max_size=9))
def test_segments_add_up_to_the_whole(counts: list[int]) -> None:
    laid = segments([("1", str(place), "", count) for place, count in enumerate(counts)])
    assert sum(part.count for part in laid) == sum(counts)
    if laid:
        assert laid[0].x == 0
        assert laid[-1].x + laid[-1].width == pytest.approx(100, abs=0.02)
        for before, after in itertools.pairwise(laid):
            assert after.x == pytest.approx(before.x + before.width, abs=0.011)


@pytest.mark.parametrize(
    ("steps", "tones"), [(1, ["1"]), (3, ["1", "3", "5"]), (4, ["1", "2", "4", "5"]), (5, ["1", "2", "3", "4", "5"])]
)
def test_tones_go_from_the_darkest_to_the_palest(steps: int, tones: list[str]) -> None:
    assert [tone(place, steps) for place in range(steps)] == tones


def test_chart_places_higher_values_higher_and_marks_what_was_reached() -> None:
    drawn = chart(
        [Point(2016, Decimal(100), Decimal(120), True), Point(2017, Decimal(150), None)], baseline=Decimal(40)
    )
    assert drawn is not None
    (first, second), (actual,) = drawn.targets, drawn.actuals
    assert (actual.y < first.y, second.y < actual.y, actual.is_reached) == (True, True, True)
    assert drawn.baseline is not None
    assert first.y < drawn.baseline.y < drawn.axis_y
    assert [(line.x1, line.y1, line.x2, line.y2) for line in drawn.lines] == [(first.x, first.y, second.x, second.y)]
    assert [text for _, text in drawn.years] == ["2016", "2017"]


def test_nothing_is_drawn_without_a_number() -> None:
    assert chart([Point(2016, None, None)], baseline=Decimal(3)) is None


def test_chart_of_noughts_and_of_negative_values_stays_inside() -> None:
    for values in ([Decimal(0)], [Decimal(-5), Decimal(5)]):
        drawn = chart([Point(2016 + place, value, value) for place, value in enumerate(values)])
        assert drawn is not None
        assert all(0 < mark.y <= drawn.axis_y for mark in (*drawn.targets, *drawn.actuals))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (Decimal("1234.5000"), "1,234.5"),
        (Decimal("0"), "0"),
        (Decimal("1E+3"), "1,000"),
        (Decimal("-0.5"), "-0.5"),
    ],
)
def test_numbers_are_written_without_trailing_zeros(value: Decimal | None, text: str) -> None:
    assert written(value) == text
