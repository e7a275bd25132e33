"""Finds the answers of 調書 in a workbook, wherever sheets, rows and columns were moved to; without the database.

A cell is known by the marks of its row and its column. Where a mark is gone,
the words that people see take its place: the action's code, the name of the
indicator or milestone, the label of the item, the heading of the column. Where
marks and words contradict each other (a part of a list was sorted), nothing is
taken and it is said where.
"""

import io
import unicodedata
import warnings
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from operator import itemgetter
from typing import Any, Generic, TypeVar

from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter

from programs import excel_safety, reading
from progress.sheets.keys import ANSWER, ANSWERS, CODE, BookMark, RowMark, book_mark, column_mark, row_mark

T = TypeVar("T")

# All cells of the file are kept in memory. 100 調書 as sheets of their own have 70,000.
MOST_MARKUP = 400_000
AGAIN = "ダウンロードし直したファイルに、値を貼り付けてください。"
_SHIFTED = (
    "行の並べ替えや貼り付けで、読み取りの目印と内容がずれています。元の並びに戻すか、ダウンロードし直してください。"
)


@dataclass(frozen=True)
class Known:
    """What the locator knows of one 調書 that may be in the file.

    `labels`: label on a sheet of its own → name of the field. `rows`: name of
    an indicator or milestone → what the names of its fields begin with; ""
    where two are called the same.
    """

    pk: int
    code: str
    labels: Mapping[str, str]
    rows: Mapping[str, str]
    row_labels: Mapping[str, str]


@dataclass(frozen=True)
class Headings:
    """Label of a column of a list → the part of the name; and the headings under which rows have their names."""

    parts: Mapping[str, str]
    row_names: tuple[str, ...]


@dataclass(frozen=True, order=True)
class Place:
    """A cell of the file; `column` 0 for a row as a whole, `row` 0 for a sheet."""

    sheet: str
    row: int = 0
    column: int = 0

    @property
    def cell(self) -> str:
        return f"{get_column_letter(self.column)}{self.row}" if self.column else f"{self.row}行" if self.row else ""

    def __str__(self) -> str:
        return f"シート『{self.sheet}』{self.cell}"


@dataclass(frozen=True)
class Found:
    """The cell of an answer. `version` None: the file does not tell. `covered` is why its value cannot be read."""

    evaluation: int
    version: int | None
    name: str
    place: Place
    value: object
    kind: str
    number_format: str
    covered: str = ""


@dataclass(frozen=True)
class Lost:
    """Something that could not be attributed; `evaluation` is None where it is not known of which 調書 it is."""

    place: Place
    problem: str
    remedy: str
    evaluation: int | None = None


@dataclass
class Located:
    """Everything that was found, and what was not."""

    book: BookMark | None = None
    found: list[Found] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)


def opened(content: bytes) -> Workbook:
    """The workbook; of one with very many cells that hold nothing, without those.

    Raises `excel_safety.UnsafeFile` when it may not be opened.
    """
    content = excel_safety.readable(content, most_markup=MOST_MARKUP)
    with warnings.catch_warnings():
        # openpyxl says which decorations of the file it does not know; they do not matter here.
        warnings.simplefilter("ignore")
        try:
            return load_workbook(io.BytesIO(content), data_only=False, keep_links=False)
        except Exception as error:  # openpyxl raises whatever its parsers happen to raise
            raise excel_safety.UnsafeFile(
                "Excelファイルとして読み取れませんでした。Excelで開いて保存し直すか、"
                "調書のファイルをダウンロードし、値を貼り付けて作り直してください。"
            ) from error


def locate(workbook: Workbook, known: Mapping[int, Known], headings: Headings) -> Located:
    """`known` are the 調書 that may be in the file, by key."""
    located = Located()
    for page in workbook.worksheets:
        _Sheet(page, known, headings, located).read()
    return located


def plain(value: object) -> str:
    """Words as they are compared: width, spaces and case do not matter."""
    return "".join(unicodedata.normalize("NFKC", reading.shown(value)).split()).casefold()


@dataclass(frozen=True)
class _Row:
    """What a row is: its mark, or one made from the words in it (`version` unknown)."""

    mark: RowMark
    version: int | None


class _Ladder(Generic[T]):
    """What stands in rows, to be asked for what is nearest above a row."""

    def __init__(self, rungs: Iterable[tuple[int, T]]) -> None:
        ordered = sorted(rungs, key=itemgetter(0))
        self._rows, self._values = [row for row, _ in ordered], [value for _, value in ordered]

    def above(self, row: int) -> T | None:
        at = bisect_left(self._rows, row)
        return self._values[at - 1] if at else None

    def above_or_first(self, row: int) -> T | None:
        """The first of all where nothing is above; None where there is nothing at all."""
        return self._values[max(bisect_left(self._rows, row) - 1, 0)] if self._values else None

    def above_or_last(self, row: int) -> T | None:
        """The last of all where nothing is above."""
        return self._values[bisect_left(self._rows, row) - 1] if self._values else None


class _Sheet:
    """One sheet of the file while it is read."""

    def __init__(self, page: Any, known: Mapping[int, Known], headings: Headings, located: Located) -> None:
        self.name, self.known, self.headings, self.located = page.title, known, headings, located
        # The sparse cells as they were read: `iter_rows` would make every cell up to the farthest one.
        self.cells: dict[tuple[int, int], Any] = {
            place: cell for place, cell in sorted(page._cells.items()) if cell.value is not None
        }
        self.anchors = {
            (row, column): (area.min_row, area.min_col)
            for area in page.merged_cells.ranges
            for row in range(area.min_row, area.max_row + 1)
            for column in range(area.min_col, area.max_col + 1)
        }
        self.by_code = {plain(each.code): each for each in known.values()}
        self.rows: dict[int, RowMark] = {}
        self.columns: dict[int, list[tuple[int, str]]] = defaultdict(list)
        self.row_texts: dict[int, list[tuple[int, str]]] = defaultdict(list)

    def read(self) -> None:
        self._collect()
        answers, heads = _Ladder(self._answer_columns().items()), _Ladder(self._head_rows().items())
        codes, marks = _Ladder(self._named_codes()), {column: _Ladder(found) for column, found in self.columns.items()}
        for row in sorted(self.row_texts.keys() | self.rows.keys()):
            head = heads.above(row) or {}
            columns = self._columns_at(row, marks, head, answers)
            if columns:
                self._read_row(row, columns, head, codes.above_or_first(row))
            elif row in self.rows:
                self._lose_row(row, self.rows[row])

    # ── What is where ─────────────────────────────────────────────────────────

    def _collect(self) -> None:
        for (row, column), cell in self.cells.items():
            if not isinstance(cell.value, str):
                if cell.value is not None:
                    self.row_texts[row].append((column, plain(cell.value)))
                continue
            if mark := row_mark(cell.value):
                self.rows.setdefault(row, mark)
            elif part := column_mark(cell.value):
                self.columns[column].append((row, part))
            elif book := book_mark(cell.value):
                self.located.book = self.located.book or book
            else:
                self.row_texts[row].append((column, plain(cell.value)))

    def _answer_columns(self) -> dict[int, int]:
        """Row of a heading 記入欄 → its column."""
        wanted = plain(ANSWERS)
        return {row: column for row, texts in self.row_texts.items() for column, text in texts if text == wanted}

    def _head_rows(self) -> dict[int, dict[int, str]]:
        """Rows that are heads of a list (the code and an answer at least) → column → plain label."""
        code, parts = plain(CODE), self.headings.parts
        heads = {}
        for row, texts in self.row_texts.items():
            labels = dict(texts)
            if code in labels.values() and any(label in parts for label in labels.values()):
                heads[row] = labels
        return heads

    def _named_codes(self) -> list[tuple[int, Known]]:
        """The rows that name a 調書 for those below them: the code beside 「取組コード」."""
        code = plain(CODE)
        return [
            (row, self.by_code[after])
            for row, texts in sorted(self.row_texts.items())
            for (_, text), (_, after) in pairwise(texts)
            if text == code and after in self.by_code
        ]

    def _columns_at(
        self, row: int, marks: Mapping[int, _Ladder[str]], head: Mapping[int, str], answers: _Ladder[int]
    ) -> dict[int, str]:
        """Column → part for a row: by the nearest marks above it, or else by the headings."""
        columns = {column: part for column, found in marks.items() if (part := found.above_or_last(row))}
        marked = set(columns.values())
        for column, label in head.items():
            part = self.headings.parts.get(label, "")
            if part and part not in marked and column not in columns:
                columns[column] = part
        if columns:
            return columns
        answer = answers.above(row)
        return {answer: ANSWER} if answer is not None else {}

    # ── One row ───────────────────────────────────────────────────────────────

    def _read_row(
        self, row: int, columns: Mapping[int, str], head: Mapping[int, str], sheet_code: Known | None
    ) -> None:
        mark, version = self.rows.get(row), None
        if mark is not None:
            version = mark.version
            if problem := self._contradiction(row, mark, head, sheet_code):
                self.located.lost.append(Lost(Place(self.name, row), problem, _SHIFTED, mark.evaluation))
                return
        else:
            mark = self._listed(row, head) if head else self._labelled(row, sheet_code)
        if mark is None:
            return
        for column, part in columns.items():
            self._take(row, column, mark, version, mark.field_name(part))

    def _take(self, row: int, column: int, mark: RowMark, version: int | None, name: str) -> None:
        place, at = Place(self.name, row, column), (row, column)
        covered = ""
        anchor = self.anchors.get(at, at)
        if anchor != at:
            if (anchor[0] in self.rows and anchor[0] != row) or self._is_label(anchor):
                covered = "ほかの欄と結合されているため、どの内容か分かりません。"
            at = anchor
        cell = self.cells.get(at)
        value = cell.value if cell is not None and not covered else None
        kind = cell.data_type if cell is not None else "n"
        style = cell.number_format if cell is not None else "General"
        self.located.found.append(Found(mark.evaluation, version, name, place, value, kind, style, covered))

    def _is_label(self, at: tuple[int, int]) -> bool:
        """Whether the cell is a mark, or what the row is called."""
        cell = self.cells.get(at)
        if cell is None:
            return False
        text = plain(cell.value)
        return (
            row_mark(cell.value) is not None
            or text in self.by_code
            or any(text in each.labels for each in self.known.values())
        )

    def _contradiction(self, row: int, mark: RowMark, head: Mapping[int, str], sheet_code: Known | None) -> str:
        """What the words in the row say against its mark; "" for nothing."""
        known = self.known.get(mark.evaluation)
        if known is None:
            return ""
        texts = dict(self.row_texts[row])
        if head:
            return self._contradiction_in_list(mark, known, head, texts)
        labels = [known.labels[text] for text in texts.values() if text in known.labels]
        if mark.name in known.labels.values() and labels and mark.name not in labels:
            return "読み取りの目印は、この行に書かれている項目のものではありません。"
        if sheet_code is not None and sheet_code.pk != mark.evaluation:
            return f"読み取りの目印は取組「{known.code}」のもので、シートの取組コード「{sheet_code.code}」と違います。"
        return ""

    def _contradiction_in_list(
        self, mark: RowMark, known: Known, head: Mapping[int, str], texts: Mapping[int, str]
    ) -> str:
        for column, label in head.items():
            text = texts.get(column, "")
            if label == plain(CODE) and text and text != plain(known.code) and text in self.by_code:
                return f"読み取りの目印は取組「{known.code}」のもので、この行の取組コードと違います。"
            if label in self.headings.row_names and text in known.rows and known.rows[text] not in {"", mark.name}:
                own = known.row_labels.get(mark.name, "")
                return f"読み取りの目印は「{own}」のもので、この行に書かれている名前と違います。"
        return ""

    # ── Words in place of marks ───────────────────────────────────────────────

    def _listed(self, row: int, head: Mapping[int, str]) -> RowMark | None:
        texts = dict(self.row_texts[row])
        by_label = {label: texts.get(column, "") for column, label in head.items()}
        known = self.by_code.get(by_label.get(plain(CODE), ""))
        if known is None:
            return None
        for label in self.headings.row_names:
            if label in by_label:
                name = known.rows.get(by_label[label], "")
                if not name:
                    self._not_known(row, known, "この行がどの指標・マイルストーンのものか分かりません。")
                    return None
                return RowMark(known.pk, 0, name)
        return RowMark(known.pk, 0)

    def _labelled(self, row: int, known: Known | None) -> RowMark | None:
        if known is None:
            return None
        names = {known.labels[text] for _, text in self.row_texts[row] if text in known.labels}
        if len(names) > 1 or names == {""}:
            self._not_known(row, known, "この行がどの項目のものか分かりません。")
        return RowMark(known.pk, 0, names.pop()) if len(names) == 1 and names != {""} else None

    def _not_known(self, row: int, known: Known, problem: str) -> None:
        self.located.lost.append(Lost(Place(self.name, row), problem, AGAIN, known.pk))

    def _lose_row(self, row: int, mark: RowMark) -> None:
        self.located.lost.append(
            Lost(
                Place(self.name, row),
                "記入欄の列が見つかりません。",
                f"見出し「{ANSWERS}」の列を元に戻すか、ダウンロードし直したファイルに値を貼り付けてください。",
                mark.evaluation,
            )
        )


def duplicates(found: list[Found]) -> Iterator[list[Found]]:
    """Answers that stand in several cells."""
    by_name: dict[tuple[int, str], list[Found]] = defaultdict(list)
    for each in found:
        by_name[each.evaluation, each.name].append(each)
    return (group for group in by_name.values() if len(group) > 1)
