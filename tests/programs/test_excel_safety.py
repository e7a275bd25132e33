"""Files that are no honest workbook are refused quickly, with words that help."""

import io
import time
import tracemalloc
import zipfile
from collections.abc import Callable

import pytest
from openpyxl import Workbook

from programs import excel_safety
from programs.excel_safety import UnsafeFile
from programs.importing.tables import read_tables
from programs.workbook.sheets import SHEETS
from tests.programs.workbooks import saved

SECONDS = 2
BYTES = 200 * 1024 * 1024
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def empty_workbook() -> bytes:
    workbook = Workbook()
    workbook.remove(workbook.active)
    for sheet in SHEETS:
        workbook.create_sheet(sheet.name).append([column.label for column in sheet.columns])
    return saved(workbook)


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


def sheet_of(rows: bytes) -> bytes:
    return b'<worksheet xmlns="' + MAIN.encode() + b'"><sheetData>' + rows + b"</sheetData></worksheet>"


def _many_rows() -> bytes:
    rows = b"".join(b'<row r="%d"><c r="A%d" t="n"><v>1</v></c></row>' % (n, n) for n in range(1, 1_000_001))
    return repacked({"xl/worksheets/sheet1.xml": sheet_of(rows)})


def _rows_of(number: int) -> bytes:
    """Rows of real headings and a value each, fewer than would weigh too much."""
    head = b"".join(
        b'<c r="%s1" t="inlineStr"><is><t>%s</t></is></c>' % (b"ABCDEFGHIJ"[n : n + 1], column.label.encode())
        for n, column in enumerate(SHEETS[0].columns)
    )
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>%d</v></c></row>' % (n, n, n) for n in range(2, number))
    return repacked({"xl/worksheets/sheet1.xml": sheet_of(b'<row r="1">' + head + b"</row>" + rows)})


def _area(tag: str) -> bytes:
    """A small file that says that all cells of a sheet are one, or one link; padded over the chunks that are read."""
    padding = b" " * 1000
    end = tag.encode().replace(b"REF", padding + b'ref="A1:XFD1048576"')
    return repacked({"xl/worksheets/sheet1.xml": sheet_of(b"").replace(b"</worksheet>", end + b"</worksheet>")})


def _wide_rows() -> bytes:
    """Every row has one cell, in the last column there is."""
    rows = b"".join(b'<row r="%d"><c r="XFD%d"><v>1</v></c></row>' % (n, n) for n in range(1, 19_001))
    return repacked({"xl/worksheets/sheet1.xml": sheet_of(rows)})


def _entities() -> bytes:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    return repacked({"xl/sharedStrings.xml": bomb + b'<sst xmlns="' + MAIN.encode() + b'"><si><t>&b;</t></si></sst>'})


def _strings() -> bytes:
    return repacked(
        {
            "xl/sharedStrings.xml": b'<sst xmlns="'
            + MAIN.encode()
            + b'">'
            + b"".join(b"<si><t>%d</t></si>" % n for n in range(100_001))
            + b"</sst>"
        }
    )


REFUSED: list[tuple[str, Callable[[], bytes], str]] = [
    ("empty", lambda: b"", "ファイルが空です。"),
    ("png", lambda: b"\x89PNG\r\n\x1a\n" + b"0" * 100, "中身が画像（PNG）のファイルです。"),
    ("pdf", lambda: b"%PDF-1.7 ...", "中身がPDFのファイルです。"),
    ("csv", lambda: "取組コード,取組名\n".encode(), "Excelファイル（.xlsx）ではありません。"),
    (
        "xls or encrypted",
        lambda: bytes.fromhex("d0cf11e0a1b11ae1") + b"0" * 600,
        "パスワードで保護されているか、古い形式（.xls）のファイルです。",
    ),
    ("macros", lambda: repacked({"xl/vbaProject.bin": b"x"}), "マクロを含むファイルは読み込めません。"),
    ("other zip", lambda: _zip({"word/document.xml": b"<a/>"}), "Excelファイル（.xlsx）ではありません。"),
    ("broken zip", lambda: empty_workbook()[:-200], "ファイルが壊れているか、途中で切れています。"),
    ("too large", lambda: b"PK" + b"0" * (10 * 1024 * 1024), "ファイルが大きすぎます（10.0MB）。"),
    (
        "bomb",
        lambda: repacked({"xl/media/image1.bin": b"\0" * (150 * 1024 * 1024)}),
        "展開すると大きくなりすぎるファイルです（100MBまで）。",
    ),
    (
        "bomb of XML",
        lambda: repacked({"xl/worksheets/sheet1.xml": sheet_of(b"<row/>" * 5_000_000)}),
        "展開すると大きくなりすぎるファイルです（100MBまで）。",
    ),
    (
        "many parts",
        lambda: repacked({f"xl/media/{n}.bin": b"" for n in range(2001)}),
        "ファイルの中の部品が多すぎます",
    ),
    ("million rows", _many_rows, "20,000行を超えるシートがあります。"),
    ("entities", _entities, "Excelが作らない書き方（実体参照の定義）を含むため、読み込みません。"),
    ("strings", _strings, "文字の入ったセルが多すぎます"),
    (
        "styles",
        lambda: repacked({"xl/styles.xml": b"<styleSheet>" + b"<xf/>" * 600_000 + b"</styleSheet>"}),
        "展開すると大きくなりすぎるファイルです（100MBまで）。",
    ),
    (
        "broken XML",
        lambda: repacked({"xl/worksheets/sheet1.xml": b"<worksheet><sheetData>"}),
        "Excelファイルとして読み取れませんでした。",
    ),
    ("macro sheet", lambda: repacked({"xl/macrosheets/sheet1.xml": b"<x/>"}), "マクロを含むファイルは読み込めません。"),
    (
        "merged to the end",
        lambda: _area("<mergeCells><mergeCell REF/></mergeCells>"),
        "展開すると大きくなりすぎるファイルです（100MBまで）。",
    ),
    (
        "one link over all",
        lambda: _area("<x:hyperlinks xmlns:x='u'><x:hyperlink display='>' REF/></x:hyperlinks>"),
        "展開すると大きくなりすぎるファイルです（100MBまで）。",
    ),
    (
        "entities in UTF-16",
        lambda: repacked({"xl/workbook.xml": '<?xml version="1.0"?><!DOCTYPE x>'.encode("utf-16")}),
        "Excelが作らない書き方（実体参照の定義）を含むため、読み込みません。",
    ),
    ("too many rows", lambda: _rows_of(60_000), "20,000行を超えるシートがあります。"),
]


def _zip(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return out.getvalue()


@pytest.mark.parametrize(("make", "message"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_is_refused(make: Callable[[], bytes], message: str) -> None:
    content = make()
    begun = time.process_time()
    with pytest.raises(UnsafeFile) as raised:
        read_tables(content)
    assert time.process_time() - begun < SECONDS
    assert str(raised.value).startswith(message)
    assert str(raised.value).endswith("ください。")


@pytest.mark.parametrize("make", [case[1] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_refusing_takes_little_room(make: Callable[[], bytes]) -> None:
    content = make()
    tracemalloc.start()
    try:
        with pytest.raises(UnsafeFile):
            read_tables(content)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < BYTES


def test_a_size_that_lies_does_not_help() -> None:
    """The directory of the zip says 10 bytes where a hundred megabytes come out."""
    content = bytearray(repacked({"xl/media/image1.bin": b"\0" * (150 * 1024 * 1024)}))
    size = (150 * 1024 * 1024).to_bytes(4, "little")
    content = content.replace(size, (10).to_bytes(4, "little"))
    with pytest.raises(UnsafeFile):
        excel_safety.check(bytes(content))


def test_an_encrypted_part_is_refused() -> None:
    content = bytearray(_zip({"[Content_Types].xml": b"<a/>", "xl/workbook.xml": b"<a/>"}))
    place = content.index(b"PK\x01\x02") + 8
    content[place] |= 1
    with pytest.raises(UnsafeFile, match="暗号化されたファイルは読み込めません。"):
        excel_safety.check(bytes(content))


def test_rows_that_reach_to_the_last_column_cost_little() -> None:
    begun = time.process_time()
    errors = [error.problem for error in read_tables(_wide_rows()).errors if error.sheet == "取組"]
    assert errors == ["見出しの行が見つかりません。"]
    assert time.process_time() - begun < SECONDS


def test_links_to_other_files_are_passed_over() -> None:
    link = b'<externalLink xmlns="' + MAIN.encode() + b'"><externalBook/></externalLink>'
    content = repacked({"xl/externalLinks/externalLink1.xml": link})
    assert [error.problem for error in read_tables(content).errors] == []


def test_an_honest_workbook_passes() -> None:
    excel_safety.check(empty_workbook())
