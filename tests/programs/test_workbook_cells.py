"""Cells and rows as they are written fast: opened again, they are what openpyxl itself would have written."""

import datetime
import io
from decimal import Decimal
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

from programs.workbook.cells import Pen, set_height, takes_cells, takes_values, unstyled

ODD = ["<a href='x'>&amp;</a>", " 前後に空白 ", "一行目\n二行目", "]]>", "=1+1", "#REF!", "𠮷野家", '"', "長" * 40_000]
MARCH = datetime.datetime.combine(datetime.date(2017, 3, 31), datetime.time())


def _opened(workbook: Workbook) -> Any:
    out = io.BytesIO()
    workbook.save(out)
    return load_workbook(io.BytesIO(out.getvalue())).worksheets[0]


def _page() -> tuple[Workbook, Any]:
    workbook = Workbook(write_only=True)
    return workbook, workbook.create_sheet("表")


def test_styled_cells_come_back_as_they_were_put() -> None:
    workbook, page = _page()
    takes_cells(page)
    pens = [Pen(page, font=Font(bold=True), number_format="#,##0.####"), Pen(page)]
    rows: list[list[object]] = [[Decimal("1200"), "甲"], [Decimal("1.25"), None], [7, datetime.date(2017, 3, 31)]]
    rows += [[None, text] for text in ODD]
    for number, row in enumerate(rows, start=1):
        set_height(page, number, 10 + number)
        page.append([pen.put(value) for pen, value in zip(pens, row, strict=True)])
    back = _opened(workbook)
    assert [cell.value for cell in back["A"]][:3] == [1200, 1.25, 7]
    assert [cell.number_format for cell in back["A"]][:3] == ["#,##0", "#,##0.####", "#,##0"]
    assert all(cell.font.bold for cell in back["A"])
    assert [cell.value for cell in back["B"]][:3] == ["甲", None, MARCH]
    assert [cell.value for cell in back["B"]][3:] == [text.strip()[:32_767] for text in ODD]
    assert {cell.data_type for cell in back["B"]} == {"s", "n", "d"}
    assert [back.row_dimensions[number].height for number in (1, 2)] == [11, 12]


def test_values_come_back_as_they_were() -> None:
    workbook, page = _page()
    takes_values(page)
    row = [None, 5, Decimal("0.5"), datetime.date(2017, 3, 31), datetime.date(2018, 3, 31), "甲<乙"]
    page.append(row)
    page.append([unstyled(page, text.strip()) for text in ODD])
    back = _opened(workbook)
    days = [MARCH, MARCH.replace(year=2018)]
    assert [cell.value for cell in back[1]][:6] == [None, 5, 0.5, *days, "甲<乙"]
    assert [cell.value for cell in back[2]] == [text.strip()[:32_767] for text in ODD]
    assert {cell.data_type for cell in back[2]} == {"s"}
