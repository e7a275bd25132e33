"""Files that are no honest workbook are refused quickly, with words that help; others are read safely."""

import io
import time
import tracemalloc
from collections.abc import Callable

import pytest
from openpyxl import load_workbook

from programs import excel_safety
from programs.excel_safety import UnsafeFile
from programs.importing.tables import read_tables
from programs.workbook.sheets import SHEETS
from progress.sheets.locating import opened
from tests.hostile import BYTES, KINDS, SECONDS, Hostile, empty_workbook, headed_sheet, packed, repacked

READERS = [pytest.param(read_tables, id="programme"), pytest.param(opened, id="調書")]
EVERY_KIND = pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])


def _said(read: Callable[[bytes], object], content: bytes) -> str:
    """How the file is refused; "" when it is read."""
    try:
        read(content)
    except UnsafeFile as error:
        return str(error)
    return ""


@EVERY_KIND
@pytest.mark.parametrize("read", READERS)
def test_every_kind_is_refused_with_words_that_help_or_read_in_time(
    kind: Hostile, read: Callable[[bytes], object]
) -> None:
    content = kind.make()
    begun = time.process_time()
    said = _said(read, content)
    assert time.process_time() - begun < SECONDS
    assert said.startswith(kind.said)
    assert (said == "") == (kind.said == "")
    assert not said or said.endswith("ください。")


@EVERY_KIND
@pytest.mark.parametrize("read", READERS)
def test_every_kind_takes_little_room(kind: Hostile, read: Callable[[bytes], object]) -> None:
    content = kind.make()
    tracemalloc.start()
    try:
        _said(read, content)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < BYTES


def test_what_holds_nothing_is_left_out_and_everything_else_stays() -> None:
    """Empty cells among full ones, by the hundred thousand: values, their places and their formulas come through."""
    letters = [b"A", b"B", b"C", b"D", b"E", b"F"]
    rows = [
        b'<row r="%d">' % n
        + b"".join(b'<c r="%s%d" s="1"/>' % (letter, n) for letter in letters[:4])
        + b'<c r="E%d" t="inlineStr"><is><t>&lt;c r="x"/></t></is></c><c r="F%d"><f>A1</f><v/></c></row>' % (n, n)
        for n in range(2, 12_000)
    ]
    empty = [b'<row r="%d" ht="20"> </row>' % n for n in range(12_000, 30_000)]
    content = headed_sheet(b"".join([*rows, *empty, b'<row r="40000"><c r="C40000"><v>7</v></c></row>']))
    page = load_workbook(io.BytesIO(excel_safety.readable(content))).worksheets[0]
    assert page.max_row == 40_000
    assert page["C40000"].value == 7
    assert {page.cell(row=n, column=5).value for n in range(2, 12_000)} == {'<c r="x"/>'}
    assert {page.cell(row=n, column=6).value for n in range(2, 12_000)} == {"=A1"}
    assert len(page._cells) == len(SHEETS[0].columns) + 2 * 11_998 + 1


def test_a_light_file_is_handed_over_as_it_is() -> None:
    content = empty_workbook()
    assert excel_safety.readable(content) is content


def test_a_size_that_lies_does_not_help() -> None:
    """The directory of the zip says 10 bytes where a hundred megabytes come out."""
    content = bytearray(repacked({"xl/media/image1.bin": b"\0" * (150 * 1024 * 1024)}))
    size = (150 * 1024 * 1024).to_bytes(4, "little")
    content = content.replace(size, (10).to_bytes(4, "little"))
    with pytest.raises(UnsafeFile):
        excel_safety.check(bytes(content))


def test_an_encrypted_part_is_refused() -> None:
    content = bytearray(packed({"[Content_Types].xml": b"<a/>", "xl/workbook.xml": b"<a/>"}))
    place = content.index(b"PK\x01\x02") + 8
    content[place] |= 1
    with pytest.raises(UnsafeFile, match="暗号化されたファイルは読み込めません。"):
        excel_safety.check(bytes(content))


@pytest.mark.parametrize("name", ["cells to the last column", "external links", "last row", "empty styled cells"])
def test_what_is_read_is_told_as_of_any_file(name: str) -> None:
    kind = next(kind for kind in KINDS if kind.name == name)
    errors = [(error.sheet, error.problem) for error in read_tables(kind.make()).errors]
    told = {
        "cells to the last column": [("取組", "見出しの行が見つかりません。")],
        "last row": [("取組", "空欄です。")] * 3,
    }
    assert errors[:3] == told.get(name, [])


def test_an_honest_workbook_passes() -> None:
    content = empty_workbook()
    excel_safety.check(content)
    assert excel_safety.readable(content) == content
