"""What publication writes is not written by an import: 決算額 and 実績値 of a year whose results are public.

They cannot be typed in the admin either; a 訂正 mends them, and what is published with them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from programs.importing.comparing import ChangeKind, Changes, RowChange
from programs.importing.errors import CellError
from programs.importing.tables import FileRow, Tables
from programs.models import Program
from programs.queries.told import told_years
from programs.workbook.sheets import INDICATORS, TARGETS, YEARS


@dataclass(frozen=True)
class _Written:
    """A column that publication fills."""

    column: str
    problem: str
    remedy: str


_WRITTEN = {
    YEARS.name: _Written(
        "settlement",
        "公表した決算額と違います。",
        "公表した年度の決算額は訂正で直します。",
    ),
    TARGETS.name: _Written(
        "actual",
        "公表した実績値と違います。",
        "公表した年度の実績値は訂正で直します。",
    ),
}


def not_as_published(changes: Changes, tables: Tables, program: Program) -> Iterator[CellError]:
    """An error for each value of a public year that would be another one. One query, where any value would be.

    Yearly plans that go are told by `importing.evaluated`, indicators by `importing.protection`.
    """
    touched = [row for row in changes.rows if row.sheet.name in _WRITTEN and _touches(row)]
    if not touched:
        return
    years = told_years(program)
    rows = {name: {row.number: row for row in table.rows} for name, table in tables.sheets.items()}
    leaving = {_indicator(row) for row in changes.of(INDICATORS, ChangeKind.GONE)}
    for row in touched:
        if row.values["year"] not in years:
            continue
        if row.number is not None:
            yield _other(row, rows[row.sheet.name][row.number])
        elif row.sheet is TARGETS and _indicator(row) not in leaving:
            yield _gone(row)


def _touches(row: RowChange) -> bool:
    return any(field.name == _WRITTEN[row.sheet.name].column for field in row.fields)


def _indicator(row: RowChange) -> tuple[object, object]:
    return row.values["action"], row.values["name"]


def _other(row: RowChange, typed: FileRow) -> CellError:
    written, stored = _WRITTEN[row.sheet.name], _stored(row)
    back = f"「{stored}」に戻してください。" if stored else "空欄にしてください。"
    return typed.error(written.column, written.problem, back + written.remedy)


def _gone(row: RowChange) -> CellError:
    label = row.sheet.column(_WRITTEN[row.sheet.name].column).label
    problem = f"ファイルにありませんが、公表した値（{label}：{_stored(row)}）があるため、削除できません。"
    return CellError(row.sheet.name, None, "", "", row.title, problem, "この行をファイルに戻してください。")


def _stored(row: RowChange) -> str:
    name = _WRITTEN[row.sheet.name].column
    return row.sheet.column(name).shown(row.stored.values[name]) if row.stored else ""
