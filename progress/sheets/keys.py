"""The hidden marks by which a cell of a workbook is known wherever it is moved, and the words that stand in for them.

Pure.

A row and a column of a sheet each bear a mark; where they meet is an answer.
The row says which 調書, of which version, and as much of the answer's name as
belongs to the row; the column says the rest of it.
"""

import re
from dataclasses import dataclass

ANSWER = "answer"
"""The column that adds nothing: the row names the whole answer."""

CODE, ANSWERS = "取組コード", "記入欄"
"""Where a mark is gone: what stands beside or above the code of an action, and above the column of answers."""

_ROW = re.compile(r"row:([0-9]{1,18}):([0-9]{1,9}):([a-z_0-9-]*)")
_COLUMN = re.compile(r"col:([a-z_]{1,40})")
_BOOK = re.compile(r"book:([0-9]{1,18}):([a-z]{1,20})")


@dataclass(frozen=True)
class RowMark:
    """`evaluation` is the key of a 調書, `version` that of the moment the file was made, `name` part of a field's."""

    evaluation: int
    version: int
    name: str = ""

    def __str__(self) -> str:
        return f"row:{self.evaluation}:{self.version}:{self.name}"

    def field_name(self, part: str) -> str:
        """The name of the form's field where the row meets the column `part`."""
        return "-".join(filter(None, (self.name, "" if part == ANSWER else part)))


@dataclass(frozen=True)
class BookMark:
    """Which round the file was made for, and in which shape."""

    round: int
    shape: str

    def __str__(self) -> str:
        return f"book:{self.round}:{self.shape}"


def row_mark(value: object) -> RowMark | None:
    match = _ROW.fullmatch(value.strip()) if isinstance(value, str) else None
    return RowMark(int(match[1]), int(match[2]), match[3]) if match else None


def column_mark(value: object) -> str:
    """The part of a name that a column stands for; "" for a cell that is no mark."""
    match = _COLUMN.fullmatch(value.strip()) if isinstance(value, str) else None
    return match[1] if match else ""


def book_mark(value: object) -> BookMark | None:
    match = _BOOK.fullmatch(value.strip()) if isinstance(value, str) else None
    return BookMark(int(match[1]), match[2]) if match else None


def column_text(part: str) -> str:
    return f"col:{part}"
