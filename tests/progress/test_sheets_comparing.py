"""What is typed into a workbook is read as in the form; what is compared with it is what was saved since."""

import io

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from accounts.enums import Role
from accounts.models import Department, User
from progress.actions.evaluations import Answers, perform, save_evaluation
from progress.models import Evaluation
from progress.sheets.comparing import preview
from progress.sheets.downloading import Shape
from progress.workflow import ENDORSE, SUBMIT
from tests.factories import UserFactory
from tests.progress.factories import action_of, fill_in
from tests.progress.sheets import answer_cell, downloaded, long_name, outcomes, saved, typed

pytestmark = pytest.mark.django_db


def test_what_people_type_is_read_as_in_the_form(full: Evaluation, liaison: User) -> None:
    values: dict[str, object] = {
        "plan_change": "　平成29年4月1日から変更した。\r\n理由は\x0b次のとおり　",
        "results": 2017,
        "settlement": "1,234千円",
        "grade": "３",
        "outlook": "Ⅱ改善しながら継続",
        "reached": "一部達成",
        "note": "一行目\n二行目",
        "actual": "１，２３４．５",
        "next_budget": "2百万円",
    }
    content = downloaded(full, liaison)
    workbook = load_workbook(io.BytesIO(content))
    for name, value in values.items():
        cell = answer_cell(workbook, full, long_name(full, name))
        cell.value = value.replace("\x0b", "_x000B_") if isinstance(value, str) else value
    found = preview(saved(workbook), full.round, liaison)
    assert outcomes(found) == {
        "plan_change": ("new", "平成29年4月1日から変更した。\n理由は次のとおり"),
        "results": ("new", "2017"),
        "settlement": ("new", "1,234"),
        "grade": ("new", "3 ほぼ目標どおり"),
        "outlook": ("new", "Ⅱ 改善しながら継続"),
        long_name(full, "reached"): ("new", "一部達成"),
        long_name(full, "note"): ("new", "一行目 二行目"),
        long_name(full, "actual"): ("new", "1,234.5"),
        "next_budget": ("new", "2,000"),
    }


def test_what_cannot_be_read_says_where_what_and_how_to_mend_it(full: Evaluation, liaison: User) -> None:
    workbook = load_workbook(io.BytesIO(downloaded(full, liaison)))
    values: dict[str, object] = {
        "results": "=1+1",
        "outcomes": "あ" * 4001,
        "problems": "あ" * 10_001,
        "settlement": "12,30o",
        "grade": "とてもよい",
        "actual": "約10",
        "note": "#REF!",
    }
    for name, value in values.items():
        answer_cell(workbook, full, long_name(full, name)).value = value
    found = preview(saved(workbook), full.round, liaison)
    cells = {each.question.name: str(each.place) for each in found.refused}
    assert cells["results"] == f"シート『{answer_cell(workbook, full, 'results').parent.title}』D9"
    said = {name: problem for name, (kind, problem) in outcomes(found).items() if kind == "refused"}
    assert said == {
        "results": "数式が入っています。コピーして「値として貼り付け」をしてください。",
        "outcomes": "4,001字あります。4,000字以内になるように、あと1字減らしてください。",
        "problems": "長すぎます（10,001文字）。4,000字以内に縮めてください。",
        "settlement": "『12,30o』は金額として読めません。"
        "千円単位の数字で入力してください（例：1,234または1,234千円）。",
        "grade": "『とてもよい』は選べる言葉ではありません。「1 目標を大きく上回って達成」「2 目標を上回って達成」"
        "「3 ほぼ目標どおり」「4 目標を下回った」「5 目標を大きく下回った」「未着手」「中止」「評価困難」"
        "から選んでください。",
        long_name(full, "actual"): "『約10』は数として読めません。半角または全角の数字で入力してください（例：1230）。",
        long_name(full, "note"): "『#REF!』はExcelのエラー値です。正しい値を入力し直してください。",
    }


def test_percent_is_what_the_cell_shows(full: Evaluation, liaison: User) -> None:
    indicator = full.indicators.get().indicator
    indicator.unit = "%"
    indicator.save()
    workbook = load_workbook(io.BytesIO(downloaded(full, liaison)))
    cell = answer_cell(workbook, full, long_name(full, "actual"))
    cell.value, cell.number_format = 0.855, "0.0%"
    found = preview(saved(workbook), full.round, liaison)
    assert outcomes(found) == {long_name(full, "actual"): ("new", "85.5")}


def test_only_what_both_sides_changed_is_a_conflict(full: Evaluation, liaison: User) -> None:
    fill_in(full, liaison, results="はじめ", outcomes="はじめ", problems="はじめ", grade_reason="消す")
    stored = Evaluation.objects.with_everything().get(pk=full.pk)
    content = downloaded(stored, liaison)
    edited = typed(content, stored, results="ファイル", outcomes="ファイル", grade_reason=None, environment_change="新")
    save_evaluation(
        evaluation=stored,
        answers=Answers(values={"results": "ほかの人", "problems": "ほかの人", "environment_change": "新"}),
        by=liaison,
        expected_version=stored.version,
    )
    found = preview(edited, full.round, liaison)
    assert outcomes(found) == {
        "results": ("conflict", "ファイル"),
        "outcomes": ("changed", "ファイル"),
        "grade_reason": ("emptied", ""),
    }
    assert (found.conflicts[0].theirs, found.theirs_only) == ("ほかの人", 1)


def test_a_submitted_one_is_locked_and_refused(full: Evaluation, liaison: User) -> None:
    fill_in(full, liaison)
    content = downloaded(full, liaison)
    perform(evaluation=full, transition=SUBMIT, by=liaison)
    late = typed(content, full, results="遅れて記入")
    found = outcomes(preview(late, full.round, liaison))
    assert list(found) == ["results"]
    assert found["results"][1].startswith("この調書は今「課長の承認待ち」のため、保存はできません。")

    def told(by: User) -> str:
        """Who can give it back, the last sentence of the refusal."""
        return outcomes(preview(late, full.round, by))["results"][1].split("。")[-2]

    colleague = UserFactory.create(role=Role.LIAISON, role__department=full.department)
    assert told(liaison) == "直すときは、取り下げてください"
    assert told(colleague) == f"直すときは、提出した{liaison}さんの取下げか、課長の差戻しを依頼してください"
    manager = UserFactory.create(role=Role.MANAGER, role__department=full.department)
    perform(evaluation=full, transition=ENDORSE, by=manager)
    assert told(liaison) == told(colleague) == "直すときは、ICT推進課の差戻しを依頼してください"
    workbook = load_workbook(io.BytesIO(downloaded(full, liaison)))
    assert answer_cell(workbook, full, "results").protection.locked


def test_the_file_tells_and_guards(full: Evaluation, liaison: User) -> None:
    """Locked but for the answers, lists, notes, last year's place, sample mark, where from; nothing is a formula."""
    fill_in(full, liaison, results="=HYPERLINK(1)", outcomes="@SUM(1)")
    stored = Evaluation.objects.with_everything().get(pk=full.pk)
    workbook = load_workbook(io.BytesIO(downloaded(stored, liaison)))
    results, grade = answer_cell(workbook, full, "results"), answer_cell(workbook, full, "grade")
    page = results.parent
    assert (results.data_type, results.value, results.quotePrefix) == ("s", "=HYPERLINK(1)", True)
    assert not any(cell.data_type == "f" for each in workbook.worksheets for row in each.iter_rows() for cell in row)
    assert (results.protection.locked, page.cell(row=results.row, column=3).protection.locked) == (False, True)
    assert (page.protection.sheet, page.row_dimensions[1].hidden, page.column_dimensions["A"].hidden) == (True,) * 3
    assert results.comment.text == "計画に対して実際に行ったことを、時期と数量を入れて書きます。"
    choice = next(each for each in page.data_validations.dataValidation if grade.coordinate in each.sqref)
    assert choice.formula1 == "'選択肢'!$A$2:$A$9"
    assert [cell.value for cell in workbook["選択肢"]["A"]][:2] == ["達成度", "1 目標を大きく上回って達成"]
    assert workbook.sheetnames == ["はじめに", page.title, "選択肢"]
    assert "見本データ" in workbook.properties.title
    assert workbook.properties.description == f"http://testserver/desk/sheets/x/\n{full.action.code} 第2版"


def test_queries_do_not_grow_with_the_number_of_actions(full: Evaluation, liaison: User, division: Department) -> None:
    def count() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as out:
            content = downloaded(full, liaison, Shape.LIST)
        Evaluation.objects.update(version=F("version") + 1)
        with CaptureQueriesContext(connection) as back:
            preview(content, full.round, liaison)
        return len(out), len(back)

    count()  # what a person may do is asked once
    one = count()
    for number in range(12):
        action = action_of(full.round.program, division, code=f"1-1-9{number:02}")
        Evaluation.objects.create(round=full.round, action=action, direction=action.main_direction, department=division)
    assert count() == one
    assert max(one) <= 20
