"""The workbooks of a round: 500 actions in two years, and 20,000 rows beside openpyxl writing the same cells."""

import io
import statistics
import time
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook, load_workbook

ACTIONS, ROUNDS = 500, 3
# So many actions have 20,000 rows, in the data as in the programme.
LONG, LEAST_ROWS = 2_000, 20_000
# Figures of the issue.
MOST_SECONDS, MOST_RATIO, MOST_QUERIES = 2.0, 1.5, 20
ADDRESS = "http://testserver/progress/bench/"


class _Undone(Exception):
    """Takes the made-up data away again."""


def timed(make: Callable[[], object]) -> float:
    """The median of some rounds, in seconds."""
    seconds = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        make()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def _told(label: str, seconds: float, queries: int, figure: str, kept: bool) -> bool:
    print(f"  {seconds:>7.2f}秒{queries:>5}問合せ  {'達成' if kept else '未達'}（{figure}）  {label}", flush=True)
    return kept


def _cells(content: bytes) -> dict[str, list[list[object]]]:
    workbook = load_workbook(io.BytesIO(content), read_only=True)
    return {page.title: [list(row) for row in page.iter_rows(values_only=True)] for page in workbook}


def _bare(sheets: dict[str, list[list[object]]]) -> Callable[[], object]:
    """Writes the cells as openpyxl does at its fastest: values, no styles."""

    def write() -> None:
        bare = Workbook(write_only=True)
        for name, rows in sheets.items():
            page = bare.create_sheet(name)
            for row in rows:
                page.append(row)
        bare.save(io.BytesIO())

    return write


def _measured(round_: Any, make: Callable[[Any, str], bytes]) -> tuple[float, int, bytes]:
    """Seconds and queries from the database to the bytes, and the file."""
    from progress.models import Round
    from progress.papers.report import report_of

    def whole() -> bytes:
        return make(report_of(Round.objects.for_reports().get(pk=round_.pk)), ADDRESS)

    with CaptureQueriesContext(connection) as queries:
        content = whole()
    return timed(whole), len(queries), content


def _committee(rounds: dict[int, Any]) -> list[bool]:
    from progress.papers.committee_book import committee_book

    reached = []
    for year, label in ((2017, "公表"), (2018, "案")):
        seconds, queries, _ = _measured(rounds[year], committee_book)
        kept = seconds <= MOST_SECONDS and queries <= MOST_QUERIES
        name = f"委員会用の表（{label}、{ACTIONS}取組×2年度）"
        reached.append(_told(name, seconds, queries, f"{MOST_SECONDS:.0f}秒以下", kept))
    return reached


def _beside_bare(name: str, seconds: float, queries: int, content: bytes) -> bool:
    """Whether a file took at most 1.5 times what openpyxl alone takes for the same cells."""
    sheets = _cells(content)
    rows = sum(len(page) - 1 for page in sheets.values())
    bare = timed(_bare(sheets))
    kept = rows >= LEAST_ROWS and seconds <= MOST_RATIO * bare and queries <= MOST_QUERIES
    figure = f"openpyxlだけで{bare:.2f}秒、比{seconds / bare:.2f}、{MOST_RATIO}以下"
    return _told(f"{name}（{rows:,}行）", seconds, queries, figure, kept)


def _data(round_: Any) -> bool:
    from progress.papers.data_book import data_book

    return _beside_bare("機械判読に適したデータ", *_measured(round_, data_book))


def _programme(program: Any) -> bool:
    """The export of a whole programme, which can be changed and taken in again."""
    from programs.exporting import export

    with CaptureQueriesContext(connection) as queries:
        content = export(program)
    return _beside_bare("プログラムの書き出し", timed(lambda: export(program)), len(queries), content)


def with_rounds(actions: int, measure: Callable[[dict[int, Any]], list[bool]]) -> list[bool]:
    """`measure` gets the rounds by year: two published, the third open. Nothing of them is left afterwards."""
    from accounts.demo import ensure_accounts
    from accounts.enums import Role
    from accounts.models import User
    from progress.load import make_load
    from progress.models import Round

    reached: list[bool] = []
    try:
        with transaction.atomic():
            ensure_accounts()
            staff = User.objects.filter(memberships__role=Role.ICT_STAFF)[0]
            (program,) = make_load(plans=1, actions=actions, years=3, by=staff, say=lambda text: None)
            reached = measure({round_.year: round_ for round_ in Round.objects.filter(program=program)})
            raise _Undone
    except _Undone:
        return reached


def run() -> bool:
    """Print the table; True when every figure is reached."""
    print(f"\n評価のExcelファイル（{connection.vendor}、{ROUNDS}回の中央値、データベースから読む時間を含みます）")
    reached = with_rounds(ACTIONS, _committee)
    reached += with_rounds(LONG, lambda rounds: [_data(rounds[2017]), _programme(rounds[2017].program)])
    return all(reached)
