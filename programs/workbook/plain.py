"""Workbooks for machines: one table a sheet, its head in the first row, one value a cell, no style at all."""

import datetime
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from openpyxl import Workbook

from programs import reading
from programs.workbook.cells import is_too_exact, takes_values, unstyled
from programs.workbook.listing import Origin, set_properties

MOST_ROWS = 1_048_576
# What needs a second look: the beginnings of formulas and errors, and white space.
_UNUSUAL_STARTS = frozenset("=+-@# ")


@dataclass(frozen=True)
class PlainSheet:
    """`rows` are values in the order of `labels`: text, whole numbers, Decimal, dates; None for what is not known."""

    name: str
    labels: Sequence[str]
    rows: Iterable[Sequence[object]]


def write_plain(origin: Origin, sheets: Iterable[PlainSheet]) -> bytes:
    """The file. Rows are taken one by one; what Excel cannot hold on one sheet goes on on the next one."""
    workbook = Workbook(write_only=True)
    set_properties(workbook, origin)
    for sheet in sheets:
        _write(workbook, sheet)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def _write(workbook: Any, sheet: PlainSheet) -> None:
    page = _page(workbook, sheet.name, sheet.labels)
    for number, row in enumerate(sheet.rows):
        part, place = divmod(number, MOST_ROWS - 1)
        if part and not place:
            page = _page(workbook, f"{sheet.name}（{part + 1}）", sheet.labels)
        page.append([_value(page, value) for value in row])


def _page(workbook: Any, name: str, labels: Sequence[str]) -> Any:
    page = workbook.create_sheet(name)
    takes_values(page)
    page.append([_value(page, label) for label in labels])
    return page


def _value(page: Any, value: object) -> Any:
    if isinstance(value, str):
        if value.isprintable() and value[:1] not in _UNUSUAL_STARTS and value[-1:] != " " and "_x" not in value:
            return value or None
        return unstyled(page, one_line(value)) if value else None
    if isinstance(value, Decimal) and is_too_exact(value):
        return reading.plain_number(value)
    if value is None or isinstance(value, int | Decimal | datetime.date):
        return value
    return unstyled(page, one_line(str(value)))


def one_line(text: str) -> str:
    """Without control characters and line breaks: a cell is one value, as in the CSV files."""
    text = reading.clean_text(text)
    return " ".join(text.splitlines()) if "\n" in text else text
