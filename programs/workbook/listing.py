"""Workbooks to read and print: titled lists with marks and sources above them. Knows Excel, and nothing of rounds."""

import datetime
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from openpyxl import Workbook
from openpyxl.packaging.custom import DateTimeProperty, StringProperty
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from programs.workbook.cells import Pen, set_height, takes_cells

FONT, SIZE = "游ゴシック", 10
LINE_HEIGHT, MARGIN, HIGHEST = 14.5, 4, 409
TITLE_ROW, MARKS_ROW, HEAD_ROW = 1, 2, 5

_LINE = Side("thin", color="A6A6A6")
_BORDER = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_HEAD_FILL = PatternFill("solid", fgColor="D9E6FF")
_TOTAL_FILL = PatternFill("solid", fgColor="F2F2F2")
_MARK_COLOUR = "C00000"


class Kind(Enum):
    """What a column holds: (number format, where it stands in its cell, whether it wraps)."""

    CODE = ("@", "left", False)
    TEXT = ("@", "left", True)
    SYMBOL = ("@", "center", True)
    YEAR = ("0", "center", False)
    COUNT = ("#,##0", "right", False)
    MONEY = ("#,##0;△#,##0", "right", False)
    NUMBER = ("#,##0.####", "right", False)
    PERCENT = ("0.0", "right", False)
    DAY = ("yyyy/m/d", "center", False)

    @property
    def wraps(self) -> bool:
        return self.value[2]


@dataclass(frozen=True)
class ListColumn:
    """One column: what stands above it and what it takes from a row. `width` in half-width characters.

    The columns of a sheet are printed on one page's width: beyond some 200 characters letters grow too small to read.
    """

    label: str
    width: float
    kind: Kind
    getter: Callable[[Any], object]


@dataclass(frozen=True)
class Listing:
    """One sheet. `totals` stand below the rows and stay out of the filter; `fixed` columns stay in view."""

    name: str
    title: str
    columns: tuple[ListColumn, ...]
    rows: Iterable[Any]
    totals: Sequence[Any] = ()
    fixed: int = 2


@dataclass(frozen=True)
class Origin:
    """Where a file comes from, as its first rows and its properties say it.

    `marks` (「案」「見本データ」) stand on every sheet and printed page, in red
    where they are a `warning`; `version` is that of the content, `address`
    where the same is found on the web.
    """

    title: str
    marks: str
    is_warning: bool
    source: str
    made_at: datetime.datetime
    made_on: str
    version: str
    address: str

    @property
    def lines(self) -> tuple[str, str]:
        return (
            f"出典：{self.source}　　作成日：{self.made_on}",
            f"内容の版：{self.version}　　アドレス：{self.address}",
        )


def write_listings(origin: Origin, listings: Sequence[Listing]) -> bytes:
    """The file: A4 landscape, one page wide, heads repeated. Text is never run as a formula."""
    workbook = Workbook(write_only=True)
    set_properties(workbook, origin)
    for listing in listings:
        _write(workbook.create_sheet(listing.name), listing, origin)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def set_properties(workbook: Any, origin: Origin) -> None:
    """Title, source, date, version and address: in the properties that Excel shows, and in those of its own list."""
    properties = workbook.properties
    properties.title, properties.subject = origin.title, origin.marks
    properties.creator = properties.lastModifiedBy = origin.source
    properties.description = "\n".join(origin.lines)
    properties.version, properties.identifier = origin.version, origin.address
    properties.created = properties.modified = origin.made_at.astimezone(datetime.UTC).replace(tzinfo=None)
    for name, value in (("出典", origin.source), ("内容の版", origin.version), ("アドレス", origin.address)):
        workbook.custom_doc_props.append(StringProperty(name=name, value=value))
    made_at = origin.made_at.astimezone(datetime.UTC).replace(tzinfo=None, microsecond=0)
    workbook.custom_doc_props.append(DateTimeProperty(name="作成日時", value=made_at))


def _write(page: Any, listing: Listing, origin: Origin) -> None:
    takes_cells(page)
    for index, column in enumerate(listing.columns, start=1):
        page.column_dimensions[get_column_letter(index)].width = column.width
    page.freeze_panes = f"{get_column_letter(listing.fixed + 1)}{HEAD_ROW + 1}"
    _print_settings(page, listing, origin)
    _write_top(page, listing, origin)
    pens = [_pen(page, column) for column in listing.columns]
    last = _write_rows(page, listing.rows, listing.columns, pens, HEAD_ROW)
    letter = get_column_letter(len(listing.columns))
    page.auto_filter.ref = f"A{HEAD_ROW}:{letter}{max(last, HEAD_ROW + 1)}"
    bold = {"font": Font(name=FONT, size=SIZE, bold=True), "fill": _TOTAL_FILL}
    totals = [_pen(page, column, **bold) for column in listing.columns]
    last = _write_rows(page, listing.totals, listing.columns, totals, last)
    page.print_area = f"A1:{letter}{last}"


def _print_settings(page: Any, listing: Listing, origin: Origin) -> None:
    page.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", 9  # A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.page_margins.left = page.page_margins.right = 0.25
    page.page_margins.top = page.page_margins.bottom = 0.8
    page.page_margins.header = page.page_margins.footer = 0.4
    page.print_options.horizontalCentered = True
    page.oddHeader.left.text, page.oddHeader.right.text = _in_header(origin.title), _in_header(origin.marks)
    page.oddHeader.left.size = page.oddHeader.right.size = page.oddFooter.center.size = 9
    if origin.is_warning:
        page.oddHeader.right.color = _MARK_COLOUR
    page.oddFooter.center.text = f"{_in_header(listing.name)}　&P / &N"


def _in_header(text: str) -> str:
    """「&」 begins a command there."""
    return text.replace("&", "&&")


def _write_top(page: Any, listing: Listing, origin: Origin) -> None:
    """The title, the marks, two lines of where it comes from, and the head."""
    mark = {"color": _MARK_COLOUR} if origin.is_warning else {}
    fonts = (
        Font(name=FONT, size=14, bold=True),
        Font(name=FONT, size=11, bold=True, **mark),
        Font(name=FONT, size=9, color="595959"),
        Font(name=FONT, size=9, color="595959"),
    )
    texts = (listing.title, origin.marks, *origin.lines)
    for number, (text, font) in enumerate(zip(texts, fonts, strict=True), start=TITLE_ROW):
        set_height(page, number, 26 if number == TITLE_ROW else 18)
        page.append([Pen(page, font=font, alignment=Alignment(vertical="center")).put(text)])
    head = {
        "font": Font(name=FONT, size=SIZE, bold=True),
        "fill": _HEAD_FILL,
        "border": _BORDER,
        "alignment": Alignment(horizontal="center", vertical="center", wrap_text=True),
    }
    set_height(page, HEAD_ROW, _height([(column.label, column.width - 2) for column in listing.columns]))
    page.append([Pen(page, **head).put(column.label) for column in listing.columns])


def _pen(page: Any, column: ListColumn, **style: object) -> Pen:
    number_format, place, wraps = column.kind.value
    # Excel shows a number that is too long for its column as 「####」 unless it may shrink.
    alignment = Alignment(horizontal=place, vertical="top", wrap_text=wraps, shrink_to_fit=not wraps)
    own = {"font": Font(name=FONT, size=SIZE), "border": _BORDER, "alignment": alignment}
    return Pen(page, number_format=number_format, **{**own, **style})


def _write_rows(page: Any, rows: Iterable[Any], columns: Sequence[ListColumn], pens: Sequence[Pen], above: int) -> int:
    """The number of the last row written."""
    number, getters = above, [column.getter for column in columns]
    wrapped = [(index, column.width) for index, column in enumerate(columns) if column.kind.wraps]
    for number, row in enumerate(rows, start=above + 1):
        values = [getter(row) for getter in getters]
        texts = [(text, width) for index, width in wrapped if isinstance(text := values[index], str)]
        set_height(page, number, _height(texts))
        page.append([pen.put(value) for pen, value in zip(pens, values, strict=True)])
    return number


def _height(texts: Iterable[tuple[str, float]]) -> float:
    """In points, for the tallest of wrapped texts: spreadsheets do not all work it out when they open a file."""
    lines = max((_lines(text, width) for text, width in texts), default=1)
    return min(LINE_HEIGHT * max(lines, 1) + MARGIN, HIGHEST)


def _lines(text: str, width: float) -> int:
    # A character of one byte is half as wide as one of three, which all of Japanese are.
    return sum(max(1, -(-(len(line) + len(line.encode())) // (2 * int(width - 1)))) for line in text.split("\n"))
