"""The machine-readable workbook: by the 29 rules, and the same as the CSV files of the year."""

import csv
import datetime
import io
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from accounts.csv_export import cell
from progress.papers import data_book
from tests.progress.books import HOSTILE_TEXTS, HOSTILE_TITLE, data, formulas, head, make_hostile, opened, unquoted
from tests.progress.books import rows as rows_below
from tests.progress.published import accepted_year, published_year

pytestmark = pytest.mark.django_db
CSV_FILES = {
    "取組の結果の一覧": "actions",
    "評価結果": "results",
    "施策評価": "measures",
    "コード表": "codes",
    "データの項目": "dictionary",
}


def rows(page: Any) -> list[dict[str, Any]]:
    return rows_below(page, 2)


def _text(value: object) -> str:
    """A number of a workbook as the CSV writes it."""
    return f"{Decimal(str(value)).normalize():f}" if isinstance(value, float) else cell(value)


def test_every_sheet_is_a_plain_table_and_says_what_the_csv_files_say(client: Client) -> None:
    published_year()
    response = client.get("/progress/2016/data.xlsx")
    assert response.headers["Content-Disposition"] == "attachment; filename*=UTF-8''progress-2016-data.xlsx"
    workbook = opened(response.content)
    assert workbook.sheetnames == [data_book.ABOUT, *CSV_FILES]
    for page in workbook:
        labels = head(page, 1)
        assert (len(labels), None in labels, page.merged_cells.ranges) == (len(set(labels)), False, set())
    for name, file in CSV_FILES.items():
        assert {each.has_style for row in workbook[name].iter_rows() for each in row} == {False}
        content = client.get(f"/progress/2016/{file}.csv").content.decode("utf-8-sig")
        expected = list(csv.reader(io.StringIO(content)))
        told = [[_text(value) for value in row] for row in workbook[name].iter_rows(values_only=True)]
        assert told == expected, name


def test_a_value_is_a_number_where_it_is_one_and_blank_where_it_is_not_known() -> None:
    table = rows(opened(data(published_year().round))["評価結果"])
    of_first = {(row["項目"], row["対象"]): (row["値"], row["単位"]) for row in table if row["取組コード"] == "1-1-001"}
    assert of_first["決算額", None] == (1000, "千円")
    assert of_first["次年度の予算額", None] == (None, "千円")
    assert of_first["実績値", "公開した件数"] == (100, "件")
    assert of_first["達成率", "公開した件数"] == (100, "%")
    assert {type(row["評価年度（西暦）"]) for row in table} == {int}


def test_every_column_and_every_symbol_is_explained() -> None:
    workbook = opened(data(published_year().round))
    entries = rows(workbook["データの項目"])
    explained = {(row["ファイル"], row["列の順番"]): row["列の名前"] for row in entries}
    for name in CSV_FILES:
        labels = {(name, number): label for number, label in enumerate(head(workbook[name], 1), start=1)}
        assert {key: label for key, label in explained.items() if key[0] == name} == labels
    codes = {(row["列の名前"], row["コード"]): row["意味"] for row in rows(workbook["コード表"])}
    assert codes["達成度", "1"] == "目標を大きく上回って達成"
    actions = rows(workbook["取組の結果の一覧"])
    used = {("達成度", row["達成度"]): row["達成度の意味"] for row in actions if row["達成度"]}
    used |= {("今後の方向性", row["今後の方向性"]): row["今後の方向性の意味"] for row in actions if row["今後の方向性"]}
    assert {key: codes.get(key) for key in used} == used
    long = rows(workbook["評価結果"])
    assert {("区分", row["区分"]) for row in long} <= set(codes)


def test_a_draft_says_so_and_nothing_in_it_is_run() -> None:
    made = accepted_year()
    make_hostile(made.round, "1-1-001")
    workbook = opened(data(made.round))
    assert (formulas(workbook), unquoted(workbook)) == ([], [])
    about = {row["項目"]: row["内容"] for row in rows(workbook[data_book.ABOUT])}
    assert (about["公表の状態"], about["全国地方公共団体コード"]) == ("公表する前の案。取扱注意", "141305")
    assert isinstance(about["作成日（西暦）"], datetime.datetime)
    values = {row["値"] for row in rows(workbook["評価結果"]) if row["取組コード"] == "1-1-001"}
    assert values >= {HOSTILE_TEXTS["results"], HOSTILE_TEXTS["outcomes"], "#N/A", "-2+3を行う"}
    assert rows(workbook["評価結果"])[0]["取組名"] == HOSTILE_TITLE
