"""The file that came, given back: what was not taken is marked in its cells and listed on a sheet of its own."""

import io
from collections.abc import Sequence
from typing import Any

from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from programs.workbook.cells import put_text
from programs.workbook.writing import set_up
from progress.sheets.comparing import Kind, Outcome, Preview
from progress.sheets.locating import Place, opened
from progress.sheets.writing import fit

GREATEST_BITS = 1000
LIST = "取り込めなかった項目"
_MARKED = PatternFill("solid", fgColor="FFC7CE")
_HEAD = PatternFill("solid", fgColor="D9E6FF")
_WIDTHS = (28, 10, 14, 30, 40, 40, 60)
_LABELS = ("シート", "セル", "取組コード", "項目", "ファイルの内容", "保存されている内容", "理由と直し方")


def marked(content: bytes, preview: Preview, mark: str = "") -> bytes:
    """The same workbook with marks; nothing that was typed is changed. It can be chosen again when it is mended.

    `mark` (「見本データ」) stands at the head of the printed list.
    """
    workbook = opened(content)
    if LIST in workbook.sheetnames:
        workbook.remove(workbook[LIST])
    outcomes = preview.of(Kind.REFUSED, Kind.CONFLICT)
    for each in outcomes:
        _mark(workbook, each.place, reason(each))
    for lost in preview.lost:
        _mark(workbook, lost.place, f"{lost.problem}{lost.remedy}")
    _write_list(workbook, outcomes, preview, mark)
    _spell_out_giants(workbook)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def reason(outcome: Outcome) -> str:
    """Why it was not taken, and what to do."""
    if outcome.kind is Kind.CONFLICT:
        return "ファイルを作成した後に、ほかの保存で内容が変わっています。残す内容を確かめてください。"
    return outcome.problem


def _spell_out_giants(workbook: Any) -> None:
    """A number beyond what a workbook can hold stays as text: it was typed, and cannot be written as a number."""
    for page in workbook.worksheets:
        for cell in page._cells.values():
            if isinstance(cell.value, int) and cell.value.bit_length() > GREATEST_BITS:
                put_text(cell, str(cell.value))


def _mark(workbook: Any, place: Place, text: str) -> None:
    if not place.row:
        return
    page = workbook[place.sheet]
    cell = page.cell(row=place.row, column=place.column or 2)
    for area in page.merged_cells.ranges:
        if cell.coordinate in area:
            cell = page.cell(row=area.min_row, column=area.min_col)
    cell.fill = _MARKED
    cell.comment = Comment(text[:1000], "取込みの結果", height=120, width=340)


def _write_list(workbook: Any, outcomes: Sequence[Outcome], preview: Preview, mark: str) -> None:
    page = workbook.create_sheet(LIST, 0)
    set_up(page, mark)
    workbook.active = 0
    for each in workbook.worksheets[1:]:
        each.sheet_view.tabSelected = False
    rows: list[Sequence[str]] = [_LABELS]
    rows += [
        (
            each.place.sheet,
            each.place.cell,
            each.evaluation.action.code,
            each.question.label,
            each.mine,
            each.theirs,
            reason(each),
        )
        for each in outcomes
    ]
    rows += [
        (each.place.sheet, each.place.cell, "", "（見つからない）", "", "", f"{each.problem}{each.remedy}")
        for each in preview.lost
    ]
    for index, width in enumerate(_WIDTHS, start=1):
        page.column_dimensions[get_column_letter(index)].width = width
    for number, row in enumerate(rows, start=1):
        _write_row(page, number, row)


def _write_row(page: Any, number: int, row: Sequence[str]) -> None:
    for index, text in enumerate(row, start=1):
        cell = page.cell(row=number, column=index)
        put_text(cell, text)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        if number == 1:
            cell.font, cell.fill = Font(bold=True), _HEAD
    fit(page, number, zip(row, _WIDTHS, strict=True))
