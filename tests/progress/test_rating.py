"""Rates and the grade that numbers suggest."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from progress.rating import HIGHEST_RATE, Measured, Step, mean_rate, rate, reached, suggestion

STEPS = [Step(1, 120), Step(2, 105), Step(3, 95), Step(4, 70), Step(5, 0)]
numbers = st.decimals(min_value=0, max_value=10**9, places=2, allow_nan=False)


def _measured(target: str | None, actual: str | None, *, falls: bool = False) -> Measured:
    return Measured(
        None if target is None else Decimal(target), None if actual is None else Decimal(actual), falls=falls
    )


@pytest.mark.parametrize(
    ("target", "actual", "falls", "expected_rate", "expected_reached"),
    [
        ("100", "100", False, "100.0", True),
        ("100", "80", False, "80.0", False),
        ("100", "80", True, "125.0", True),
        ("100", "125", True, "80.0", False),
        ("3", "2", False, "66.7", False),
        ("0", "0", False, "100.0", True),
        ("0", "5", True, "0.0", False),
        ("10", "0", True, "100.0", True),
        ("10", "0", False, "0.0", False),
        ("-5", "3", False, None, True),
        (None, "3", False, None, None),
        ("3", None, False, None, None),
    ],
)
def test_rate_and_whether_the_target_was_reached(
    target: str | None, actual: str | None, falls: bool, expected_rate: str | None, expected_reached: bool | None
) -> None:
    measured = _measured(target, actual, falls=falls)
    assert rate(measured) == (None if expected_rate is None else Decimal(expected_rate))
    assert reached(measured) is expected_reached


@pytest.mark.parametrize(
    ("actual", "grade"),
    [("120", 1), ("119.9", 2), ("105", 2), ("95", 3), ("94.9", 4), ("70", 4), ("69.9", 5), ("0", 5)],
)
def test_the_suggestion_follows_the_scale(actual: str, grade: int) -> None:
    assert suggestion([_measured("100", actual)], STEPS) == grade


def test_numbers_that_are_missing_suggest_nothing_and_do_not_count_as_nought() -> None:
    assert suggestion([_measured(None, None)], STEPS) is None
    assert suggestion([], STEPS) is None
    assert mean_rate([_measured("100", "90"), _measured("100", None)]) == Decimal("90.0")


def test_one_indicator_far_above_does_not_outweigh_the_others() -> None:
    assert mean_rate([_measured("1", "1000"), _measured("100", "0")]) == HIGHEST_RATE / 2


@given(target=numbers, actual=numbers, falls=st.booleans())
def test_a_reached_target_has_a_rate_of_at_least_one_hundred(target: Decimal, actual: Decimal, falls: bool) -> None:
    measured = Measured(target, actual, falls=falls)
    found = rate(measured)
    assert found is not None
    if reached(measured):
        assert found >= 100
    else:
        assert found <= 100


@given(st.lists(st.tuples(numbers, numbers), min_size=1))
def test_the_mean_lies_between_nought_and_the_highest_rate(pairs: list[tuple[Decimal, Decimal]]) -> None:
    mean = mean_rate(Measured(target, actual) for target, actual in pairs)
    assert mean is not None
    assert 0 <= mean <= HIGHEST_RATE
