"""What a 調書 stands on is not taken away by an import: the year's plan, and the year in the period of the action."""

from collections.abc import Iterator
from typing import cast

from plan.fiscal import fiscal_year_label
from programs.evaluated import evaluated_years
from programs.importing.comparing import ChangeKind, Changes, RowChange
from programs.importing.errors import CellError
from programs.importing.tables import FileRow, Tables
from programs.kinds import period_problems
from programs.models import Action
from programs.queries.files import Present
from programs.workbook.sheets import ACTIONS, YEARS

PERIOD = ("start_year", "end_year")
Evaluated = dict[object, frozenset[int]]
"""Code of an action → the years in which it has a 調書."""


def not_as_evaluated(changes: Changes, tables: Tables, present: Present) -> Iterator[CellError]:
    """An error for each yearly plan that would go, and each period that would leave a 調書 outside.

    One query for every 500 of these actions.
    """
    shortened = [row for row in changes.of(ACTIONS, ChangeKind.CHANGED) if _is_other_period(row)]
    leaving = {row.values["code"] for row in changes.of(ACTIONS, ChangeKind.GONE)}
    gone = [row for row in changes.of(YEARS, ChangeKind.GONE) if row.values["action"] not in leaving]
    evaluated = _evaluated(present, {row.values["code"] for row in shortened} | {row.values["action"] for row in gone})
    typed = {row.number: row for row in tables.sheets[ACTIONS.name].rows} if shortened else {}
    for row in shortened:
        yield from _outside(row, typed[cast("int", row.number)], evaluated)
    for row in gone:
        if row.values["year"] in evaluated.get(row.values["action"], ()):
            yield _still_evaluated(row)


def _is_other_period(row: RowChange) -> bool:
    return any(field.name in PERIOD for field in row.fields)


def _evaluated(present: Present, codes: set[object]) -> Evaluated:
    actions: dict[object, Action] = {
        row.values["code"]: row.instance for row in present.rows[ACTIONS.name] if row.values["code"] in codes
    }
    years = evaluated_years([action.pk for action in actions.values()]) if actions else {}
    return {code: years.get(action.pk, frozenset()) for code, action in actions.items()}


def _outside(row: RowChange, typed: FileRow, evaluated: Evaluated) -> Iterator[CellError]:
    first, last = (cast("int | None", row.values[name]) for name in PERIOD)
    problems = period_problems(first, last, evaluated.get(row.values["code"], frozenset()))
    for name, (problem, remedy) in problems.items():
        yield typed.error(name, problem, remedy)


def _still_evaluated(row: RowChange) -> CellError:
    year = fiscal_year_label(row.values["year"])
    problem = f"ファイルにありませんが、{year}の調書があるため、削除できません。"
    return CellError(YEARS.name, None, "", "", row.title, problem, "この行をファイルに戻してください。")
