"""Cells for openpyxl's write-only sheets: styled once for a column, used for every row. Text is never a formula."""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ERROR_CODES
from openpyxl.styles.numbers import is_date_format

from programs import reading

FORMULA_STARTS = ("=", "+", "-", "@")
LONGEST_CELL = 32_767
# More figures than these do not survive as a number in Excel.
EXACT_FIGURES = 15
_DAY_FORMAT = "yyyy/m/d"


class Pen:
    """Writes one column of one sheet.

    Styling costs ten times what writing does, so each style is put on one cell
    that all values of the column pass through: a row must be written before
    the next one is made, and each column needs a pen of its own. `style` are
    attributes of a cell: font, fill, border, alignment, number_format.
    """

    def __init__(self, page: Any, **style: object) -> None:
        self._plain = _styled(page, style)
        self._quoted = _styled(page, {**style, "quotePrefix": True})
        has_days = is_date_format(self._plain.number_format)
        self._day = self._plain if has_days else _styled(page, {**style, "number_format": _DAY_FORMAT})

    def put(self, value: object) -> Any:
        """The cell with the value: text, a number, a date, a truth, or None for an empty one."""
        if isinstance(value, str):
            return self._text(reading.clean_text(value)[:LONGEST_CELL])
        if isinstance(value, Decimal) and is_too_exact(value):
            return self._text(reading.plain_number(value))
        cell = self._day if isinstance(value, datetime.date) else self._plain
        cell.value = value
        return cell

    def _text(self, text: str) -> Any:
        """What begins like a formula is marked with the quote that Excel itself uses."""
        cell = self._quoted if text.startswith(FORMULA_STARTS) else self._plain
        cell.value = text
        cell.data_type = "s"
        return cell


def put_text(cell: Any, text: str) -> None:
    """Text into a cell of an ordinary sheet, as a `Pen` writes it."""
    text = reading.clean_text(text)[:LONGEST_CELL]
    cell.value = text
    cell.data_type = "s"
    if text.startswith(FORMULA_STARTS):
        cell.quotePrefix = True


def takes_cells(page: Any) -> None:
    """Every row of the sheet is a list of cells, none of values.

    openpyxl tries each cell as a value first, and catches the error: half of
    the time of a styled sheet.
    """
    page._values_to_row = _as_they_are


def _as_they_are(row: Iterable[Any], number: int) -> Iterator[Any]:
    for index, cell in enumerate(row, start=1):
        cell.row, cell.column = number, index
        yield cell


def unstyled(page: Any, text: str) -> Any:
    """Text for a sheet without any style: itself, or a cell where Excel would take it for something else."""
    if not text.startswith(FORMULA_STARTS) and text not in ERROR_CODES:
        return text
    return Pen(page).put(text)


def is_too_exact(number: Decimal) -> bool:
    """Whether a number cell would change it."""
    return len(number.normalize().as_tuple().digits) > EXACT_FIGURES


def _styled(page: Any, style: Mapping[str, object]) -> Any:
    cell = WriteOnlyCell(page)
    for name, value in style.items():
        setattr(cell, name, value)
    return cell
