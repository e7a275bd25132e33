"""The files of a year before it is public: the same columns and rows, marked in their name and in each row."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse

from accounts.audit import record_export
from accounts.csv_export import Column, csv_response
from progress import exports, year_files
from progress.models import Round
from progress.papers.preview import Preview
from progress.papers.preview_lists import preview_rows
from progress.views.preview_access import preview_page
from progress.views.round_books import data_book_of

BEFORE = "公表前"
MARK = Column("公表の状態", lambda row: BEFORE)


class Table(NamedTuple):
    """What a file holds; `number`: how many actions, measures or lines it tells of."""

    columns: Iterable[Column]
    rows: Iterable[Any]
    number: int


def _actions(made: Preview, given: Mapping[str, str]) -> Table:
    rows = preview_rows(made, given)
    return Table(exports.action_columns(made.published), rows, len(rows))


def _results(made: Preview, given: Mapping[str, str]) -> Table:
    rows = made.answered_rows(made.evaluations)
    return Table(exports.result_columns(made.published), exports.result_cells(rows), len(rows))


def _measures(made: Preview, given: Mapping[str, str]) -> Table:
    rows = made.measure_rows()
    return Table(exports.measure_columns(made.published), exports.measure_cells(made.published, rows), len(rows))


def _codes(made: Preview, given: Mapping[str, str]) -> Table:
    rows = exports.code_rows(made.published)
    return Table(exports.code_columns(made.published), rows, len(rows))


def _entries(made: Preview, given: Mapping[str, str]) -> Table:
    rows = exports.entries()
    return Table(exports.DICTIONARY, rows, len(rows))


# Name in the address → the file and what it holds.
_FILES: dict[str, tuple[year_files.YearFile, Callable[[Preview, Mapping[str, str]], Table]]] = {
    "actions": (year_files.ACTIONS_FILE, _actions),
    "results": (year_files.RESULTS_FILE, _results),
    "measures": (year_files.MEASURES_FILE, _measures),
    "codes": (year_files.CODES_FILE, _codes),
    "dictionary": (year_files.ENTRIES_FILE, _entries),
}


@preview_page
def csv_file(request: HttpRequest, round_: Round, name: str) -> HttpResponse:
    """/progress/2016/actions.csv and the others as they would be; itself on record. GET, of actions: as their list."""
    if name not in _FILES:
        raise Http404("このファイルはありません。")
    file, table_of = _FILES[name]
    table, filename = table_of(Preview.of(round_), request.GET), _name(file, round_)
    response = csv_response(filename, [MARK, *table.columns], table.rows)
    record_export(request, f"{round_}の公表前の確認（{filename}）", rows=table.number)
    return response


@preview_page
def data_xlsx(request: HttpRequest, round_: Round) -> HttpResponse:
    """/progress/2016/data.xlsx as it would be; its first sheet says that it is not public."""
    return data_book_of(request, round_, _name(year_files.DATA_BOOK, round_))


def _name(file: year_files.YearFile, round_: Round) -> str:
    return f"{BEFORE}_{file.filename(round_.slug)}"
