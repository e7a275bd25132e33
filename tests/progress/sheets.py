"""Workbooks of 調書 for the tests: taken away, filled in by hand, looked at when they come back."""

import io
import zipfile
from typing import Any

from openpyxl import Workbook, load_workbook

from accounts.models import User
from progress.models import Evaluation
from progress.sheets.comparing import Preview
from progress.sheets.contents import contents_of
from progress.sheets.downloading import Shape, workbook_of
from progress.sheets.keys import column_mark, row_mark

ADDRESS = "http://testserver/desk/sheets/x/"


def downloaded(evaluation: Evaluation, user: User, shape: Shape = Shape.SHEETS) -> bytes:
    return workbook_of(contents_of(evaluation.round, evaluation.department, user), shape, ADDRESS)


def saved(workbook: Workbook) -> bytes:
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def answer_cell(workbook: Workbook, evaluation: Evaluation, name: str) -> Any:
    """The cell of an answer in a file as it was downloaded."""
    for page in workbook.worksheets:
        for row in range(1, page.max_row + 1):
            mark = row_mark(page.cell(row=row, column=1).value)
            if mark is None or mark.evaluation != evaluation.pk:
                continue
            for column in range(1, page.max_column + 1):
                part = column_mark(page.cell(row=1, column=column).value)
                if part and mark.field_name(part) == name:
                    return page.cell(row=row, column=column)
    raise AssertionError(f"{name} is not in the file.")


def typed(content: bytes, evaluation: Evaluation, **values: object) -> bytes:
    """The file after values were typed; "indicator" and "milestone" stand for the only row of theirs."""
    workbook = load_workbook(io.BytesIO(content))
    for name, value in values.items():
        answer_cell(workbook, evaluation, long_name(evaluation, name)).value = value
    return saved(workbook)


def replaced(content: bytes, old: bytes, new: bytes) -> bytes:
    """The file with `old` as `new` wherever it stands in a sheet: what no program would write."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(old, new))
    return out.getvalue()


def long_name(evaluation: Evaluation, name: str) -> str:
    """actual → indicator-12-actual."""
    if name in {"actual", "no_actual_reason", "next_target", "target_change_reason"}:
        return f"indicator-{evaluation.indicators.get().pk}-{name}"
    return f"milestone-{evaluation.milestones.get().pk}-{name}" if name in {"reached", "note"} else name


def outcomes(found: Preview) -> dict[str, tuple[str, str]]:
    """Name of the answer → what would happen to it, and what was typed (or what is wrong with it)."""
    return {each.question.name: (each.kind.value, each.problem or each.mine) for each in found.outcomes}
