"""A preview in portions: its numbers, and its lists page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.core.paginator import Page, Paginator

from programs.importing.comparing import ChangeKind, Changes
from programs.workbook.sheets import SHEETS

ON_A_PAGE = 100
T = TypeVar("T")


@dataclass(frozen=True)
class SheetCounts:
    """How many rows of one sheet are new, changed, gone and unchanged."""

    name: str
    new: int
    changed: int
    gone: int
    unchanged: int

    @property
    def is_changed(self) -> bool:
        return bool(self.new or self.changed or self.gone)

    @property
    def words(self) -> str:
        """「追加2件、変更1件」."""
        numbers = zip((self.new, self.changed, self.gone), ChangeKind, strict=True)
        return "、".join(f"{kind.label}{number}件" for number, kind in numbers if number)


def counts_of(changes: Changes) -> list[SheetCounts]:
    return [
        SheetCounts(
            sheet.name,
            changes.count(sheet, ChangeKind.NEW),
            changes.count(sheet, ChangeKind.CHANGED),
            changes.count(sheet, ChangeKind.GONE),
            changes.unchanged.get(sheet.name, 0),
        )
        for sheet in SHEETS
    ]


def page_of(rows: Sequence[T], number: str) -> "Page[T]":
    """A portion of what a preview lists; the nearest one for a number that does not exist."""
    return Paginator(rows, ON_A_PAGE).get_page(number)
