"""What a file would change, and that an unchanged one changes nothing wherever its parts stand."""

import datetime
import io
import random
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from programs.exporting import export
from programs.importing.examining import examine
from programs.importing.tables import read_tables
from programs.models import Action, Milestone, Program
from tests.factories import DepartmentFactory
from tests.programs import factories
from tests.programs.workbooks import examined, place, put, saved, small_program, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def program() -> Program:
    return small_program()


def test_the_unchanged_file_changes_nothing(program: Program) -> None:
    examination = examine(program, read_tables(export(program)))
    assert (examination.errors, told(examination), examination.is_empty) == ([], [], True)
    assert examination.changes.unchanged == {
        "取組": 2,
        "所管課": 4,
        "ほかの基本方向": 1,
        "上位計画": 1,
        "年度別計画": 4,
        "マイルストーン": 8,
        "指標": 2,
        "指標の目標": 4,
        "引き継ぎ": 1,
    }


def test_an_unchanged_file_has_no_errors_even_where_the_database_breaks_a_rule(program: Program) -> None:
    factories.ActionFactory.create(program=program, code="9-9-999")  # nobody owns it
    examination = examined(program)
    assert (examination.errors, examination.is_empty) == ([], True)


def test_texts_that_excel_cannot_hold_do_not_look_changed(program: Program) -> None:
    Action.objects.filter(code="1-1-001").update(
        content="  =1+1\r\n行\x0bの\x01中\n", purpose="+81 \tから", title="-名前_x000D_", legal_basis="@条例"
    )
    assert told(examined(program)) == []


@pytest.mark.parametrize("value", ["99999999999.9999", "0.0001", "-12.5", "100"])
def test_every_number_of_the_database_survives(program: Program, value: str) -> None:
    indicator = program.actions.get(code="1-1-001").indicators.get()
    indicator.baseline = Decimal(value)
    indicator.save()
    assert told(examined(program)) == []


def test_two_milestones_alike_do_not_look_changed(program: Program) -> None:
    year = program.actions.get(code="1-1-001").years.get(year=2016)
    for _ in range(2):
        factories.MilestoneFactory.create(action_year=year, position=1)
    assert told(examined(program)) == []


def _permuted(content: bytes, seed: int) -> bytes:
    """The same file with its sheets, rows and columns in another order, with something of one's own beside them."""
    chance = random.Random(seed)  # noqa: S311 - a shuffle, not a secret
    source, target = load_workbook(io.BytesIO(content)), Workbook()
    target.remove(target.active)
    names = source.sheetnames
    chance.shuffle(names)
    for name in names:
        page = target.create_sheet(name)
        head, *rows = [[cell.value for cell in row] for row in source[name].iter_rows()]
        chance.shuffle(rows)
        order = list(range(len(head)))
        chance.shuffle(order)
        for row in [["覚え書き"], [], head, *rows]:
            page.append(
                [None, *(row[index] if index < len(row) else None for index in order), "自分の列"][: 1 + len(order)]
            )
    target.create_sheet("自分のシート").append(["何でも"])
    return saved(target)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_sheets_rows_and_columns_may_stand_anywhere(program: Program, seed: int) -> None:
    examination = examine(program, read_tables(_permuted(export(program), seed)))
    assert ([str(error) for error in examination.errors], told(examination)) == ([], [])


LINES = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufffe\uffff"), min_size=1, max_size=40
).filter(lambda text: text.strip() == text and text.split() and "_x" not in text)
EDITS = {
    ("取組", 2, "目的"): st.lists(LINES, min_size=1, max_size=3).map("\n".join),
    ("年度別計画", 3, "計画"): LINES,
    ("年度別計画", 4, "予算額（千円）"): st.integers(1, 10**9),
    ("指標", 2, "基準値"): st.decimals(min_value=0, max_value=10**6, places=2),
    ("指標の目標", 3, "目標値"): st.integers(0, 10**6),
    ("指標の目標", 2, "実績値"): st.integers(0, 10**6),
}


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10**6), edits=st.fixed_dictionaries({}, optional=EDITS))
def test_any_edit_comes_back_from_any_order(program: Program, seed: int, edits: dict[Any, Any]) -> None:
    """What was typed, in the very rows it was typed into, and nothing else."""
    workbook, wanted = load_workbook(io.BytesIO(export(program))), set()
    for (sheet, row, label), value in edits.items():
        cell, key = place(workbook[sheet], label, row), [one.value for one in workbook[sheet][row]][:2]
        if cell.value != value:
            wanted.add((sheet, *map(str, key), label, value))
        cell.value = value
        if isinstance(value, str):
            cell.data_type = "s"
    examination = examine(program, read_tables(_permuted(saved(workbook), seed)))
    found = {
        (row.sheet.name, *(str(row.values[row.sheet.columns[n].name]) for n in (0, 1)), change)
        for row in examination.changes.rows
        for change in [(each.label, row.values[each.name]) for each in row.fields]
    }
    assert [str(error) for error in examination.errors] == []
    assert {(*one[:3], *one[3]) for one in found} == wanted


def test_a_changed_cell_is_shown_before_and_after(program: Program) -> None:
    examination = examined(program, put("取組", 2, 目的="待ち時間を減らします。", 終了年度="平成28年度"))
    assert told(examination) == [
        "変更 取組 1-1-001 オンライン申請｜目的：市民の手間を減らします。→待ち時間を減らします。"
        "｜終了年度：→平成28(2016)年度"
    ]
    assert examination.errors == []


def test_money_dates_and_choices_are_shown_as_people_read_them(program: Program) -> None:
    def change(workbook: Workbook) -> None:
        put("年度別計画", 2, **{"予算額（千円）": "２百万円"})(workbook)
        put("所管課", 2, 終了日="R10.3.31")(workbook)
        put("指標", 2, 種別="成果指標")(workbook)
        put("マイルストーン", 2, 月="１１月")(workbook)

    assert told(examined(program, change)) == [
        "変更 所管課 1-1-001 1701 主管 2016年4月1日｜終了日：→2028年3月31日",
        "変更 年度別計画 1-1-001 平成28(2016)年度｜予算額（千円）：1,000千円→2,000千円",
        "変更 マイルストーン 1-1-001 平成28(2016)年度 試行を始める｜月：9月→11月",
        "変更 指標 1-1-001 申請の件数｜種別：活動指標→成果指標",
    ]


def test_an_empty_amount_is_not_nought(program: Program) -> None:
    assert told(examined(program, put("年度別計画", 2, **{"予算額（千円）": None}))) == [
        "変更 年度別計画 1-1-001 平成28(2016)年度｜予算額（千円）：1,000千円→"
    ]
    assert told(examined(program, put("年度別計画", 2, **{"予算額（千円）": 0}))) == [
        "変更 年度別計画 1-1-001 平成28(2016)年度｜予算額（千円）：1,000千円→0千円"
    ]


def test_new_rows_without_an_order_come_last(program: Program) -> None:
    def change(workbook: Workbook) -> None:
        for title in ("試す", "広げる"):
            workbook["マイルストーン"].append(["1-1-001", 2016, None, None, title])

    changes = examined(program, change).changes
    assert [(row.kind.label, row.values["title"], row.values["position"]) for row in changes.rows] == [
        ("追加", "試す", 3),
        ("追加", "広げる", 4),
    ]


def test_a_row_keeps_its_place_when_its_order_is_left_empty(program: Program) -> None:
    def change(workbook: Workbook) -> None:
        for row in range(2, workbook["マイルストーン"].max_row + 1):
            put("マイルストーン", row, 順番=None)(workbook)

    assert told(examined(program, change)) == []


def test_a_milestone_that_was_reworded_is_the_same_one(program: Program) -> None:
    assert told(examined(program, put("マイルストーン", 2, マイルストーン="試行を終える"))) == [
        "変更 マイルストーン 1-1-001 平成28(2016)年度 試行を終える｜マイルストーン：試行を始める→試行を終える"
    ]


def test_an_indicator_can_be_renamed_with_its_targets(program: Program) -> None:
    def change(workbook: Workbook) -> None:
        put("指標", 2, 指標名="受付の件数")(workbook)
        for row in (2, 3):
            put("指標の目標", row, 指標名="受付の件数")(workbook)
        put("指標の目標", 3, 目標値="1,500")(workbook)

    assert told(examined(program, change)) == [
        "変更 指標 1-1-001 受付の件数｜指標名：申請の件数→受付の件数",
        "変更 指標の目標 1-1-001 受付の件数 平成29(2017)年度｜目標値：10→1500",
    ]


def test_rows_the_file_lacks_are_gone_with_what_hangs_on_them(program: Program) -> None:
    def change(workbook: Workbook) -> None:
        for page in workbook:
            for row in reversed(range(2, page.max_row + 1)):
                if page.cell(row=row, column=1).value == "1-1-002":
                    page.delete_rows(row)

    examination = examined(program, change)
    assert (examination.errors, sorted({line.split()[0] for line in told(examination)})) == ([], ["削除"])
    assert {
        name: sum(row.sheet.name == name for row in examination.changes.rows) for name in examination.changes.unchanged
    } == {
        "取組": 1,
        "所管課": 3,
        "ほかの基本方向": 0,
        "上位計画": 0,
        "年度別計画": 2,
        "マイルストーン": 4,
        "指標": 1,
        "指標の目標": 2,
        "引き継ぎ": 0,
    }


def test_a_column_that_is_left_out_leaves_its_values_alone(program: Program) -> None:
    def change(workbook: Workbook) -> None:
        place(workbook["取組"], "目的", 1).value = None
        put("取組", 2, 取組名="電子申請")(workbook)

    examination = examined(program, change)
    assert told(examination) == ["変更 取組 1-1-001 電子申請｜取組名：オンライン申請→電子申請"]
    assert [(sheet.name, column.label) for sheet, column in examination.changes.left_out] == [("取組", "目的")]
    assert examination.changes.rows[0].values["purpose"] == "市民の手間を減らします。"


def test_a_row_of_blanks_is_no_row(program: Program) -> None:
    def change(workbook: Workbook) -> None:
        workbook["取組"].append([" ", "　", None])
        workbook["所管課"].append([None, None, "名前だけの参考の列"])

    assert examined(program, change).is_empty


def test_a_department_is_the_one_that_bore_the_code_on_the_day(program: Program) -> None:
    DepartmentFactory.create(code="1800", name="旧い課", valid_from="2010-04-01", valid_to="2017-03-31")
    new = DepartmentFactory.create(code="1800", name="新しい課", valid_from="2017-04-01")

    def change(workbook: Workbook) -> None:
        workbook["所管課"].append(["1-1-001", "1800", None, "関係", "2017/4/1", None, None])

    examination = examined(program, change)
    (row,) = examination.changes.rows
    found = examination.present.references.department_on("1800", datetime.date(2017, 4, 1))
    assert (examination.errors, row.title, found and found.pk) == ([], "1-1-001 1800 関係 2017年4月1日", new.pk)


def test_the_fingerprint_is_that_of_the_programme(program: Program) -> None:
    before = examined(program).fingerprint
    assert examined(program, put("取組", 2, 目的="別の目的")).fingerprint == before
    Milestone.objects.filter(month=9).update(month=10)
    assert examined(program).fingerprint != before
