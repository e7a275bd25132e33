"""What publication writes is mended by a 訂正: an import changes it in no year whose results are public."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook

from accounts.enums import Role
from accounts.models import User
from programs.actions.importing import import_program
from programs.exporting import export
from programs.importing.errors import HasErrors
from programs.importing.examining import examine
from programs.importing.tables import read_tables
from programs.models import ActionYear, IndicatorYear, Program
from progress.actions.opening import open_round
from progress.actions.publication import publish
from progress.enums import Status
from progress.models import Evaluation
from tests.factories import UserFactory
from tests.programs.workbooks import changed, examined, place, put, small_program, told
from tests.progress.factories import RoundFactory, bring_to

pytestmark = pytest.mark.django_db
Change = Callable[[Workbook], object]
CHAIN = (Role.LIAISON, Role.MANAGER)
SETTLEMENT, ACTUAL = "決算額（千円）", "実績値"


@pytest.fixture
def program(ict_staff: User) -> Program:
    """`small_program` with its round of 2016 published: rows 2 and 4 of both sheets are of 2016, 3 and 5 of 2017."""
    program = small_program()
    round_ = open_round(round=RoundFactory.create(program=program), by=ict_staff)
    for evaluation in Evaluation.objects.with_everything().filter(round=round_):
        chain = [UserFactory.create(role=role, role__department=evaluation.department) for role in CHAIN]
        bring_to(Status.ACCEPTED, evaluation, liaison=chain[0], manager=chain[1], staff=ict_staff)
    publish(round=round_, by=ict_staff)
    ActionYear.objects.filter(year=2017).update(settlement=2000)
    return program


def cell(sheet: str, label: str, row: int, value: object) -> Change:
    return put(sheet, row, **{label: value})


def both(*changes: Change) -> Change:
    def change(workbook: Workbook) -> None:
        for each in changes:
            each(workbook)

    return change


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        (
            cell("年度別計画", SETTLEMENT, 2, 999),
            [
                "シート『年度別計画』 2行 E列『決算額（千円）』：『999』は公表した決算額と違います。"
                "「1,000千円」に戻してください。公表した年度の決算額は訂正で直します。"
            ],
        ),
        (
            cell("年度別計画", SETTLEMENT, 4, None),
            [
                "シート『年度別計画』 4行 E列『決算額（千円）』：公表した決算額と違います。"
                "「1,000千円」に戻してください。公表した年度の決算額は訂正で直します。"
            ],
        ),
        (
            cell("指標の目標", ACTUAL, 2, "1.5"),
            [
                "シート『指標の目標』 2行 E列『実績値』：『1.5』は公表した実績値と違います。"
                "「10」に戻してください。公表した年度の実績値は訂正で直します。"
            ],
        ),
        (
            lambda workbook: workbook["年度別計画"].delete_rows(2),
            [
                "シート『年度別計画』：『1-1-001 平成28(2016)年度』はファイルにありませんが、"
                "平成28(2016)年度の調書があるため、削除できません。この行をファイルに戻してください。"
            ],
        ),
    ],
    ids=["another settlement", "settlement emptied", "another actual", "row deleted"],
)
def test_what_is_published_is_not_typed(program: Program, change: Change, errors: list[str]) -> None:
    told_errors = [str(error) for error in examined(program, change).errors]
    assert [error for error in told_errors if "マイルストーン" not in error] == errors


def test_nothing_is_added_to_what_is_published(program: Program) -> None:
    ActionYear.objects.filter(year=2016).update(settlement=None)
    found = examined(program, cell("年度別計画", SETTLEMENT, 2, 5))
    assert [error.remedy for error in found.errors] == ["空欄にしてください。公表した年度の決算額は訂正で直します。"]


def test_other_years_and_columns_are_imported(program: Program) -> None:
    def without_the_columns(workbook: Workbook) -> None:
        for sheet, label in (("年度別計画", SETTLEMENT), ("指標の目標", ACTUAL)):
            place(workbook[sheet], label, 1).value = "控え"

    assert examined(program).is_empty
    found = examined(
        program,
        both(
            cell("年度別計画", SETTLEMENT, 3, 2500),
            cell("指標の目標", ACTUAL, 3, 12),
            cell("年度別計画", "予算額（千円）", 2, 777),
            cell("指標の目標", "目標値", 2, 15),
        ),
    )
    assert (found.errors, len(told(found))) == ([], 4)
    assert examined(program, both(cell("年度別計画", SETTLEMENT, 2, 999), without_the_columns)).is_empty


def test_an_action_of_which_nothing_is_published_goes_with_its_values(program: Program, ict_staff: User) -> None:
    def added(workbook: Workbook) -> None:
        for sheet, row in (("取組", 2), ("所管課", 2), ("年度別計画", 2)):
            cells = [each.value for each in workbook[sheet][row]]
            workbook[sheet].append(["1-1-003", *cells[1:]])
        place(workbook["年度別計画"], SETTLEMENT, workbook["年度別計画"].max_row).value = None

    unchanged = export(program)
    tables = read_tables(changed(unchanged, added))
    fingerprint = examine(program, tables).fingerprint
    import_program(program=program, tables=tables, by=ict_staff, reason="追加", expected_fingerprint=fingerprint)
    ActionYear.objects.filter(action__code="1-1-003").update(settlement=5)
    found = examine(program, read_tables(unchanged))
    assert (found.errors, [row.sheet.name for row in found.changes.rows]) == ([], ["取組", "所管課", "年度別計画"])


def test_until_it_is_published_everything_is_imported() -> None:
    found = examined(small_program(), cell("年度別計画", SETTLEMENT, 2, 999))
    assert (found.errors, [re.sub(".*｜", "", row) for row in told(found)]) == ([], ["決算額（千円）：→999千円"])


def test_nothing_of_such_a_file_is_imported(program: Program, ict_staff: User) -> None:
    """Not even where it is published between the preview and the button."""
    tables = read_tables(changed(export(program), cell("指標の目標", ACTUAL, 2, 1)))
    fingerprint = examine(program, tables).fingerprint
    before = list(IndicatorYear.objects.values_list("actual", flat=True))
    with pytest.raises(HasErrors, match="直すところが1件"):
        import_program(program=program, tables=tables, by=ict_staff, reason="誤り", expected_fingerprint=fingerprint)
    assert list(IndicatorYear.objects.values_list("actual", flat=True)) == before


def test_one_question_for_all_of_them(program: Program) -> None:
    def every_row(workbook: Workbook) -> None:
        for row in range(2, 6):
            cell("年度別計画", SETTLEMENT, row, 5)(workbook)
            cell("指標の目標", ACTUAL, row, 5)(workbook)

    counts = []
    for change in (put("取組", 2, 目的="減らします。"), every_row):
        tables = read_tables(changed(export(program), change))
        with CaptureQueriesContext(connection) as captured:
            found = examine(program, tables)
        counts.append((len(found.errors), len(captured)))
    assert counts == [(0, 13), (4, 14)]
