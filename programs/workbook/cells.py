"""Cells for openpyxl's write-only sheets: styled once for a column, used for every row. Text is never a formula."""

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from typing import Any
from xml.sax.saxutils import escape

from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ERROR_CODES
from openpyxl.compat import safe_string
from openpyxl.styles.numbers import is_date_format
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from programs import reading

FORMULA_STARTS = ("=", "+", "-", "@")
LONGEST_CELL = 32_767
# More figures than these do not survive as a number in Excel.
EXACT_FIGURES = 15
_DAY_FORMAT = "yyyy/m/d"
FRACTION = ".####"
"""The end of a number format for figures that may have a fraction."""


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
        shown_as = self._plain.number_format
        # Excel would show the point of 「1,200.」 as well.
        self._whole = _styled(page, {**style, "number_format": shown_as.removesuffix(FRACTION)})
        has_days = is_date_format(shown_as)
        self._day = self._plain if has_days else _styled(page, {**style, "number_format": _DAY_FORMAT})

    def put(self, value: object) -> Any:
        """The cell with the value: text, a number, a date, a truth, or None for an empty one."""
        if isinstance(value, str):
            return self._text(reading.clean_text(value)[:LONGEST_CELL])
        if isinstance(value, Decimal) and is_too_exact(value):
            return self._text(reading.plain_number(value))
        cell = self._day if isinstance(value, datetime.date) else self._whole if _is_whole(value) else self._plain
        cell.value = value
        return cell

    def _text(self, text: str) -> Any:
        """What begins like a formula is marked with the quote that Excel itself uses."""
        cell = self._quoted if text.startswith(FORMULA_STARTS) else self._plain
        # By its value, openpyxl would look through the text for what was cleaned away already.
        cell._value, cell.data_type = text, "s"
        return cell


def put_text(cell: Any, text: str) -> None:
    """Text into a cell of an ordinary sheet, as a `Pen` writes it."""
    text = reading.clean_text(text)[:LONGEST_CELL]
    cell.value = text
    cell.data_type = "s"
    if text.startswith(FORMULA_STARTS):
        cell.quotePrefix = True


def takes_cells(page: Any) -> None:
    """Every row of the sheet is a list of cells, none of values; they are written fast.

    openpyxl tries each cell as a value first, and catches the error, and makes
    a tree of elements of each: four fifths of the time of a styled sheet.
    """
    page._values_to_row = _as_they_are
    page._get_writer = partial(_get_writer, page, _Rows(page).write)


def takes_values(page: Any) -> None:
    """Every row of the sheet is a list of texts, numbers, dates, None, and cells where one needs a style."""
    page._values_to_row = _values_in_cells
    page._get_writer = partial(_get_writer, page, _Rows(page).write_values)


def set_height(page: Any, number: int, points: float) -> None:
    """Of a row of a sheet that `takes_cells`: what is written of it, without openpyxl's object for each row."""
    page.row_dimensions[number] = {"ht": points, "customHeight": 1}


def _get_writer(page: Any, write_row: Callable[[Any, Iterable[Any], int], None]) -> None:
    """As the sheet's own, with rows written by `write_row`."""
    if page._writer is None:
        WriteOnlyWorksheet._get_writer(page)
        writer: Any = page._writer
        writer.write_row = write_row


def _values_in_cells(row: Iterable[Any], _number: int) -> Iterable[Any]:
    return row


class _Rows:
    """Writes the rows of a sheet as openpyxl would."""

    def __init__(self, page: Any) -> None:
        self._page = page
        self._styles: dict[Any, int] = {}
        self._day: Pen | None = None

    def write(self, xf: Any, row: Iterable[Any], number: int) -> None:
        """`xf` is what et_xmlfile writes a file by; its `_file` takes text as it is."""
        attributes = {"r": str(number), **dict(self._page.row_dimensions.get(number, {}))}
        told = " ".join(f'{name}="{value}"' for name, value in attributes.items())
        cells = "".join(self._cell(cell, number) for cell in row)
        xf._file(f"<row {told}>{cells}</row>")

    def write_values(self, xf: Any, row: Iterable[Any], number: int) -> None:
        cells = "".join(self._value(value, index, number) for index, value in enumerate(row, start=1))
        xf._file(f'<row r="{number}">{cells}</row>')

    def _value(self, value: Any, column: int, number: int) -> str:
        if value is None:
            return ""
        if isinstance(value, str):
            text = escape(value[:LONGEST_CELL])
            return f'<c r="{get_column_letter(column)}{number}" t="inlineStr"><is><t>{text}</t></is></c>'
        if isinstance(value, int | Decimal):
            return f'<c r="{get_column_letter(column)}{number}"><v>{safe_string(value)}</v></c>'
        if isinstance(value, datetime.date):
            self._day = self._day or Pen(self._page)
            value = self._day.put(value)
        value.row, value.column = number, column
        return self._cell(value, number)

    def _cell(self, cell: Any, number: int) -> str:
        style = self._styles.get(cell)
        if style is None:
            style = self._styles[cell] = cell.style_id
        head = f'<c r="{get_column_letter(cell.column)}{number}" s="{style}"'
        value, kind = cell._value, cell.data_type
        if value is None or value == "":
            return f"{head}/>"
        if kind == "s":
            space = ' xml:space="preserve"' if value != value.strip() else ""
            return f'{head} t="inlineStr"><is><t{space}>{escape(value)}</t></is></c>'
        if kind == "d":
            value, kind = to_excel(value, self._page.parent.epoch), "n"
        return f'{head} t="{kind}"><v>{safe_string(value)}</v></c>'


def _as_they_are(row: Iterable[Any], number: int) -> Iterator[Any]:
    for index, cell in enumerate(row, start=1):
        cell.row, cell.column = number, index
        yield cell


def unstyled(page: Any, text: str) -> Any:
    """Text for a sheet without any style: itself, or a cell where Excel would take it for something else."""
    if not text.startswith(FORMULA_STARTS) and text not in ERROR_CODES:
        return text
    return Pen(page).put(text)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) or (isinstance(value, Decimal) and value == value.to_integral_value())


def is_too_exact(number: Decimal) -> bool:
    """Whether a number cell would change it."""
    return len(number.normalize().as_tuple().digits) > EXACT_FIGURES


def _styled(page: Any, style: Mapping[str, object]) -> Any:
    cell = WriteOnlyCell(page)
    for name, value in style.items():
        setattr(cell, name, value)
    return cell
