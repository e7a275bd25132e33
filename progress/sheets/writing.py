"""Cells of a workbook of 調書: what is typed, what is locked, notes and drop-down lists. Knows Excel, and no 調書."""

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from programs.workbook.cells import put_text
from programs.workbook.writing import row_height, set_paper, text_width, wrapped_lines

FORBIDDEN_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
LONGEST_NAME = 31
NOTE_WIDTH, NOTE_LINE = 340, 20
# Half-width characters that stand on one line of a note of that width.
NOTE_CHARACTERS = 46
_THIN = Side(style="thin", color="808080")
_LINES = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)


class Look(Enum):
    """What a cell is for, and so how it looks and whether it is locked."""

    MARK = "mark"
    TITLE = "title"
    HEAD = "head"
    TEXT = "text"
    QUIET = "quiet"
    PROSE = "prose"
    CHOICE = "choice"
    NUMBER = "number"
    MONEY = "money"
    CLOSED = "closed"


TYPED = {Look.PROSE: "@", Look.CHOICE: "@", Look.NUMBER: "General", Look.MONEY: "#,##0"}
_FILLS = {Look.HEAD: "D9E6FF", Look.QUIET: "F2F2F2", Look.CLOSED: "E6E6E6"} | dict.fromkeys(TYPED, "FFFBE6")
FONT = "游ゴシック"
_FONTS = {
    Look.TITLE: Font(name=FONT, bold=True, size=14),
    Look.HEAD: Font(name=FONT, bold=True, size=11),
    Look.MARK: Font(name=FONT, color="808080", size=8),
}
TITLE_HEIGHT = 26


@dataclass
class Pages:
    """A workbook being written; `lists` are the choices, by the letter of their column on `list_sheet`."""

    mark: str
    workbook: Workbook = field(default_factory=Workbook)
    list_sheet: str = ""
    lists: dict[str, tuple[str, int]] = field(default_factory=dict)
    _styles: dict[Look, Any] = field(default_factory=dict)
    _names: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.workbook.remove(self.workbook.active)

    def new(self, name: str, widths: Sequence[float], *, is_locked: bool = True) -> Any:
        """A sheet of that name, or of one like it; everything locked but what is to be typed."""
        page = self.workbook.create_sheet(self._free(name))
        set_paper(page, self.mark)
        for index, width in enumerate(widths, start=1):
            page.column_dimensions[get_column_letter(index)].width = width
        if is_locked:
            page.protection.sheet = True
            page.protection.formatColumns = page.protection.formatRows = page.protection.formatCells = False
        return page

    def put(self, page: Any, row: int, column: int, value: object, look: Look, note: str = "") -> Any:
        """Fill one cell in; text is never a formula."""
        cell = page.cell(row=row, column=column)
        cell._style = copy(self._style(page, look))
        if isinstance(value, str):
            put_text(cell, value)
        elif value is not None:
            cell.value = value
        if note:
            height = NOTE_LINE * (wrapped_lines(note, NOTE_CHARACTERS) + 1)
            cell.comment = Comment(note, "記入要領", height=height, width=NOTE_WIDTH)
        return cell

    def choose(self, page: Any, name: str, label: str, cells: Iterable[str]) -> None:
        """A drop-down list of `lists[name]` in the cells."""
        letter, length = self.lists[name]
        choice = DataValidation(
            type="list",
            formula1=f"'{self.list_sheet}'!${letter}$2:${letter}${length + 1}",
            allow_blank=True,
            showErrorMessage=True,
            errorTitle=label[:30],
            error="一覧から選んでください。",
        )
        for cell in cells:
            choice.add(cell)
        if choice.sqref:
            page.add_data_validation(choice)

    def add_lists(self, name: str, lists: dict[str, Sequence[str]]) -> None:
        """The sheet that the drop-down lists read, which is the legend as well."""
        self.list_sheet = name
        page = self.new(name, [max(text_width(each) for each in (head, *words)) + 4 for head, words in lists.items()])
        for index, (head, words) in enumerate(lists.items(), start=1):
            self.put(page, 1, index, head, Look.HEAD)
            for row, word in enumerate(words, start=2):
                self.put(page, row, index, word, Look.TEXT)
            self.lists[head] = (get_column_letter(index), len(words))

    def _free(self, name: str) -> str:
        wanted = " ".join(name.translate(FORBIDDEN_IN_NAMES).split())[:LONGEST_NAME] or "シート"
        found, number = wanted, 2
        while found.casefold() in self._names:
            end = f" ({number})"
            found, number = wanted[: LONGEST_NAME - len(end)] + end, number + 1
        self._names.add(found.casefold())
        return found

    def _style(self, page: Any, look: Look) -> Any:
        if look not in self._styles:
            cell = page.cell(row=1, column=1)
            before = copy(cell._style)
            cell.font = _FONTS.get(look, Font(name=FONT, size=11))
            cell.fill = PatternFill("solid", fgColor=_FILLS[look]) if look in _FILLS else PatternFill()
            cell.border = _LINES if look not in {Look.MARK, Look.TITLE} else Border()
            cell.alignment = Alignment(vertical="top", wrap_text=look not in {Look.MARK, Look.TITLE})
            cell.protection = Protection(locked=look not in TYPED)
            cell.number_format = TYPED.get(look, "@" if look is Look.CLOSED else "General")
            self._styles[look] = copy(cell._style)
            cell._style = before
        return self._styles[look]


def fit(page: Any, row: int, texts: Iterable[tuple[str, float]], least: int = 1) -> None:
    """Give the row the height of its tallest text; each comes with the width of its column."""
    needed = max((row_height([text], int(width)) for text, width in texts), default=row_height([""], 10))
    page.row_dimensions[row].height = max(needed, row_height(["\n".join("あ" * least)], 10))


def hide(page: Any, *, rows: Iterable[int] = (), columns: Iterable[int] = ()) -> None:
    for row in rows:
        page.row_dimensions[row].hidden = True
    for column in columns:
        page.column_dimensions[get_column_letter(column)].hidden = True
