"""The answers of a workbook are found wherever they were moved to; what is not found is said exactly."""

import io
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from accounts.models import Department, User
from progress.models import Evaluation
from progress.sheets.comparing import preview
from progress.sheets.downloading import Shape
from tests.progress.factories import action_of
from tests.progress.sheets import answer_cell, downloaded, outcomes, saved, typed

pytestmark = pytest.mark.django_db

SHAPES = [Shape.SHEETS, Shape.LIST]
TEXT = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufffe\uffff"), min_size=1, max_size=40
).filter(lambda text: text.strip() == text and text.split() and "_x" not in text)
LINES = st.lists(TEXT, min_size=1, max_size=3).map("\n".join)
NUMBERS = st.integers(0, 10**9)


def moved(content: bytes, order: Any) -> Workbook:
    """The workbook with its sheets, and the rows and columns of each, in another order; some more among them."""
    source, target = load_workbook(io.BytesIO(content)), Workbook()
    target.active.title = "だれかのメモ"
    target.active["B2"] = "この表は関係ありません"
    for name in order.draw(st.permutations(source.sheetnames)):
        page, copy = source[name], target.create_sheet(f"動かした{len(target.sheetnames)}")
        rows = order.draw(st.permutations(range(1, page.max_row + 3)))
        columns = order.draw(st.permutations(range(1, page.max_column + 3)))
        for (row, column), cell in page._cells.items():
            other = copy.cell(row=rows[row - 1], column=columns[column - 1])
            other._value, other.data_type = cell._value, cell.data_type
    return target


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(order=st.data())
def test_any_edit_comes_back_from_any_order(full: Evaluation, liaison: User, division: Department, order: Any) -> None:
    shape = order.draw(st.sampled_from(SHAPES))
    workbook = load_workbook(io.BytesIO(downloaded(full, liaison, shape)))
    row, milestone = full.indicators.get(), full.milestones.get()
    wanted = order.draw(
        st.fixed_dictionaries(
            {},
            optional={
                "results": LINES,
                "problems": LINES,
                "settlement": NUMBERS,
                "grade": st.sampled_from(["1 目標を大きく上回って達成", "3 ほぼ目標どおり", "中止"]),
                f"indicator-{row.pk}-actual": NUMBERS,
                f"indicator-{row.pk}-no_actual_reason": TEXT,
                f"milestone-{milestone.pk}-reached": st.sampled_from(["達成", "一部達成", "未達成"]),
            },
        )
    )
    for name, value in wanted.items():
        cell = answer_cell(workbook, full, name)
        cell.value = value
        if isinstance(value, str):
            cell.data_type = "s"
    found = preview(saved(moved(saved(workbook), order)), full.round, liaison)
    said = {name: value if isinstance(value, str) else f"{value:,}" for name, value in wanted.items()}
    assert (outcomes(found), found.lost, found.missing) == (
        {name: ("new", text) for name, text in said.items()},
        [],
        [],
    )


@pytest.mark.parametrize("shape", SHAPES)
def test_words_take_the_place_of_marks(full: Evaluation, liaison: User, shape: Shape) -> None:
    """Column A and row 1, which are hidden, are gone."""
    workbook = load_workbook(
        io.BytesIO(typed(downloaded(full, liaison, shape), full, outcomes="早くなった", actual=12))
    )
    for page in workbook.worksheets:
        page.delete_rows(1)
        page.delete_cols(1)
    found = preview(saved(workbook), full.round, liaison)
    row = full.indicators.get().pk
    assert outcomes(found) == {"outcomes": ("new", "早くなった"), f"indicator-{row}-actual": ("new", "12")}
    assert (found.lost, found.missing, found.absent) == ([], [], [])


def test_what_is_gone_is_named_and_left_alone(full: Evaluation, liaison: User) -> None:
    workbook = load_workbook(
        io.BytesIO(typed(downloaded(full, liaison), full, results="実施した", problems="特になし"))
    )
    cell = answer_cell(workbook, full, "problems")
    cell.parent.delete_rows(cell.row)
    found = preview(saved(workbook), full.round, liaison)
    assert outcomes(found) == {"results": ("new", "実施した")}
    assert found.missing == [f"『課題』（{full.action.code}）"]


def test_a_list_sorted_without_its_marks_is_told(full: Evaluation, liaison: User, division: Department) -> None:
    """The visible part of two rows is exchanged: nothing of them is taken."""
    second = action_of(full.round.program, division, code="1-1-990")
    other = Evaluation.objects.create(round=full.round, action=second, department=division)
    workbook = load_workbook(io.BytesIO(downloaded(full, liaison, Shape.LIST)))
    page = workbook["調書"]
    for column in range(2, page.max_column + 1):
        above, below = page.cell(row=3, column=column), page.cell(row=4, column=column)
        above.value, below.value = below.value, above.value
    found = preview(saved(workbook), full.round, liaison)
    assert (outcomes(found), [str(each.place) for each in found.lost]) == (
        {},
        ["シート『調書』3行", "シート『調書』4行"],
    )
    assert {each.evaluation for each in found.lost} == {full.pk, other.pk}


def test_merged_cells_are_read_where_it_is_clear_and_told_where_not(full: Evaluation, liaison: User) -> None:
    workbook = load_workbook(io.BytesIO(typed(downloaded(full, liaison), full, results="実施した", outcomes="早い")))
    wide, high = answer_cell(workbook, full, "results"), answer_cell(workbook, full, "outcomes")
    page = wide.parent
    page.merge_cells(start_row=wide.row, end_row=wide.row, start_column=wide.column, end_column=wide.column + 1)
    page.merge_cells(start_row=high.row, end_row=high.row + 1, start_column=high.column, end_column=high.column)
    found = outcomes(preview(saved(workbook), full.round, liaison))
    assert found == {
        "results": ("new", "実施した"),
        "outcomes": ("new", "早い"),
        "problems": (
            "refused",
            "ほかの欄と結合されているため、どの内容か分かりません。結合を解除して、記入し直してください。",
        ),
    }


def test_two_copies_of_a_sheet_that_differ_are_told(full: Evaluation, liaison: User) -> None:
    workbook = load_workbook(io.BytesIO(typed(downloaded(full, liaison), full, results="実施した")))
    twin = workbook.copy_worksheet(answer_cell(workbook, full, "results").parent)
    assert outcomes(preview(saved(workbook), full.round, liaison)) == {"results": ("new", "実施した")}
    twin.cell(row=answer_cell(workbook, full, "results").row, column=4).value = "実施しなかった"
    kind, problem = outcomes(preview(saved(workbook), full.round, liaison))["results"]
    assert (kind, problem.startswith(f"同じ項目がシート『{twin.title}』")) == ("refused", True)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed here.")
@pytest.mark.parametrize("shape", SHAPES)
def test_a_file_saved_by_libreoffice_comes_back(full: Evaluation, liaison: User, shape: Shape, tmp_path: Path) -> None:
    values = {"results": "一行目\n二行目", "settlement": "１，２３４千円", "grade": "3 ほぼ目標どおり", "actual": 12.5}
    (tmp_path / "調書.xlsx").write_bytes(typed(downloaded(full, liaison, shape), full, **values))
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation=file://{tmp_path}/profile",
            "--headless",
            "--convert-to",
            "xlsx:Calc MS Excel 2007 XML",
            "--outdir",
            "out",
            "調書.xlsx",
        ],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        timeout=120,
    )
    content = (tmp_path / "out" / "調書.xlsx").read_bytes()
    found = preview(content, full.round, liaison)
    row = full.indicators.get().pk
    assert outcomes(found) == {
        "results": ("new", "一行目\n二行目"),
        "settlement": ("new", "1,234"),
        "grade": ("new", "3 ほぼ目標どおり"),
        f"indicator-{row}-actual": ("new", "12.5"),
    }
    assert (found.lost, found.missing) == ([], [])
    page = answer_cell(load_workbook(io.BytesIO(content)), full, "grade").parent
    assert page.protection.sheet
    assert page.data_validations.dataValidation
