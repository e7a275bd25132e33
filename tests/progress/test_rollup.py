"""Roll-ups: the sums of parts equal the whole, and blanks are not noughts."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

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
