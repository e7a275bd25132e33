"""The committee's workbook, opened again: by openpyxl, and by LibreOffice."""

import datetime
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client
from openpyxl.utils import get_column_letter

from progress.actions.publication import publish
from progress.papers.report import report_of
from tests.plan.reading import items_of, main_of, part
from tests.progress.books import (
    ADDRESS,
    HEAD_ROW,
    HOSTILE_TEXTS,
    HOSTILE_TITLE,
    column,
    committee,
    formulas,
    head,
    make_hostile,
    opened,
    rows,
    unquoted,
)
from tests.progress.published import EXCEPTION, accepted_year, published_year

pytestmark = pytest.mark.django_db
SHEETS = ["総括", "施策別", "取組一覧", "指標", "事業費", "所管別", "凡例"]


def test_a_draft_is_marked_on_every_sheet_and_laid_out_for_paper() -> None:
    workbook = opened(committee(accepted_year().round))
    assert workbook.sheetnames == SHEETS
    for page in workbook:
        assert page["A1"].value == f"試験プログラム　平成28(2016)年度の取組の評価　{page.title}"
        assert page["A2"].value == "案　取扱注意　見本データ"
        assert page["A3"].value.startswith("出典：川崎市『")
        assert ADDRESS in page["A4"].value
        last, width = page.max_row, get_column_letter(page.max_column)
        assert page.print_area == f"'{page.title}'!$A$1:${width}${last}"
        assert page.print_title_rows == f"${HEAD_ROW}:${HEAD_ROW}"
        setup = page.page_setup
        assert (setup.orientation, setup.paperSize, setup.fitToWidth, setup.fitToHeight) == ("landscape", 9, 1, 0)
        assert page.sheet_properties.pageSetUpPr.fitToPage is True
        assert page.oddHeader.right.text == "案　取扱注意　見本データ"
        assert page.oddFooter.center.text == f"{page.title}　&P / &N"
        assert page.freeze_panes == ("A6" if page.title == "凡例" else "C6")
        assert page.merged_cells.ranges == set()
        is_summed = page.title in {"総括", "事業費", "所管別"}
        assert page.auto_filter.ref == f"A{HEAD_ROW}:{width}{last - is_summed}"


def test_every_sheet_can_be_read_on_paper() -> None:
    """Letters of 7 points at least on A4 landscape, the columns of the year before included."""
    before = published_year()
    workbook = opened(committee(accepted_year(year=2017, program=before.program).round))
    assert "平成28(2016)年度の実績値" in head(workbook["指標"])
    for page in workbook:
        across = [page.column_dimensions[get_column_letter(index)].width for index in range(1, page.max_column + 1)]
        # A character is 7 pixels of 3/4 points in the font that widths are told in, with 5 around a cell.
        wide = sum(0.75 * (7 * width + 5) for width in across)
        margins = page.page_margins
        paper = 72 * (297 / 25.4 - margins.left - margins.right)
        size = page.cell(HEAD_ROW + 1, 1).font.size
        assert size * min(1, paper / wide) >= 7, page.title


def test_the_file_says_where_it_comes_from() -> None:
    properties = (workbook := opened(committee(published_year().round))).properties
    assert (properties.title, properties.identifier) == ("取組の評価（平成28(2016)年度）", ADDRESS)
    assert properties.creator.startswith("川崎市『")
    own = {each.name: each.value for each in workbook.custom_doc_props}
    assert own["アドレス"] == ADDRESS
    assert own["内容の版"] == properties.version
    assert isinstance(own["作成日時"], datetime.datetime)
    assert workbook["総括"]["A2"].value.startswith("見本データ　公表した内容（")


def test_numbers_are_numbers_and_the_same_as_on_the_page(client: Client) -> None:
    made = published_year()
    workbook, report = opened(committee(made.round)), report_of(made.round)
    summary = rows(workbook["総括"])
    assert len(summary) == len(report.results) + 1
    counts = column(summary, "施策番号", "取組の数", "2 目標を上回って達成", "未着手", "評価が未確定", "決算額（千円）")
    assert counts[0] == ("1-1", 2, 1, 1, 0, report.results[0].sums.settlement.amount)
    assert counts[-1] == (None, 3, 1, 1, 1, report.whole.settlement.amount)
    cells = items_of(part(main_of(client.get("/progress/2016/")), "measures"), "td")
    shown = [cells[number + 1 : number + 4] for number in range(0, len(cells), 5)]
    told = column(summary[:-1], "取組の数", "予算額（千円）", "決算額（千円）")
    assert [["－" if number is None else f"{number:,}" for number in row] for row in told] == shown
    for name in ("総括", "所管別", "事業費"):
        table = rows(workbook[name])
        for label in ("予算額（千円）", "決算額（千円）"):
            known = [row[label] for row in table[:-1] if row[label] is not None]
            assert (table[-1][label], {type(amount) for amount in known}) == (sum(known), {int}), (name, label)
    assert workbook["事業費"]["H6"].number_format == "#,##0;△#,##0"


def test_rates_are_of_actions_whose_amounts_are_both_known() -> None:
    """What was not spent yet is not what was left over."""
    *each, whole = rows(opened(committee(published_year().round))["事業費"])
    both = [(row["予算額（千円）"], row["決算額（千円）"]) for row in each if row["決算額（千円）"] is not None]
    budget, settlement = (sum(amounts) for amounts in zip(*both, strict=True))
    assert 0 < budget < whole["予算額（千円）"]
    assert whole["予算額から決算額を引いた額（千円）"] == budget - settlement
    assert whole["執行率（％）"] == pytest.approx(100 * settlement / budget, abs=0.05)


def test_actions_and_indicators_are_those_of_the_report() -> None:
    made = accepted_year()
    workbook, report = opened(committee(made.round)), report_of(made.round)
    actions = rows(workbook["取組一覧"])
    assert [row["取組コード"] for row in actions] == [row.code for row in report.evaluations]
    assert column(actions, "達成度", "今後の方向性", "評価が未確定の理由") == [
        ("2 目標を上回って達成", "Ⅱ 改善しながら継続", None),
        ("未着手", "Ⅱ 改善しながら継続", None),
        (None, None, EXCEPTION),
    ]
    (indicator,) = rows(workbook["指標"])
    assert (indicator["基準年度（西暦）"], indicator["基準年度（和暦）"]) == (2015, "平成27(2015)年度")
    frozen = report.evaluations[0].data["indicators"][0]
    for label, name in (("目標値", "target"), ("実績値", "actual"), ("達成率（％）", "rate"), ("基準値", "baseline")):
        assert Decimal(str(indicator[label])) == Decimal(frozen[name])
    assert (
        column(rows(workbook["事業費"])[:-1], "評価年度（西暦）", "評価年度（和暦）")
        == [(2016, "平成28(2016)年度")] * 3
    )
    assert ("達成度", "1", "目標を大きく上回って達成") in column(rows(workbook["凡例"]), "区分", "記号・言葉", "意味")


def test_the_year_before_stands_beside_once_it_is_published() -> None:
    before = published_year()
    assert "平成27(2015)年度の達成度" not in head(opened(committee(before.round))["取組一覧"])
    year = accepted_year(year=2017, program=before.program, grade="1")
    workbook = opened(committee(year.round))
    assert column(rows(workbook["取組一覧"]), "達成度", "平成28(2016)年度の達成度")[:2] == [
        ("1 目標を大きく上回って達成", "2"),
        ("未着手", "未着手"),
    ]
    settled = {row.code: row.settlement for row in report_of(before.round).evaluations}
    money = rows(workbook["事業費"])
    assert dict(column(money[:-1], "取組コード", "平成28(2016)年度の決算額（千円）")) == settled
    assert rows(workbook["指標"])[0]["平成28(2016)年度の実績値"] == 100


def test_nothing_in_it_is_run() -> None:
    made = accepted_year()
    make_hostile(made.round, "1-1-001")
    workbook = opened(committee(made.round))
    assert (formulas(workbook), unquoted(workbook)) == ([], [])
    (row,) = [each for each in rows(workbook["取組一覧"]) if each["取組コード"] == "1-1-001"]
    assert row["取組名"] == HOSTILE_TITLE
    assert (row["実績"], row["成果"], row["課題"], row["次年度の計画"]) == (
        HOSTILE_TEXTS["results"],
        HOSTILE_TEXTS["outcomes"],
        "#N/A",
        "-2+3を行う",
    )


def test_libreoffice_reads_the_same_and_prints_it_on_a4(tmp_path: Path) -> None:
    made = accepted_year()
    make_hostile(made.round, "1-1-001")
    publish(round=made.round, by=made.staff)
    (tmp_path / "book.xlsx").write_bytes(content := committee(made.round))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    for kind, folder in (("xlsx", "again"), ("pdf", "paper")):
        subprocess.run(
            ["soffice", profile, "--headless", "--convert-to", kind, "--outdir", tmp_path / folder, "book.xlsx"],
            cwd=tmp_path,
            check=True,
            capture_output=True,
            timeout=120,
        )
    ours, theirs = opened(content), opened((tmp_path / "again" / "book.xlsx").read_bytes())
    assert theirs.sheetnames == SHEETS
    for name in SHEETS:
        assert list(theirs[name].iter_rows(values_only=True)) == list(ours[name].iter_rows(values_only=True)), name
    assert formulas(theirs) == []
    assert b"/MediaBox[0 0 841" in (tmp_path / "paper" / "book.pdf").read_bytes()
