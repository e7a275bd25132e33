"""Excel files for the tests: a programme's own, changed by hand; read back as people would see them."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from openpyxl import Workbook, load_workbook

from plan.models import Plan
from programs.exporting import export
from programs.importing.examining import Examination, examine
from programs.importing.tables import read_tables
from programs.models import Program
from programs.models.upload import KeptFile
from tests.factories import DepartmentFactory
from tests.programs import factories


def small_program(plan: Plan | None = None) -> Program:
    """Two actions with a row or two on every sheet; the second is owned first by one 課, then by another."""
    earlier = factories.ProgramFactory.create(slug="2014", start_year=2014, title="前のプログラム")
    program = factories.ProgramFactory.create(slug="2016", predecessor=earlier, title="試験プログラム")
    civic = DepartmentFactory.create(code="1701", name="市民課")
    data = DepartmentFactory.create(code="1702", name="情報課")
    old = factories.ActionFactory.create(program=earlier, code="1-1-009", owner=civic)
    upper = factories.UpperItemFactory.create(number=3, title="安心して暮らせるまち")
    first = factories.ActionFactory.create(program=program, code="1-1-001", title="オンライン申請", owner=civic)
    second = factories.ActionFactory.create(
        program=program, code="1-1-002", title="オープンデータ", owner=civic, owner__valid_to="2017-03-31"
    )
    factories.ActionOwnerFactory.create(action=second, department=data, valid_from="2017-04-01", position=2)
    factories.ActionOwnerFactory.create(action=second, department=data, related=True, position=3, valid_to="2017-03-31")
    factories.ActionDirectionFactory.create(action=first)
    factories.ActionUpperFactory.create(action=first, upper=upper)
    factories.ActionLineageFactory.create(action=first, predecessor=old)
    for action in (first, second):
        for year in program.years:
            plan_of_year = factories.ActionYearFactory.create(action=action, year=year)
            factories.MilestoneFactory.create(action_year=plan_of_year, position=1)
            factories.MilestoneFactory.create(action_year=plan_of_year, position=2, month=None, title="公開する")
        indicator = factories.IndicatorFactory.create(action=action, name="申請の件数", baseline="12.5")
        for year in program.years:
            factories.IndicatorYearFactory.create(indicator=indicator, position=year)
    return program


def changed(content: bytes, change: Callable[[Workbook], object]) -> bytes:
    """The file after somebody worked on it in a spreadsheet."""
    workbook = load_workbook(io.BytesIO(content))
    change(workbook)
    return saved(workbook)


def saved(workbook: Workbook) -> bytes:
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def place(page: Any, label: str, row: int) -> Any:
    """The cell under a heading."""
    column = next(cell.column for cell in page[1] if cell.value == label)
    return page.cell(row=row, column=column)


def put(sheet: str, row: int, **values: object) -> Callable[[Workbook], object]:
    """A change: labels → what is typed into the row."""

    def change(workbook: Workbook) -> None:
        for label, value in values.items():
            place(workbook[sheet], label, row).value = value

    return change


def examined(program: Program, change: Callable[[Workbook], object] = lambda workbook: None) -> Examination:
    """What the programme's own file says after a change."""
    return examine(program, read_tables(changed(export(program), change)))


def told(examination: Examination) -> list[str]:
    """The changes in words: 「変更 取組 1-1-001 …｜目的：前→後」."""
    return [
        f"{row.kind.label} {row.sheet.name} {row.title}"
        + "".join(f"｜{field.label}：{field.before}→{field.after}" for field in row.fields if row.stored and row.number)
        for row in examination.changes.rows
    ]


@contextmanager
def removed_once_read(model: type[KeptFile]) -> Iterator[None]:
    """The kept files are read, and removed before the next question, as the clock may do at any time."""
    step = "read"

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal step
        if step == "remove":
            step = ""
            model._default_manager.all().delete()
        elif step and sql.startswith("SELECT") and f'FROM "{model._meta.db_table}"' in sql:
            step = "remove"
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield
