"""Roll-ups: the sums of parts equal the whole, and blanks are not noughts."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from progress.queries import results
from progress.rollup import Money, Part, Rollup

amounts = st.none() | st.integers(min_value=0, max_value=10**12)
parts = st.builds(
    Part,
    grade=st.sampled_from(["", "1", "2", "3", "4", "5", "未着手", "中止", "評価困難"]),
    budget=amounts,
    settlement=amounts,
    indicators_total=st.integers(0, 9),
    indicators_reached=st.integers(0, 9),
)


@given(st.lists(parts), st.lists(parts))
def test_the_sum_of_two_groups_is_the_sum_of_all(first: list[Part], second: list[Part]) -> None:
    assert Rollup.of(first) + Rollup.of(second) == Rollup.of([*first, *second])


@given(st.lists(parts))
def test_every_part_is_counted_once(group: list[Part]) -> None:
    whole = Rollup.of(group)
    assert whole.total == len(group)
    assert sum(whole.grades.values()) + whole.undecided == len(group)
    assert whole.budget.known + whole.budget.blank == len(group)
    assert (whole.budget.amount is None) == all(part.budget is None for part in group)


def test_blanks_are_not_noughts() -> None:
    assert Rollup.of([Part(budget=None), Part(budget=0)]).budget == Money(0, known=1, blank=1)
    assert Rollup.of([Part(), Part()]).budget == Money(None, known=0, blank=2)
    assert Rollup.of([]).budget == Money(None)


def test_grades_are_counted_by_symbol() -> None:
    whole = Rollup.of([Part(grade="3"), Part(grade="3"), Part(grade="中止"), Part()])
    assert (whole.grades, whole.undecided) == (Counter({"3": 2, "中止": 1}), 1)


@pytest.mark.parametrize(
    ("money", "words"),
    [
        (results.Money(1200, 0), "1,200千円"),
        (results.Money(1200, 3, 2), "1,200千円（未確定2件、不明1件を除く）"),
        (results.Money(0, 2, 2), "0千円（未確定2件を除く）"),
        (results.Money(None, 2), "不明"),
        (results.Money(None, 2, 2), "未確定"),
        (results.Money(None, 2, 1), "未確定・不明"),
        (results.Money(None, 0), "不明"),
    ],
)
def test_a_sum_tells_what_is_not_known_from_what_is_not_decided(money: results.Money, words: str) -> None:
    assert str(money) == words


def test_settlements_of_undecided_evaluations_are_not_called_unknown() -> None:
    parts = [Part("1", 10, 9), Part("2", 10, None), Part("", 10, None)]
    sums = results.sums_of(Rollup.of(parts).as_json(), results.Legend.of({}))
    assert (str(sums.budget), str(sums.settlement)) == ("30千円", "9千円（未確定1件、不明1件を除く）")
