"""What a sheet is made of: columns as data, label → getter → reader → remedy. No Excel in here."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

from plan.fiscal import fiscal_year_label
from programs import reading

Values = dict[str, object]
"""What a row says, by `Column.name`: texts, whole numbers, Decimal, dates, stored words of choices; None is empty."""


class Shape(Enum):
    """How a column's cells look and behave in the file."""

    CODE = "code"
    LINE = "line"
    PROSE = "prose"
    YEAR = "year"
    NUMBER = "number"
    MONTH = "month"
    MONEY = "money"
    DAY = "day"


@dataclass(frozen=True)
class Column:
    """One column of a sheet.

    `getter` takes the value from a model instance, `reader` from a cell that
    is not empty (ValueError with what is wrong and how to mend it). `meaning`
    and `example` stand in the sheet 記入要領. A required column must be there
    and be filled in on every row. `words` are the choices (label → stored
    word), `codes` names the list of the sheet コード表 to choose from. A
    column without a getter is for reading only; its cells are passed over.
    """

    label: str
    name: str
    shape: Shape
    meaning: str
    example: str = ""
    getter: Callable[[Any], object] | None = None
    reader: Callable[[object], object] = reading.read_line
    is_required: bool = False
    longest: int | None = None
    words: Mapping[str, str] | None = None
    codes: str = ""
    is_note: bool = False

    @property
    def empty(self) -> object:
        """What an empty cell means."""
        return "" if self.shape in (Shape.LINE, Shape.PROSE) and self.words is None else None

    def value_of(self, instance: object) -> object:
        """The value as it would come back from the file: texts cleaned."""
        value = self.getter(instance) if self.getter else None
        if isinstance(value, str) and self.words is None:
            return reading.clean_text(value) if self.shape is Shape.PROSE else reading.read_line(value)
        return value

    def read(self, cell: object) -> object:
        """The value of a cell that is not empty. Raises `reading.Unreadable`."""
        if self.words is not None:
            return reading.read_choice(cell, self.words)
        value = self.reader(cell)
        if self.longest is not None and isinstance(value, str) and len(value) > self.longest:
            raise reading.Unreadable(
                cell, f"長すぎます（{len(value)}文字）。", f"{self.longest}文字以内で入力してください。"
            )
        return value

    def shown(self, value: object) -> str:
        """The value as people read it; "" for an empty one."""
        if value is None:
            return ""
        if self.words is not None:
            return next((label for label, word in self.words.items() if word == value), str(value))
        match value:
            case datetime.date():
                return f"{value.year}年{value.month}月{value.day}日"
            case Decimal():
                return reading.plain_number(value)
            case int() if self.shape is Shape.MONEY:
                return f"{value:,}千円"
            case int() if self.shape is Shape.MONTH:
                return f"{value}月"
            case int() if self.shape is Shape.YEAR:
                return fiscal_year_label(value)
        return str(value)


@dataclass(frozen=True)
class Sheet:
    """One sheet: `key` names the columns that tell its rows apart.

    `recognised_by` are further ways to find the stored row that a row of the
    file continues, tried in turn when the key finds none: a renamed indicator
    keeps its place. `group` names the columns of what the row hangs on;
    `position` counts within it.
    """

    name: str
    noun: str
    explanation: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    group: tuple[str, ...] = ()
    recognised_by: tuple[tuple[str, ...], ...] = ()
    title: tuple[str, ...] = ()

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def has_positions(self) -> bool:
        return any(column.name == "position" for column in self.columns)

    def title_of(self, values: Values) -> str:
        """What a list calls the row: 「1-1-003 窓口の見直し」."""
        parts = (self.column(name).shown(values.get(name)) for name in self.title or self.key)
        return " ".join(part for part in parts if part)
