"""What changed between two published years, action by action. Pure."""

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import NamedTuple


class Kind(Enum):
    """A kind of change; the value is its part of the address."""

    BETTER = "better"
    WORSE = "worse"
    DECIDED = "decided"
    NEW = "new"
    ENDED = "ended"
    SAME = "same"
    UNDECIDED = "undecided"
    REPLANNED = "replanned"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Kind.BETTER: "達成度が上がった取組",
    Kind.WORSE: "達成度が下がった取組",
    Kind.DECIDED: "評価が確定した、または達成度の有無が変わった取組",
    Kind.NEW: "新しく評価した取組",
    Kind.ENDED: "評価がなくなった取組",
    Kind.SAME: "達成度が変わらなかった取組",
    Kind.UNDECIDED: "評価が未確定の取組",
    Kind.REPLANNED: "年度の途中で計画を変えた取組",
}


class Graded(NamedTuple):
    """One action in one year: `key` of the frozen row, the action and its rank (0 is best; None is without a grade).

    `is_undecided`: nothing is decided of it yet, so there is nothing to compare.
    """

    key: int
    action: int
    rank: int | None
    is_replanned: bool = False
    is_undecided: bool = False


class Changed(NamedTuple):
    """A row of this year (None where the action is gone) beside the one of the year before (None where it is new)."""

    now: int | None
    before: int | None


def changes(
    now: Iterable[Graded], earlier: Mapping[int, Graded], came_from: Mapping[int, Iterable[int]]
) -> dict[Kind, tuple[Changed, ...]]:
    """Every kind with its rows, in the order of `now` (of `earlier` for those that ended).

    Each action is in one kind, and in REPLANNED besides where its plan was changed.

    `earlier` has the rows of the year before by their action, in their order.
    `came_from` gives for an action of a later programme the actions it
    continues; one that came from several is compared with the first of them.
    """
    found: dict[Kind, list[Changed]] = {kind: [] for kind in Kind}
    continued: set[int] = set()
    for row in now:
        origins = [action for action in (row.action, *came_from.get(row.action, ())) if action in earlier]
        continued.update(origins)
        old = earlier[origins[0]] if origins else None
        pair = Changed(row.key, old.key if old else None)
        found[_kind(row, old)].append(pair)
        if row.is_replanned:
            found[Kind.REPLANNED].append(pair)
    evaluated = (row for row in earlier.values() if not row.is_undecided)
    found[Kind.ENDED] = [Changed(None, row.key) for row in evaluated if row.action not in continued]
    return {kind: tuple(rows) for kind, rows in found.items()}


def _kind(row: Graded, old: Graded | None) -> Kind:
    if row.is_undecided:
        return Kind.UNDECIDED
    if old is None:
        return Kind.NEW
    if old.is_undecided or (row.rank is None) is not (old.rank is None):
        return Kind.DECIDED
    if row.rank is None or old.rank is None or row.rank == old.rank:
        return Kind.SAME
    return Kind.BETTER if row.rank < old.rank else Kind.WORSE
