"""The yearly plans on the page of an action, each field beside what was planned at first."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from plan.fiscal import fiscal_year_label
from plan.prose import TermMarker
from programs.queries.originals import (
    Field,
    Original,
    Why,
    are_others,
    in_order_of_year,
    is_another,
    milestone_line,
    money_words,
    why_changed,
    why_milestones_changed,
)

Row = Mapping[str, Any]


@dataclass(frozen=True)
class MilestonePlan:
    month: int | None
    title: str

    def __str__(self) -> str:
        return milestone_line({"month": self.month, "title": self.title})


@dataclass(frozen=True)
class YearPlan:
    """The plan of one fiscal year. Money in 千円, None is unknown.

    `typed` is the plan as it was typed; `originals` are the fields that were others at first.
    """

    key: int
    year: int
    work: SafeString
    typed: str
    budget: int | None
    milestones: tuple[MilestonePlan, ...] = ()
    originals: tuple[Original, ...] = ()

    @property
    def label(self) -> str:
        return fiscal_year_label(self.year)


def yearly_plans(action: Any, marker: TermMarker) -> tuple[YearPlan, ...]:
    """By year, of an action read with `programs.queries.action_rows.with_rows`. No query."""
    marker.section()
    of_year = _by_year(action.milestone_rows or ())
    rows = sorted(action.year_rows or (), key=lambda row: row["year"])
    plans = [_Plan(row, of_year.get(row["year"], [])) for row in rows]
    whys = why_changed(action.change_rows, {field: value for plan in plans for field, value in plan.changed()})
    moved = why_milestones_changed(action.milestone_change_rows)
    return tuple(plan.told(whys, moved, marker) for plan in plans)


def _by_year(milestones: Iterable[Row]) -> dict[int, list[Row]]:
    of_year: dict[int, list[Row]] = {}
    for row in in_order_of_year(milestones):
        of_year.setdefault(row["year"], []).append(row)
    return of_year


@dataclass(frozen=True)
class _Plan:
    row: Row
    milestones: Sequence[Row]

    def changed(self) -> Iterator[tuple[Field, Any]]:
        """The fields that were others at first, each with what it says now."""
        if is_another(self.row["original_work"], self.row["work"]):
            yield (self.row["key"], "planned_work"), self.row["work"]
        if is_another(self.row["original_budget"], self.row["budget"]):
            yield (self.row["key"], "budget"), self.row["budget"]

    @property
    def first_milestones(self) -> list[Row]:
        """Those of at first, where they were others; otherwise none."""
        kept = self.row["original_milestones"]
        # SQLite gives the list within the row as text.
        first = json.loads(kept) if isinstance(kept, str) else kept or []
        return first if are_others(first, self.milestones) else []

    def told(self, whys: Mapping[Field, Why], moved: Mapping[int, Why], marker: TermMarker) -> YearPlan:
        return YearPlan(
            key=self.row["key"],
            year=self.row["year"],
            work=marker.lines(self.row["work"]),
            typed=self.row["work"],
            budget=self.row["budget"],
            milestones=tuple(MilestonePlan(each["month"], each["title"]) for each in self.milestones),
            originals=tuple(self._originals(whys, moved, marker)),
        )

    def _originals(self, whys: Mapping[Field, Why], moved: Mapping[int, Why], marker: TermMarker) -> Iterator[Original]:
        key = self.row["key"]
        for field, _ in self.changed():
            if field == (key, "planned_work"):
                yield Original("当初の計画", whys.get(field), marker.lines(self.row["original_work"]))
            else:
                yield Original("当初の予算額", whys.get(field), money_words(self.row["original_budget"]))
        if first := self.first_milestones:
            yield Original("当初のマイルストーン", moved.get(key), milestones=tuple(map(milestone_line, first)))
