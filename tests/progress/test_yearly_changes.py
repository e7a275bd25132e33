"""What changed between two years, as a table of cases."""

import pytest

from progress.yearly_changes import Changed, Graded, Kind, changes


def _by_action(*rows: Graded) -> dict[int, Graded]:
    return {row.action: row for row in rows}


@pytest.mark.parametrize(
    ("before", "now", "kind"),
    [
        (3, 1, Kind.BETTER),
        (1, 3, Kind.WORSE),
        (None, 2, Kind.DECIDED),
        (2, None, Kind.DECIDED),
        (2, 2, Kind.SAME),
        (None, None, Kind.SAME),
    ],
)
def test_grades_are_compared(before: int | None, now: int | None, kind: Kind) -> None:
    found = changes([Graded(11, 1, now)], _by_action(Graded(10, 1, before)), {})
    expected = {each: (Changed(11, 10),) if each is kind else () for each in Kind}
    assert found == expected


@pytest.mark.parametrize("before", [[Graded(10, 1, 2)], [Graded(10, 1, None)], []])
def test_what_is_undecided_is_neither_new_nor_the_same(before: list[Graded]) -> None:
    found = changes([Graded(11, 1, None, is_undecided=True)], _by_action(*before), {})
    assert [kind for kind, rows in found.items() if rows] == [Kind.UNDECIDED]


@pytest.mark.parametrize("rank", [None, 2])
def test_what_was_undecided_and_is_decided_now_has_changed_with_a_grade_or_without(rank: int | None) -> None:
    found = changes([Graded(11, 1, rank)], _by_action(Graded(10, 1, None, is_undecided=True)), {})
    assert {kind: rows for kind, rows in found.items() if rows} == {Kind.DECIDED: (Changed(11, 10),)}


def test_new_ended_and_replanned() -> None:
    found = changes([Graded(11, 1, 0, is_replanned=True)], _by_action(Graded(20, 2, 0)), {})
    assert (found[Kind.NEW], found[Kind.ENDED], found[Kind.REPLANNED]) == (
        (Changed(11, None),),
        (Changed(None, 20),),
        (Changed(11, None),),
    )


def test_what_was_never_decided_has_not_ended() -> None:
    found = changes([], _by_action(Graded(10, 1, None, is_undecided=True), Graded(20, 2, 3)), {})
    assert found[Kind.ENDED] == (Changed(None, 20),)


def test_action_of_the_next_programme_is_compared_with_what_it_continues() -> None:
    now = [Graded(31, 3, 0), Graded(41, 4, 2)]
    before = _by_action(Graded(10, 1, 1), Graded(20, 2, 1))
    found = changes(now, before, {3: [1, 2], 4: [1]})
    assert (found[Kind.BETTER], found[Kind.WORSE], found[Kind.NEW], found[Kind.ENDED]) == (
        (Changed(31, 10),),
        (Changed(41, 10),),
        (),
        (),
    )
