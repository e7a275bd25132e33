"""The answers of a workbook are found wherever they were moved to; what is not found is said exactly."""

import io
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter

from accounts.models import Department, User
from progress.models import Evaluation
from progress.sheets.comparing import preview
from progress.sheets.downloading import Shape
from progress.sheets.locating import Headings, Known, locate, plain
from tests.progress.factories import action_of, fill_in
from tests.progress.sheets import answer_cell, downloaded, outcomes, saved, typed

pytestmark = pytest.mark.django_db

SHAPES = [Shape.SHEETS, Shape.LIST]
EVERY_SHAPE = list(Shape)
TEXT = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufffe\uffff"), min_size=1, max_size=40
).filter(lambda text: text.strip() == text and text.split() and "_x" not in text)
LINES = st.lists(TEXT, min_size=1, max_size=3).map("\n".join)
ODD = {
    "results": "=1+1\n　字下げ\n\n①",
    "problems": "@条例_x0041_",
    "plan_change": "'",
    "outcomes": "x" * 4000,
    "next_budget": 0,
}
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
    shape = order.draw(st.sampled_from(EVERY_SHAPE))
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
    if shape is Shape.INDICATORS:
        wanted = {name: value for name, value in wanted.items() if name.startswith("indicator-")}
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
    other = Evaluation.objects.create(
        round=full.round, action=second, direction=second.main_direction, department=division
    )
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


@pytest.mark.parametrize("shape", EVERY_SHAPE)
def test_the_unchanged_file_changes_nothing(full: Evaluation, liaison: User, shape: Shape) -> None:
    """Nothing of any answer, however odd it is, looks changed."""
    fill_in(full, liaison, **ODD)
    stored = Evaluation.objects.with_everything().get(pk=full.pk)
    found = preview(downloaded(stored, liaison, shape), full.round, liaison)
    assert (outcomes(found), found.theirs_only, found.lost, found.missing, found.absent) == ({}, 0, [], [], [])
    assert found.unchanged == (4 if shape is Shape.INDICATORS else 18)


def _saved_by_libreoffice(files: dict[str, bytes], folder: Path) -> dict[str, Any]:
    """The files after LibreOffice opened and saved them, all in one run of it."""
    for name, content in files.items():
        (folder / f"{name}.xlsx").write_bytes(content)
    profile, kind = f"-env:UserInstallation=file://{folder}/profile", "xlsx:Calc MS Excel 2007 XML"
    command = ["soffice", profile, "--headless", "--convert-to", kind, "--outdir", "out"]
    command += [f"{name}.xlsx" for name in files]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120)
    return {name: (folder / "out" / f"{name}.xlsx").read_bytes() for name in files}


def test_files_saved_by_libreoffice_come_back(
    full: Evaluation, liaison: User, division: Department, tmp_path: Path
) -> None:
    """Filled in, all is read; opened and saved again, nothing looks changed; lists, notes, locks and marks are kept."""
    second = action_of(full.round.program, division, code="1-1-990")
    other = Evaluation.objects.create(
        round=full.round, action=second, direction=second.main_direction, department=division
    )
    fill_in(other, liaison, **ODD)
    values = {"results": "一行目\n二行目", "settlement": "１，２３４千円", "grade": "3 ほぼ目標どおり", "actual": 12.5}
    files = {f"記入 {shape.value}": typed(downloaded(full, liaison, shape), full, **values) for shape in SHAPES}
    blank = {shape: load_workbook(io.BytesIO(downloaded(full, liaison, shape))) for shape in EVERY_SHAPE}
    files |= {f"そのまま {shape.value}": saved(blank[shape]) for shape in EVERY_SHAPE}
    came = _saved_by_libreoffice(files, tmp_path)
    row = full.indicators.get().pk
    for shape in SHAPES:
        found = preview(came[f"記入 {shape.value}"], full.round, liaison)
        assert outcomes(found) == {
            "results": ("new", "一行目\n二行目"),
            "settlement": ("new", "1,234"),
            "grade": ("new", "3 ほぼ目標どおり"),
            f"indicator-{row}-actual": ("new", "12.5"),
        }
        assert (found.lost, found.missing) == ([], [])
    for shape in EVERY_SHAPE:
        content = came[f"そのまま {shape.value}"]
        found = preview(content, full.round, liaison)
        assert (outcomes(found), found.theirs_only, found.lost, found.missing) == ({}, 0, [], [])
        assert found.absent == ([other] if shape is Shape.INDICATORS else [])
        assert _kept(load_workbook(io.BytesIO(content))) == _kept(blank[shape])


def _kept(workbook: Workbook) -> dict[str, Any]:
    """Sheet → its locks, notes, lists to choose from, and what is hidden."""
    return {
        page.title: {
            "locked": page.protection.sheet,
            "open cells": {cell.coordinate for cell in _cells(page) if cell.has_style and not cell.protection.locked},
            "notes": {cell.coordinate: cell.comment.text for cell in _cells(page) if cell.comment},
            "lists": {
                (cell, each.formula1.replace("'", "").replace("$", ""))
                for each in page.data_validations.dataValidation
                for area in each.sqref.ranges
                for cell in [f"{get_column_letter(area.min_col)}{row}" for row in range(area.min_row, area.max_row + 1)]
            },
            "hidden": (page.row_dimensions[1].hidden, page.column_dimensions["A"].hidden),
        }
        for page in workbook.worksheets
    }


def _cells(page: Any) -> list[Any]:
    return list(page._cells.values())


def test_the_time_grows_with_the_rows_and_no_faster() -> None:
    """Each row is a head, a mark and the name of a 調書: what stands above it is found without going through all."""
    known = {1: Known(1, "1-1-001", {plain("実績"): "results"}, {}, {})}

    def seconds(rows: int) -> float:
        workbook = Workbook()
        for _ in range(rows):
            workbook.active.append(["取組コード", "1-1-001", "実績", "記入欄", "col:results"])
        times = []
        for headings in (Headings({}, ()), Headings({plain("実績"): "results"}, ())) * 3:
            begun = time.process_time()
            assert locate(workbook, known, headings).found
            times.append(time.process_time() - begun)
        return min(times[::2]) + min(times[1::2])

    assert seconds(6000) / seconds(1000) < 15  # 6 when it is linear, 36 when it is quadratic
