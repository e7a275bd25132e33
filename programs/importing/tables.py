"""From the bytes of a file to typed rows. Every cell that cannot be read becomes an error; reading goes on.

Nothing is asked of the database here. The heading row is found by its labels,
wherever it and the columns stand; further columns and sheets are passed over.
"""

import io
import unicodedata
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import dropwhile, takewhile
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._reader import WorkSheetParser

from programs import excel_safety, reading
from programs.importing.errors import CellError
from programs.workbook.columns import Column, Sheet, Values
from programs.workbook.sheets import ABOUT, ADDRESS_LABEL, SHEETS

MOST_ROWS = 20_000
# The parser takes two seconds for 400,000 "<". The export of 74 actions has 40,000, that of 500 as much as 280,000.
MOST_MARKUP = 500_000
MOST_COLUMNS = 100
LONGEST_TEXT = 10_000
HEADING_WITHIN, ABOUT_WITHIN = 20, 50
TYPE_FORMULA, TYPE_ERROR = "f", "e"


@dataclass(frozen=True)
class Cell:
    """A cell as it came: where it stands and what was typed."""

    letter: str
    value: object
    kind: str

    @property
    def is_empty(self) -> bool:
        return self.value is None or (isinstance(self.value, str) and not reading.clean_text(self.value))


@dataclass
class FileRow:
    """A row that is not empty. `values` lacks what could not be read, and columns the file has not got."""

    sheet: Sheet
    number: int
    cells: dict[str, Cell]
    values: Values

    def error(self, name: str, problem: str, remedy: str) -> CellError:
        """What is wrong with the cell of a column; `name` may be "" for the row as a whole."""
        if not name:
            return CellError(self.sheet.name, self.number, "", "", "", problem, remedy)
        cell, label = self.cells.get(name), self.sheet.column(name).label
        letter, value = (cell.letter, reading.shown(cell.value)) if cell else ("", "")
        return CellError(self.sheet.name, self.number, letter, label, value, problem, remedy)


@dataclass
class SheetTable:
    """What one sheet holds; `left_out` are optional columns that are not there: their values stay as they are."""

    sheet: Sheet
    rows: list[FileRow] = field(default_factory=list)
    left_out: list[Column] = field(default_factory=list)


@dataclass
class Tables:
    """The whole file, by sheet name, with everything that could not be read."""

    sheets: dict[str, SheetTable]
    errors: list[CellError]
    address: CellError | None = None
    """Where the file says which programme it belongs to: the cell, with the programme's address as its value."""


def read_tables(content: bytes) -> Tables:
    """Read a file. Raises `excel_safety.UnsafeFile` when it is no workbook that may be opened."""
    content = excel_safety.readable(content, most_markup=MOST_MARKUP)
    with warnings.catch_warnings():
        # openpyxl says which decorations of the file it does not know; they do not matter here.
        warnings.simplefilter("ignore")
        try:
            workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
            return _tables(workbook)
        except Exception as error:  # openpyxl raises whatever its parsers happen to raise
            raise excel_safety.UnsafeFile(
                "Excelファイルとして読み取れませんでした。Excelで開いて保存し直すか、様式をダウンロードし、値を貼り付けて作り直してください。"
            ) from error


def _tables(workbook: Any) -> Tables:
    tables = Tables({}, [])
    pages = {_plain(page.title): page for page in workbook.worksheets}
    for sheet in SHEETS:
        page = pages.get(_plain(sheet.name))
        if page is None:
            tables.errors.append(
                CellError(
                    sheet.name,
                    None,
                    "",
                    "",
                    "",
                    "このシートがありません。",
                    "シート名を変えたときは元に戻してください。書くことがないときも、見出しだけのシートを残してください。",
                )
            )
            continue
        tables.sheets[sheet.name] = _read_sheet(sheet, page, tables.errors)
    if _plain(ABOUT) in pages:
        tables.address = _address(pages[_plain(ABOUT)])
    return tables


def _read_sheet(sheet: Sheet, page: Any, errors: list[CellError]) -> SheetTable:
    table = SheetTable(sheet)
    heading = _heading(sheet, takewhile(lambda row: row[0] <= HEADING_WITHIN, _rows(page)))
    if heading is None:
        first = "」「".join(column.label for column in sheet.columns if column.is_required)
        errors.append(
            _of_sheet(
                sheet,
                "見出しの行が見つかりません。",
                f"{HEADING_WITHIN}行目までに「{first}」の見出しを書いてください。",
            )
        )
        return table
    number, places = heading
    errors += _heading_errors(sheet, number, places)
    columns = {column.name: (column, indexes[0]) for column, indexes in places if indexes}
    table.left_out = [
        column
        for column in sheet.columns
        if column.name not in columns and not column.is_required and not column.is_note
    ]
    for row_number, cells in dropwhile(lambda row: row[0] <= number, _rows(page)):
        if len(table.rows) >= MOST_ROWS:
            errors.append(
                _of_sheet(
                    sheet,
                    f"行が多すぎます（{MOST_ROWS:,}行まで）。",
                    "使っていない行を削除するか、取組を分けてください。",
                )
            )
            break
        row = _read_row(sheet, row_number, cells, columns, errors)
        if row is not None:
            table.rows.append(row)
    return table


def _of_sheet(sheet: Sheet, problem: str, remedy: str) -> CellError:
    return CellError(sheet.name, None, "", "", "", problem, remedy)


def _rows(page: Any) -> Iterator[tuple[int, Sequence[Any]]]:
    """The rows that are written in the file, with their numbers.

    openpyxl's own loop makes every row that is missing above them: millions where one cell stands far below.
    """
    book = page.parent
    with page._get_source() as source:
        parser = WorkSheetParser(
            source,
            page._shared_strings,
            data_only=book.data_only,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        for number, cells in parser.parse():
            yield number, page._get_row(cells, 1, MOST_COLUMNS)


Places = list[tuple[Column, list[int]]]
"""For each column of a sheet the indexes of the cells of the heading row that bear its label."""


def _heading(sheet: Sheet, rows: Iterable[tuple[int, Sequence[Any]]]) -> tuple[int, Places] | None:
    """The row with most of the labels, if it has at least two of them (or the only one there is)."""
    best: tuple[int, int, Places] | None = None
    for number, cells in rows:
        labels = [_plain(reading.shown(cell.value)) for cell in cells]
        places = [
            (column, [index for index, label in enumerate(labels) if label == _plain(column.label)])
            for column in sheet.columns
        ]
        count = sum(1 for _, indexes in places if indexes)
        if count >= min(2, len(sheet.columns)) and (best is None or count > best[0]):
            best = (count, number, places)
    return best and (best[1], best[2])


def _heading_errors(sheet: Sheet, number: int, places: Places) -> list[CellError]:
    errors = []
    for column, indexes in places:
        if len(indexes) > 1:
            letters = "列と".join(get_column_letter(index + 1) for index in indexes)
            errors.append(
                CellError(
                    sheet.name,
                    number,
                    get_column_letter(indexes[1] + 1),
                    column.label,
                    "",
                    f"同じ見出しの列が{len(indexes)}つあります（{letters}列）。",
                    "使わない方の見出しを消すか、名前を変えてください。",
                )
            )
        if not indexes and column.is_required:
            errors.append(
                CellError(
                    sheet.name,
                    number,
                    "",
                    column.label,
                    "",
                    "この列がありません。",
                    "見出しの名前を変えたときは元に戻し、消したときは様式から写してください。",
                )
            )
    return errors


def _read_row(
    sheet: Sheet,
    number: int,
    cells: Sequence[Any],
    columns: dict[str, tuple[Column, int]],
    errors: list[CellError],
) -> FileRow | None:
    """None for a row in which every known column is empty."""
    found = {
        name: Cell(get_column_letter(index + 1), cells[index].value, cells[index].data_type)
        for name, (_, index) in columns.items()
        if index < len(cells)
    }
    if all(cell.is_empty for name, cell in found.items() if not columns[name][0].is_note):
        return None
    row = FileRow(sheet, number, found, {})
    for name, (column, index) in columns.items():
        if column.is_note:
            continue
        cell = found.get(name) or Cell(get_column_letter(index + 1), None, "n")
        found[name] = cell
        problem = _read_cell(row, column, cell)
        if problem is not None:
            errors.append(problem)
    return row


def _read_cell(row: FileRow, column: Column, cell: Cell) -> CellError | None:
    """Put the value of a cell into the row, or say why not."""
    if cell.is_empty:
        if column.is_required:
            return row.error(column.name, "空欄です。", f"入力してください（例：{column.example}）。")
        row.values[column.name] = column.empty
        return None
    if cell.kind == TYPE_FORMULA:
        return row.error(column.name, "数式が入っています。", "コピーして「値として貼り付け」をしてください。")
    if cell.kind == TYPE_ERROR:
        return row.error(column.name, "Excelのエラー値です。", "正しい値を入力し直してください。")
    if isinstance(cell.value, str) and len(cell.value) > LONGEST_TEXT:
        return row.error(
            column.name, f"長すぎます（{len(cell.value):,}文字）。", f"{LONGEST_TEXT:,}文字以内で入力してください。"
        )
    try:
        row.values[column.name] = column.read(cell.value)
    except reading.Unreadable as error:
        return row.error(column.name, error.problem, error.remedy)
    return None


def _address(page: Any) -> CellError | None:
    """The cell of the sheet 情報 that names the programme, worded for when it is not the one at hand."""
    for number, cells in takewhile(lambda row: row[0] <= ABOUT_WITHIN, _rows(page)):
        if _plain(reading.shown(cells[0].value)) == _plain(ADDRESS_LABEL):
            return CellError(
                ABOUT,
                number,
                "B",
                ADDRESS_LABEL,
                reading.shown(cells[1].value),
                "別のプログラムのファイルです。",
                "取り込むファイルを選び直してください。このプログラムに取り込むときは、シート「情報」を削除してください。",
            )
    return None


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()
