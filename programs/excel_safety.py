"""Whether a file may be handed to openpyxl at all: looked at from outside, before anything is parsed.

A workbook is a zip of XML parts. What is refused here would cost minutes or
gigabytes to read (a bomb), does something by itself (macros), or is no
workbook in the first place. No Django, no openpyxl.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

MEGABYTE = 1024 * 1024
LARGEST_FILE = 10 * MEGABYTE
LARGEST_UNPACKED = 100 * MEGABYTE
MOST_PARTS = 2000
# XML shrinks to about a tenth; honest sheets of one repeated word to a hundredth.
LARGEST_RATIO = 200
RATIO_COUNTS_FROM = 5 * MEGABYTE
# Every "<" of a part costs the parser time and room. A sheet of 20,000 rows and 15 columns has 1,300,000.
MOST_MARKUP_IN_SHEETS = 4_000_000
MOST_SHARED_STRINGS = 100_000
# Rows with cells in them, the heading and some notes above it included; the reader counts them exactly.
MOST_FILLED_ROWS = 20_100
MOST_MARKUP_ELSEWHERE = 500_000
# From so many "<" on, cells and rows that hold nothing are left out before parsing: a coloured area has millions.
LIGHTENED_FROM = 100_000
# Formulas that repeat another: the reader writes it anew for each. In characters, all of a file together.
MOST_REPEATED = 200_000
# Merged cells and links over areas: the reader makes every cell of them.
MOST_CELLS_IN_AREAS = 100_000
LONGEST_TAG = 64 * 1024
CHUNK = MEGABYTE

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_DOCUMENT_TYPE = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
# Only where they say at once where they stand, as all programs do: nothing else moves when they go.
_EMPTY_CELL = re.compile(rb'<c r="[^<>]*(?:/>|>\s*</c>)')
_EMPTY_ROW = re.compile(rb'<row r="[^<>]*(?:/>|>\s*</row>)')
_REPEATING = re.compile(rb"<(?:\w+:)?f\s[^<>]*?\bt\s*=\s*[\"']shared[\"'][^<>]*>([^<]*)")
_AREA_BEGINS = re.compile(rb"<(?:\w+:)?(?:mergeCell|hyperlink)\s")
_AREA = re.compile(rb"<(?:\w+:)?(?:mergeCell|hyperlink)\s[^<]*?\bref\s*=\s*[\"']([^\"']*)[\"']")
_CELLS = re.compile(rb"\$?([A-Z]{1,3})\$?([0-9]{1,7})(?::\$?([A-Z]{1,3})\$?([0-9]{1,7}))?")
_OTHER_FORMATS = (
    (b"\x89PNG", "画像（PNG）"),
    (b"\xff\xd8\xff", "画像（JPEG）"),
    (b"GIF8", "画像（GIF）"),
    (b"%PDF", "PDF"),
    (b"{\\rtf", "リッチテキスト"),
)
_SAVE_AS = "Excelで開き、「名前を付けて保存」でファイルの種類を「Excel ブック (*.xlsx)」にして保存し直してください。"


class UnsafeFile(ValueError):
    """The file is not read; `str()` is a Japanese message that says why and how to mend it."""


@dataclass
class _Weight:
    """What a part weighs unpacked."""

    size: int = 0
    markup: int = 0
    strings: int = 0
    rows: int = 0
    values: int = 0
    areas: int = 0
    repeating: int = 0
    longest_repeated: int = 0


def check(content: bytes) -> None:
    """Raise UnsafeFile unless the bytes are an ordinary .xlsx of ordinary size.

    Unpacks every part once in pieces of one megabyte and keeps none of them.
    """
    _weighed(content)


def readable(content: bytes, *, most_markup: int = MOST_MARKUP_IN_SHEETS) -> bytes:
    """The bytes to be parsed: the same, or without the cells and rows that hold nothing but their look.

    `most_markup` is how many "<" the sheets may then have together: less where
    all cells are kept in memory. Raises UnsafeFile as `check` does.
    """
    markup = _weighed(content)
    if markup > LIGHTENED_FROM:
        content, markup = _lightened(content)
    if markup > most_markup:
        raise UnsafeFile(
            "記入のあるセルが多すぎます。様式にない列、使っていない行とシートを消すか、"
            "様式をダウンロードし、値を貼り付けて作り直してください。"
        )
    return content


def _weighed(content: bytes) -> int:
    """How many "<" the sheets have together. Raises UnsafeFile."""
    _check_outside(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_contents(archive)
            return _check_weights(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        if isinstance(error, UnsafeFile):
            raise
        raise UnsafeFile(
            "ファイルが壊れているか、途中で切れています。元のファイルをExcelで開けることを確かめ、保存し直してから、もう一度選んでください。"
        ) from error


def _check_outside(content: bytes) -> None:
    if not content:
        raise UnsafeFile("ファイルが空です。Excelで開いて中身を確かめ、保存し直してください。")
    check_size(len(content))
    if content.startswith(_OLE):
        raise UnsafeFile(f"パスワードで保護されているか、古い形式（.xls）のファイルです。パスワードを外し、{_SAVE_AS}")
    if content.startswith(b"PK"):
        return
    for beginning, name in _OTHER_FORMATS:
        if content.startswith(beginning):
            raise UnsafeFile(
                f"中身が{name}のファイルです。名前の末尾だけを変えても読めません。Excelファイル（.xlsx）を選んでください。"
            )
    raise UnsafeFile(f"Excelファイル（.xlsx）ではありません。CSVや文字のファイルは、{_SAVE_AS}")


def check_size(size: int) -> None:
    """Raise UnsafeFile for a file of so many bytes that it is not even looked into."""
    if size > LARGEST_FILE:
        raise UnsafeFile(
            f"ファイルが大きすぎます（{size / MEGABYTE:.1f}MB）。{LARGEST_FILE // MEGABYTE}MBまでです。"
            "画像や使っていないシートを消して、保存し直してください。"
        )


def _check_contents(archive: zipfile.ZipFile) -> None:
    names = archive.namelist()
    if len(names) > MOST_PARTS:
        raise UnsafeFile(
            f"ファイルの中の部品が多すぎます（{len(names)}個）。様式をダウンロードし、値を貼り付けて作り直してください。"
        )
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
        raise UnsafeFile(f"Excelファイル（.xlsx）ではありません。ほかのソフトのファイルは、{_SAVE_AS}")
    if any(name.lower().endswith("vbaproject.bin") or "macrosheets/" in name.lower() for name in names):
        raise UnsafeFile(f"マクロを含むファイルは読み込めません。{_SAVE_AS}")
    if any(info.flag_bits & 0x1 for info in archive.infolist()):
        raise UnsafeFile("暗号化されたファイルは読み込めません。パスワードを外して保存し直してください。")


def _check_weights(archive: zipfile.ZipFile) -> int:
    """The "<" of the sheets. The sizes the zip states may be lies, so every part is unpacked, until it is too much."""
    packed = unpacked = sheets = elsewhere = 0
    for info in archive.infolist():
        if info.is_dir():
            continue
        weight = _weigh(archive, info, LARGEST_UNPACKED - unpacked)
        packed, unpacked = packed + info.compress_size, unpacked + weight.size
        if _SHEET.fullmatch(info.filename):
            sheets += weight.markup
            _check_sheet(weight)
        elif info.filename == "xl/sharedStrings.xml":
            _check_strings(weight)
        else:
            elsewhere += weight.markup
        if unpacked > RATIO_COUNTS_FROM and unpacked > packed * LARGEST_RATIO:
            raise _too_large()
        if sheets > MOST_MARKUP_IN_SHEETS or elsewhere > MOST_MARKUP_ELSEWHERE:
            raise _too_large()
    return sheets


def _check_sheet(weight: _Weight) -> None:
    if min(weight.rows, weight.values) > MOST_FILLED_ROWS:
        raise UnsafeFile("20,000行を超えるシートがあります。使っていない行を削除して、保存し直してください。")
    if weight.repeating * weight.longest_repeated > MOST_REPEATED:
        raise UnsafeFile(
            "数式が多すぎるシートがあります。数式は読み込みません。"
            "コピーして「値として貼り付け」をしてから、保存し直してください。"
        )


def _weigh(archive: zipfile.ZipFile, info: zipfile.ZipInfo, room: int) -> _Weight:
    weight, tail, is_xml = _Weight(), b"", info.filename.lower().endswith((".xml", ".rels"))
    with archive.open(info) as part:
        while chunk := part.read(CHUNK):
            weight.size += len(chunk)
            if weight.size > room:
                raise _too_large()
            if not is_xml:
                continue
            weight.markup += chunk.count(b"<")
            weight.strings += chunk.count(b"<si")
            weight.rows += chunk.count(b"</row>")
            weight.values += chunk.count(b"<v>") + chunk.count(b"<is>")
            if b"\0" in chunk or _DOCUMENT_TYPE.search(tail + chunk):
                raise UnsafeFile(
                    "Excelが作らない書き方（実体参照の定義）を含むため、読み込みません。"
                    "様式をダウンロードし、値を貼り付けて作り直してください。"
                )
            weight.areas += _cells_in_areas(tail, chunk)
            if weight.areas > MOST_CELLS_IN_AREAS:
                raise _too_large()
            _count_repeated(weight, tail, chunk)
            tail = _unfinished(tail + chunk)
    return weight


def _count_repeated(weight: _Weight, tail: bytes, chunk: bytes) -> None:
    """Formulas of the chunk that repeat another, and the longest that is repeated."""
    if b"shared" not in chunk and b"shared" not in tail:
        return
    for match in _REPEATING.finditer(tail + chunk):
        weight.repeating += 1
        weight.longest_repeated = max(weight.longest_repeated, len(match[1]))


def _lightened(content: bytes) -> tuple[bytes, int]:
    """The file without cells and rows that hold nothing, and how many "<" its sheets have then."""
    out, markup = io.BytesIO(), 0
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target,
    ):
        for info in source.infolist():
            if not _SHEET.fullmatch(info.filename):
                target.writestr(info.filename, source.read(info))
                continue
            with source.open(info) as part, target.open(info.filename, "w") as lighter:
                for piece in _without_empty(part):
                    markup += piece.count(b"<")
                    lighter.write(piece)
    return out.getvalue(), markup


def _without_empty(part: IO[bytes]) -> Iterator[bytes]:
    """The part in pieces that begin with a row where there are any."""
    rest = b""
    while chunk := part.read(CHUNK):
        text = rest + chunk
        cut = max(text.rfind(b"<row"), text.rfind(b"<", 0, len(text) - LONGEST_TAG))
        text, rest = (text[:cut], text[cut:]) if cut > 0 else (b"", text)
        yield _EMPTY_ROW.sub(b"", _EMPTY_CELL.sub(b"", text))
    yield _EMPTY_ROW.sub(b"", _EMPTY_CELL.sub(b"", rest))


def _unfinished(text: bytes) -> bytes:
    """The tag that goes on in the next chunk, or else the last characters."""
    tag = text[max(text.rfind(b"<"), 0) :]
    if len(tag) <= LONGEST_TAG:
        return tag
    if _AREA_BEGINS.match(tag):
        raise _too_large()
    return tag[-20:]


def _cells_in_areas(tail: bytes, chunk: bytes) -> int:
    """How many cells the areas that end in this chunk have; `tail` is the tag it begins in."""
    text = tail + chunk
    if b"mergeCell" not in text and b"hyperlink" not in text:
        return 0
    return sum(_size(match[1]) for match in _AREA.finditer(text) if match.end() > len(tail))


def _size(reference: bytes) -> int:
    match = _CELLS.fullmatch(reference)
    if match is None:
        return MOST_CELLS_IN_AREAS + 1  # nobody else writes an area in another way
    left, top, right, bottom = match[1], int(match[2]), match[3] or match[1], int(match[4] or match[2])
    return (abs(_number_of(right) - _number_of(left)) + 1) * (abs(bottom - top) + 1)


def _number_of(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _check_strings(weight: _Weight) -> None:
    if weight.strings > MOST_SHARED_STRINGS or weight.markup > MOST_SHARED_STRINGS * 20:
        raise UnsafeFile(
            f"文字の入ったセルが多すぎます（異なる文字列が{MOST_SHARED_STRINGS:,}個まで）。"
            "使っていないシートと行を消して、保存し直してください。"
        )


def _too_large() -> UnsafeFile:
    return UnsafeFile(
        f"展開すると大きくなりすぎるファイルです（{LARGEST_UNPACKED // MEGABYTE}MBまで）。"
        "使っていないシート、行、書式を消すか、様式をダウンロードし、値を貼り付けて作り直してください。"
    )
