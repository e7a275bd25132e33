"""Workbooks of a round, made and opened again."""

import io
from collections.abc import Sequence
from typing import Any

from openpyxl import load_workbook

from programs.models import Action
from progress.models import Evaluation, Round
from progress.papers.committee_book import committee_book
from progress.papers.data_book import data_book
from progress.papers.report import report_of

ADDRESS = "https://portal.example.jp/progress/2016/"
HEAD_ROW = 5
# What spreadsheets would run, take for an error, or cannot hold.
HOSTILE_TITLE = '=HYPERLINK("http://example.com","見る")'
HOSTILE_TEXTS = {
    "results": "+1+cmd|' /C calc'!A0",
    "outcomes": "@SUM(1+1)*2",
    "problems": "#N/A",
    "next_plan": "-2+3を\x0b行う",
}


def committee(round_: Round) -> bytes:
    return committee_book(report_of(Round.objects.get(pk=round_.pk)), ADDRESS)


def data(round_: Round) -> bytes:
    return data_book(report_of(Round.objects.get(pk=round_.pk)), ADDRESS)


def opened(content: bytes) -> Any:
    return load_workbook(io.BytesIO(content))


def head(page: Any, row: int = HEAD_ROW) -> list[str]:
    return [cell.value for cell in page[row]]


def rows(page: Any, first: int = HEAD_ROW + 1) -> list[dict[str, Any]]:
    """Each row below the head, by heading."""
    labels = head(page, first - 1)
    return [dict(zip(labels, values, strict=True)) for values in page.iter_rows(min_row=first, values_only=True)]


def make_hostile(round_: Round, code: str) -> None:
    Action.objects.filter(program=round_.program_id, code=code).update(title=HOSTILE_TITLE)
    Evaluation.objects.filter(round=round_, action__code=code).update(**HOSTILE_TEXTS)


def formulas(workbook: Any) -> list[str]:
    """Where Excel would compute something, or show an error."""
    return [
        f"{page.title}!{cell.coordinate}"
        for page in workbook
        for row in page.iter_rows()
        for cell in row
        if cell.data_type in {"f", "e"}
    ]


def unquoted(workbook: Any) -> list[str]:
    """Cells that would become a formula when somebody edits them."""
    return [
        str(cell.value)
        for page in workbook
        for row in page.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and cell.value.startswith(("=", "+", "-", "@")) and not cell.quotePrefix
    ]


def column(table: Sequence[dict[str, Any]], *labels: str) -> list[tuple[Any, ...]]:
    return [tuple(row[label] for label in labels) for row in table]
