"""Writes sheets of columns as an .xlsx file. Knows Excel, and nothing of programmes."""

import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from programs import reading
from programs.workbook.cells import Pen, set_height, takes_cells
from programs.workbook.columns import Column, Shape, Sheet, Values

NARROWEST, WIDEST, WIDEST_TOLD, PROSE_WIDTH = 8, 48, 72, 48
LINE_HEIGHT, MOST_LINES = 18, 12
# How far below the last row the drop-down lists go.
ROOM_FOR_NEW_ROWS = 1000

_FORMATS = {
    Shape.CODE: "@",
    Shape.LINE: "@",
    Shape.PROSE: "@",
    Shape.DAY: "yyyy/m/d",
    Shape.YEAR: "0",
    Shape.MONEY: "#,##0",
}
_TOP = Alignment(vertical="top")
_WRAPPED = Alignment(vertical="top", wrap_text=True)
_HEAD = {"font": Font(bold=True), "fill": PatternFill("solid", fgColor="D9E6FF"), "alignment": _WRAPPED}


@dataclass(frozen=True)
class Table:
    """A sheet that only tells: its first row is the head."""

    name: str
    rows: Sequence[Sequence[object]]


@dataclass(frozen=True)
class Book:
    """A file: the sheets to fill in with their rows, lists to choose from by label, and sheets that only tell.

    `mark` (「見本データ」) stands at the head of every printed page and in the
    file's properties; "" for none.
    """

    title: str
    contents: Sequence[tuple[Sheet, Sequence[Values]]]
    code_sheet: str
    code_lists: Mapping[str, Sequence[object]]
    before: Sequence[Table] = ()
    after: Sequence[Table] = ()
    mark: str = ""


def write(book: Book) -> bytes:
    """The file. Text is never run as a formula, and control characters are left out."""
    workbook = Workbook(write_only=True)
    workbook.properties.title = f"{book.mark} {book.title}".strip()
    workbook.properties.creator = "川崎市情報化推進プラン ポータル"
    for table in book.before:
        _write_table(workbook, table, book.mark)
    for sheet, rows in book.contents:
        _write_sheet(workbook, sheet, rows, book)
    _write_table(workbook, _code_table(book), book.mark)
    for table in book.after:
        _write_table(workbook, table, book.mark)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def text_width(text: str) -> int:
    """The width of the longest line in half-width characters: East Asian wide ones count two."""
    if text.isascii() and text.isprintable():
        return len(text)
    return max((sum(_character_width(character) for character in line) for line in text.splitlines()), default=0)


@cache
def _character_width(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in "WFA" else 1


def _write_sheet(workbook: Workbook, sheet: Sheet, rows: Sequence[Values], book: Book) -> None:
    page = workbook.create_sheet(sheet.name)
    takes_cells(page)
    set_up(page, book.mark)
    for index, column in enumerate(sheet.columns, start=1):
        letter = get_column_letter(index)
        page.column_dimensions[letter].width = _width(column, rows)
        # New cells below the rows behave like those above: 1-1-1 typed into a text cell stays a code.
        page.column_dimensions[letter].number_format = _FORMATS.get(column.shape, "General")
        if column.codes:
            page.data_validations.append(_choice(column, letter, len(rows), book))
    page.append([Pen(page, **_HEAD).put(column.label) for column in sheet.columns])
    pens = [(column, _pen(page, column)) for column in sheet.columns]
    prose_columns = [column for column in sheet.columns if column.shape is Shape.PROSE]
    for number, values in enumerate(rows, start=2):
        prose = [column.shown(values.get(column.name)) for column in prose_columns]
        set_height(page, number, row_height(prose, PROSE_WIDTH))
        page.append([pen.put(_told(column, values.get(column.name))) for column, pen in pens])


def _told(column: Column, value: object) -> object:
    if value is None or value == "":
        return None
    return value if column.words is None else column.shown(value)


def _pen(page: Any, column: Column) -> Pen:
    style = {"number_format": _FORMATS[column.shape]} if column.shape in _FORMATS else {}
    return Pen(page, alignment=_WRAPPED if column.shape is Shape.PROSE else _TOP, **style)


def _write_table(workbook: Workbook, table: Table, mark: str) -> None:
    page = workbook.create_sheet(table.name)
    takes_cells(page)
    set_up(page, mark)
    columns = list(zip_longest(*table.rows))
    for index, cells in enumerate(columns, start=1):
        widest = max(text_width(reading.shown(cell)) for cell in cells)
        page.column_dimensions[get_column_letter(index)].width = min(max(widest + 2, NARROWEST), WIDEST_TOLD)
    heads, pens = ([Pen(page, **style) for _ in columns] for style in (_HEAD, {"alignment": _WRAPPED}))
    for number, row in enumerate(table.rows, start=1):
        set_height(page, number, row_height([str(value or "") for value in row], WIDEST_TOLD))
        page.append([pen.put(value) for pen, value in zip(heads if number == 1 else pens, row, strict=False)])


def set_up(page: Any, mark: str) -> None:
    """A4 landscape, as wide as one page, with the head in the first row on every page and `mark` above it."""
    set_paper(page, mark)
    page.freeze_panes = "A2"
    page.print_title_rows = "1:1"


def set_paper(page: Any, mark: str) -> None:
    """A4 landscape, as wide as one page, with `mark` above and the number of the page below."""
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = 9  # A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.oddHeader.center.text = f"{mark} &A".strip()
    page.oddFooter.center.text = "&P / &N"


def _width(column: Column, rows: Iterable[Values]) -> int:
    if column.shape is Shape.PROSE:
        return PROSE_WIDTH
    # In its cell a year is the bare number of the example.
    stored = {values.get(column.name) for values in rows} if column.shape is not Shape.YEAR else ()
    shown = [column.label, column.example, *map(column.shown, stored)]
    return min(max(NARROWEST, *(text_width(text) + 2 for text in shown)), WIDEST)


def wrapped_lines(text: str, width: int) -> int:
    """How many lines the text takes, `width` half-width characters wide; 0 for no text."""
    return sum(max(1, -(-text_width(line) // width)) for line in text.splitlines())


def row_height(texts: Iterable[str], width: int) -> int:
    """In points, for the tallest of wrapped texts: spreadsheets do not all work it out when they open a file."""
    lines = max((wrapped_lines(text, width - 2) for text in texts), default=1)
    return LINE_HEIGHT * min(max(lines, 1), MOST_LINES)


def _choice(column: Column, letter: str, rows: int, book: Book) -> DataValidation:
    """A drop-down list of the code list; fixed words must be chosen, of codes Excel only warns."""
    labels = list(book.code_lists)
    source, length = get_column_letter(labels.index(column.codes) + 1), len(book.code_lists[column.codes])
    choice = DataValidation(
        type="list",
        formula1=f"'{book.code_sheet}'!${source}$2:${source}${length + 1}",
        allow_blank=not column.is_required,
        showErrorMessage=True,
        errorStyle="stop" if column.words is not None else "warning",
        errorTitle=column.label,
        error=f"シート「{book.code_sheet}」の「{column.codes}」にあるものを選んでください。",
    )
    choice.add(f"{letter}2:{letter}{rows + 1 + ROOM_FOR_NEW_ROWS}")
    return choice


def _code_table(book: Book) -> Table:
    lists = zip_longest(*book.code_lists.values())
    return Table(book.code_sheet, [list(book.code_lists), *(list(row) for row in lists)])
