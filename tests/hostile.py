"""Files that are meant to hurt, or that hurt by accident: one list for the tests and for the bench of uploads.

Each is refused with words that help, or read safely, within the seconds and
bytes of the issue. What stands in single cells (formulas, endless text, error
values) is refused cell by cell: `tests/programs/test_importing_rules.py`,
`tests/progress/test_sheets_comparing.py`.
"""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from programs.workbook.sheets import SHEETS

SECONDS = 2.0
BYTES = 200 * 1024 * 1024
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = "xl/worksheets/sheet1.xml"
TOO_LARGE = "展開すると大きくなりすぎるファイルです（100MBまで）。"
TOO_MANY_CELLS = "記入のあるセルが多すぎます。"
TOO_MANY_ROWS = "20,000行を超えるシートがあります。"
MACROS = "マクロを含むファイルは読み込めません。"
NO_WORKBOOK = "Excelファイル（.xlsx）ではありません。"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
OLD_OR_LOCKED = "パスワードで保護されているか、古い形式（.xls）のファイルです。"
ENTITIES = "Excelが作らない書き方（実体参照の定義）を含むため、読み込みません。"


@dataclass(frozen=True)
class Hostile:
    """A kind of file. `said` is how the refusal begins; "" where the file is read, and does no harm."""

    name: str
    made_by: Callable[[], bytes]
    said: str

    @cache  # noqa: B019 - the list below lives as long as the process
    def make(self) -> bytes:
        return self.made_by()


@cache
def empty_workbook() -> bytes:
    """All sheets of a programme, with their headings."""
    workbook, out = Workbook(), io.BytesIO()
    workbook.remove(workbook.active)
    for sheet in SHEETS:
        workbook.create_sheet(sheet.name).append([column.label for column in sheet.columns])
    workbook.save(out)
    return out.getvalue()


def repacked(replace: dict[str, bytes], content: bytes | None = None) -> bytes:
    """A workbook with parts added or replaced."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content or empty_workbook())) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            if name not in replace:
                target.writestr(name, source.read(name))
        for name, part in replace.items():
            target.writestr(name, part)
    return out.getvalue()


def packed(parts: dict[str, bytes]) -> bytes:
    """A zip of just these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return out.getvalue()


def sheet_of(rows: bytes) -> bytes:
    return b'<worksheet xmlns="' + MAIN.encode() + b'"><sheetData>' + rows + b"</sheetData></worksheet>"


def first_sheet(rows: bytes) -> bytes:
    return repacked({SHEET: sheet_of(rows)})


def headed_sheet(rows: bytes) -> bytes:
    """The first sheet of a programme with its real headings, so that its rows are read."""
    head = b"".join(
        b'<c r="%s1" t="inlineStr"><is><t>%s</t></is></c>' % (b"ABCDEFGHIJ"[n : n + 1], column.label.encode())
        for n, column in enumerate(SHEETS[0].columns)
    )
    return first_sheet(b'<row r="1">' + head + b"</row>" + rows)


def _letters(width: int) -> list[bytes]:
    return [get_column_letter(number).encode() for number in range(1, width + 1)]


def _empty_cells(rows: int, width: int, cell: bytes = b'<c r="%s%d" s="1"/>') -> bytes:
    """Cells that have a style and nothing in them, as a coloured area leaves them."""
    letters = _letters(width)
    return headed_sheet(
        b"".join(
            b'<row r="%d">' % n + b"".join(cell % (each, n) for each in letters) + b"</row>" for n in range(2, rows + 2)
        )
    )


def _many_rows() -> bytes:
    return first_sheet(
        b"".join(b'<row r="%d"><c r="A%d" t="n"><v>1</v></c></row>' % (n, n) for n in range(1, 1_000_001))
    )


def _rows_of(number: int) -> bytes:
    return headed_sheet(b"".join(b'<row r="%d"><c r="A%d"><v>%d</v></c></row>' % (n, n, n) for n in range(2, number)))


def _empty_rows() -> bytes:
    return headed_sheet(b"".join(b'<row r="%d" ht="30" customHeight="1"/>' % n for n in range(2, 1_000_001)))


def _last_row(number: int) -> bytes:
    """One value far below everything else."""
    return headed_sheet(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (number, number))


def _area(tag: str) -> bytes:
    """A small file that says that all cells of a sheet are one, or one link; padded over the chunks that are read."""
    padding = b" " * 1000
    end = tag.encode().replace(b"REF", padding + b'ref="A1:XFD1048576"')
    return repacked({SHEET: sheet_of(b"").replace(b"</worksheet>", end + b"</worksheet>")})


def _full_cells(rows: int, width: int) -> bytes:
    """A table far wider than any form: further columns are passed over, but only after they were parsed."""
    letters = _letters(width)
    return headed_sheet(
        b"".join(
            b'<row r="%d">' % n + b"".join(b'<c r="%s%d"><v>%d</v></c>' % (each, n, n) for each in letters) + b"</row>"
            for n in range(2, rows + 2)
        )
    )


def _wide_rows() -> bytes:
    """Every row has one cell, in the last column there is."""
    return first_sheet(b"".join(b'<row r="%d"><c r="XFD%d"><v>1</v></c></row>' % (n, n) for n in range(1, 19_001)))


def _entities() -> bytes:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    return repacked({"xl/sharedStrings.xml": bomb + b'<sst xmlns="' + MAIN.encode() + b'"><si><t>&b;</t></si></sst>'})


def _strings() -> bytes:
    strings = b"".join(b"<si><t>%d</t></si>" % n for n in range(100_001))
    return repacked({"xl/sharedStrings.xml": b'<sst xmlns="' + MAIN.encode() + b'">' + strings + b"</sst>"})


def _external_link() -> bytes:
    """A cell that fetches from another file; that part of the file is never opened."""
    link = b'<externalLink xmlns="' + MAIN.encode() + b'"><externalBook/></externalLink>'
    return repacked({"xl/externalLinks/externalLink1.xml": link})


def _macro_workbook() -> bytes:
    """As Excel writes .xlsm: another type of content, and the code in a part of its own."""
    with zipfile.ZipFile(io.BytesIO(empty_workbook())) as archive:
        types = archive.read("[Content_Types].xml")
    return repacked(
        {
            "[Content_Types].xml": types.replace(
                b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
                b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
            ),
            "xl/vbaProject.bin": OLE + b"0" * 600,
        }
    )


def _cells_of(text: bytes) -> bytes:
    cell = b'<row r="2"><c r="A2" t="inlineStr"><is><t>%s</t></is></c></row>' % text
    return headed_sheet(cell)


def _formulas() -> bytes:
    return headed_sheet(
        b"".join(
            b'<row r="%d"><c r="A%d"><f>SUM(A1:XFD1048576)</f><v>1</v></c></row>' % (n, n) for n in range(2, 2_000)
        )
    )


def _shared_formulas() -> bytes:
    """One long formula that every row repeats: the reader writes it anew for each."""
    first = b'<row r="2"><c r="A2"><f t="shared" si="0" ref="A2:A19000">%s</f><v>1</v></c></row>' % (
        b"+".join([b"B2"] * 2_000)
    )
    rest = b"".join(
        b'<row r="%d"><c r="A%d"><f t="shared" si="0"/><v>1</v></c></row>' % (n, n) for n in range(3, 19_000)
    )
    return headed_sheet(first + rest)


KINDS: tuple[Hostile, ...] = (
    Hostile("empty", lambda: b"", "ファイルが空です。"),
    Hostile("png", lambda: b"\x89PNG\r\n\x1a\n" + b"0" * 100, "中身が画像（PNG）のファイルです。"),
    Hostile("pdf", lambda: b"%PDF-1.7 ...", "中身がPDFのファイルです。"),
    Hostile("csv", lambda: "取組コード,取組名\n".encode(), NO_WORKBOOK),
    Hostile("html named xlsx", lambda: b"<html><table><tr><td>1</td></tr></table></html>", NO_WORKBOOK),
    Hostile("xls", lambda: OLE + b"0" * 600, OLD_OR_LOCKED),
    Hostile("encrypted", lambda: OLE + "EncryptedPackage".encode("utf-16-le") + b"0" * 600, OLD_OR_LOCKED),
    Hostile("macros", lambda: repacked({"xl/vbaProject.bin": b"x"}), MACROS),
    Hostile("xlsm", _macro_workbook, MACROS),
    Hostile("macro sheet", lambda: repacked({"xl/macrosheets/sheet1.xml": b"<x/>"}), MACROS),
    Hostile("other zip", lambda: packed({"word/document.xml": b"<a/>"}), NO_WORKBOOK),
    Hostile("broken zip", lambda: empty_workbook()[:-200], "ファイルが壊れているか、途中で切れています。"),
    Hostile("too large", lambda: b"PK" + b"0" * (10 * 1024 * 1024), "ファイルが大きすぎます（10.0MB）。"),
    Hostile("bomb", lambda: repacked({"xl/media/image1.bin": b"\0" * (150 * 1024 * 1024)}), TOO_LARGE),
    Hostile("bomb of XML", lambda: first_sheet(b"<row/>" * 5_000_000), TOO_LARGE),
    Hostile(
        "many parts",
        lambda: repacked({f"xl/media/{n}.bin": b"" for n in range(2001)}),
        "ファイルの中の部品が多すぎます",
    ),
    Hostile("million rows", _many_rows, TOO_MANY_ROWS),
    Hostile("million empty rows", _empty_rows, ""),
    Hostile("too many rows", lambda: _rows_of(60_000), TOO_MANY_ROWS),
    Hostile("last row", lambda: _last_row(1_048_576), ""),
    Hostile("row that is not", lambda: _last_row(10**12), ""),
    Hostile("entities", _entities, ENTITIES),
    Hostile(
        "entities in UTF-16",
        lambda: repacked({"xl/workbook.xml": '<?xml version="1.0"?><!DOCTYPE x>'.encode("utf-16")}),
        ENTITIES,
    ),
    Hostile("strings", _strings, "文字の入ったセルが多すぎます"),
    Hostile(
        "styles",
        lambda: repacked({"xl/styles.xml": b"<styleSheet>" + b"<xf/>" * 600_000 + b"</styleSheet>"}),
        TOO_LARGE,
    ),
    Hostile(
        "broken XML",
        lambda: repacked({SHEET: b"<worksheet><sheetData>"}),
        "Excelファイルとして読み取れませんでした。",
    ),
    Hostile("merged to the end", lambda: _area("<mergeCells><mergeCell REF/></mergeCells>"), TOO_LARGE),
    Hostile(
        "one link over all",
        lambda: _area("<x:hyperlinks xmlns:x='u'><x:hyperlink display='>' REF/></x:hyperlinks>"),
        TOO_LARGE,
    ),
    Hostile("empty styled cells", lambda: _empty_cells(3_600, 100), ""),
    Hostile("empty styled cells, opened and closed", lambda: _empty_cells(3_600, 100, b'<c r="%s%d" s="1"></c>'), ""),
    Hostile("millions of empty styled cells", lambda: _empty_cells(12_000, 100), ""),
    Hostile("full cells", lambda: _full_cells(19_000, 50), TOO_MANY_CELLS),
    Hostile("cells to the last column", _wide_rows, ""),
    Hostile("external links", _external_link, ""),
    Hostile("formulas", _formulas, ""),
    Hostile("shared formulas", _shared_formulas, "数式が多すぎるシートがあります。"),
    Hostile("endless text", lambda: _cells_of(b"a" * 10_001), ""),
    Hostile("control characters", lambda: _cells_of(b"a_x0000_b_x0007_"), ""),
    Hostile("control characters, bare", lambda: _cells_of(b"a\x07b"), "Excelファイルとして読み取れませんでした。"),
)
