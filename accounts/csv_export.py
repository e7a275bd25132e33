"""CSV files: columns are data (label → getter), and the writer knows nothing of the domain.

One header row, one cell one value, UTF-8 with BOM so that spreadsheets read
Japanese. A cell that a spreadsheet would take for a formula is neutralised.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse, StreamingHttpResponse

BOM = "\ufeff"
CHARACTERS_AT_ONCE = 64 * 1024
# What spreadsheets take for the beginning of a formula or a command.
FORMULA_STARTS = frozenset("=+-@\t\r")


@dataclass(frozen=True)
class Column:
    """One column: its header and what it takes from a row (None becomes an empty cell)."""

    label: str
    getter: Callable[[Any], object]


def cell(value: object) -> str:
    """The text of one cell: no line breaks inside, and nothing a spreadsheet would run.

    Plain negative numbers stay numbers; any other text beginning like a
    formula gets an apostrophe in front.
    """
    if value is None:
        return ""
    text = value if type(value) is str else str(value)
    if text[:1] in FORMULA_STARTS and not (isinstance(value, int | float) or _is_number(text)):
        text = "'" + text
    return " ".join(text.splitlines()) if "\n" in text or "\r" in text else text


def write_csv(columns: Sequence[Column], rows: Iterable[object]) -> bytes:
    """The whole file as bytes: BOM, header row, then one line for each row."""
    return b"".join(_lines(columns, rows))


def csv_response(filename: str, columns: Sequence[Column], rows: Iterable[object]) -> HttpResponse:
    """The file as a download; `filename` may be Japanese and ends in `.csv`."""
    response = HttpResponse(write_csv(columns, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = attachment(filename)
    return response


def csv_stream(filename: str, columns: Sequence[Column], rows: Iterable[object]) -> StreamingHttpResponse:
    """`csv_response` for more rows than belong in memory: `rows` are taken one by one while the file is sent."""
    response = StreamingHttpResponse(_lines(columns, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = attachment(filename)
    return response


def _lines(columns: Sequence[Column], rows: Iterable[object]) -> Iterator[bytes]:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    out.write(BOM)
    writer.writerow([cell(column.label) for column in columns])
    getters = [column.getter for column in columns]
    for row in rows:
        writer.writerow([cell(getter(row)) for getter in getters])
        if out.tell() > CHARACTERS_AT_ONCE:
            yield _taken(out)
    yield _taken(out)


def _taken(out: io.StringIO) -> bytes:
    """What was written so far; the buffer is empty afterwards."""
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text.encode("utf-8")


# What Windows allows in no name of a file.
_NOT_IN_NAMES = str.maketrans(dict.fromkeys('\\/:*?"<>|', "_"))


def attachment(filename: str) -> str:
    """The header Content-Disposition of a file to save; the name may be Japanese, but holds no path."""
    return f"attachment; filename*=UTF-8''{quote(filename.translate(_NOT_IN_NAMES), safe='')}"


def size_label(size: int) -> str:
    """A file's size in words: 「312バイト」「1.4KB」「12.3MB」."""
    if size < 1024:
        return f"{size}バイト"
    if size < 1024 * 1024:
        return f"{size / 1024:.1f}KB"
    return f"{size / 1024 / 1024:.1f}MB"


def _is_number(text: str) -> bool:
    return text[:1] == "-" and text[1:].replace(".", "", 1).isascii() and text[1:].replace(".", "", 1).isdigit()
