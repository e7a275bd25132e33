"""The blank form and the export, opened again."""

import io
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from accounts.models import Department
from programs import exporting
from programs.models import Action, Program
from programs.workbook.writing import text_width
from tests.factories import DepartmentFactory
from tests.programs import factories
from tests.programs.workbooks import place, small_program

pytestmark = pytest.mark.django_db


@pytest.fixture
def program() -> Program:
    return small_program()


def opened(content: bytes) -> Any:
    return load_workbook(io.BytesIO(content))


def choices(workbook: Any, page: Worksheet) -> dict[str, list[object]]:
    """Heading → what its drop-down list offers."""
    found = {}
    for validation in page.data_validations.dataValidation:
        column = str(validation.sqref).split("2:")[0]
        source = validation.formula1.split("!")[1].replace("$", "")
        found[page[f"{column}1"].value] = [row[0].value for row in workbook["コード表"][source]]
    return found


def test_the_form_has_every_sheet_with_its_headings_and_nothing_below(program: Program) -> None:
    workbook = opened(exporting.template(program))
    assert workbook.sheetnames == [
        "記入要領",
        "取組",
        "所管課",
        "ほかの基本方向",
        "上位計画",
        "年度別計画",
        "マイルストーン",
        "指標",
        "指標の目標",
        "引き継ぎ",
        "コード表",
        "情報",
    ]
    assert [cell.value for cell in workbook["年度別計画"][1]] == [
        "取組コード",
        "年度",
        "計画",
        "予算額（千円）",
        "決算額（千円）",
    ]
    assert {page.max_row for page in workbook.worksheets[1:10]} == {1}
    assert {page.freeze_panes for page in workbook.worksheets} == {"A2"}


def test_the_form_offers_what_may_be_chosen(program: Program) -> None:
    workbook = opened(exporting.template(program))
    actions = choices(workbook, workbook["取組"])
    assert list(actions) == ["主な基本方向", "分類", "実施主体"]
    assert (len(actions["主な基本方向"]), actions["主な基本方向"][0], actions["主な基本方向"][-1]) == (
        23,
        "1-1-1",
        "3-2-3",
    )
    assert choices(workbook, workbook["所管課"])["区分"] == ["主管", "関係"]
    assert set(choices(workbook, workbook["所管課"])["組織コード"]) == set(
        Department.objects.values_list("code", flat=True)
    )
    assert choices(workbook, workbook["上位計画"]) == {"種別": ["総合計画の基本政策", "行財政改革の基本理念"]}
    assert choices(workbook, workbook["指標"]) == {
        "種別": ["活動指標", "成果指標"],
        "よくなる向き": ["増えるほどよい", "減るほどよい"],
    }
    assert choices(workbook, workbook["引き継ぎ"]) == {"引き継ぎ方": ["継続", "分割", "統合"]}


def test_the_lists_reach_below_the_rows_there_are(program: Program) -> None:
    page = opened(exporting.export(program))["取組"]
    assert [str(validation.sqref) for validation in page.data_validations.dataValidation] == [
        "C2:C1003",
        "D2:D1003",
        "H2:H1003",
    ]


def test_departments_that_ended_before_the_programme_are_not_offered(program: Program) -> None:
    DepartmentFactory.create(code="0001", valid_from="2000-04-01", valid_to="2010-03-31")
    workbook = opened(exporting.template(program))
    assert "0001" not in choices(workbook, workbook["所管課"])["組織コード"]


def test_the_export_holds_the_programme(program: Program) -> None:
    workbook = opened(exporting.export(program))
    rows = list(workbook["年度別計画"].iter_rows(values_only=True))
    assert rows[1] == ("1-1-001", 2016, "手順書を作ります。", 1000, None)
    owner = list(workbook["所管課"].iter_rows(values_only=True))[1]
    assert (owner[:4], f"{owner[4]:%Y-%m-%d}", owner[5:]) == (
        ("1-1-001", "1701", "市民課", "主管"),
        "2016-04-01",
        (None, 1),
    )
    assert workbook["所管課"]["E2"].number_format == "yyyy/m/d"


@pytest.mark.parametrize("text", ["=1+1", "+81", "-市民", "@条例", '=cmd|" /C calc"!A0'])
def test_no_text_becomes_a_formula(program: Program, text: str) -> None:
    Action.objects.filter(program=program, code="1-1-001").update(purpose=text)
    cell = place(opened(exporting.export(program))["取組"], "目的", 2)
    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)


def test_what_no_cell_can_hold_is_left_out(program: Program) -> None:
    Action.objects.filter(program=program, code="1-1-001").update(purpose="行\x0bの\x01中\uffff")
    assert place(opened(exporting.export(program))["取組"], "目的", 2).value == "行の中"


def test_codes_stay_text_where_people_type_new_ones(program: Program) -> None:
    page = opened(exporting.template(program))["取組"]
    assert (page.column_dimensions["A"].number_format, page.column_dimensions["C"].number_format) == ("@", "@")


def test_columns_are_as_wide_as_their_words(program: Program) -> None:
    page = opened(exporting.export(program))["取組"]
    widths = {cell.value: page.column_dimensions[cell.column_letter].width for cell in page[1]}
    assert (widths["取組名"], widths["目的"], widths["開始年度"]) == (22, 48, 10)


@pytest.mark.parametrize(("text", "width"), [("", 0), ("abc", 3), ("取組", 4), ("ｶﾅ", 2), ("1行目\n二", 5)])
def test_east_asian_characters_count_two(text: str, width: int) -> None:
    assert text_width(text) == width


def test_sample_data_says_so_everywhere(program: Program) -> None:
    program.is_sample = True
    program.save()
    workbook = opened(exporting.export(program))
    assert dict(workbook["情報"].iter_rows(values_only=True))["データの種類"] == "見本データ"
    assert {page.oddHeader.center.text for page in workbook.worksheets} == {"見本データ &A"}
    assert workbook.properties.title == "見本データ 試験プログラム"
    assert exporting.filename(program, is_template=False) == "プログラム2016_取組_見本データ.xlsx"


def test_real_data_does_not(program: Program) -> None:
    workbook = opened(exporting.export(program))
    assert "データの種類" not in dict(workbook["情報"].iter_rows(values_only=True))
    assert {page.oddHeader.center.text for page in workbook.worksheets} == {"&A"}
    assert exporting.filename(program, is_template=True) == "プログラム2016_様式.xlsx"


def test_the_guide_explains_every_column(program: Program) -> None:
    workbook = opened(exporting.template(program))
    explained = {(row[0], row[1]) for row in workbook["記入要領"].iter_rows(values_only=True) if row[1]}
    headings = {(page.title, cell.value) for page in workbook.worksheets[1:10] for cell in page[1]}
    assert headings <= explained


def test_the_export_takes_as_many_queries_for_many_actions(program: Program, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(13):
        exporting.export(program)
    for _ in range(5):
        factories.ActionOwnerFactory.create(action__program=program)
    with django_assert_num_queries(13):
        exporting.export(program)
