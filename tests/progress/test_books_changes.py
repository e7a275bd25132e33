"""What was planned otherwise at first, in the workbooks of a round."""

import csv
import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.progress.books import committee, data, opened
from tests.progress.books import rows as rows_below
from tests.progress.published import Year, accepted_year, published_year
from tests.progress.test_plan_background import before, change_everything

pytestmark = pytest.mark.django_db
__all__ = ["before"]
SHEET = "当初からの変更"
FIRST, NOW = "公開するデータの拡充を2017年度に進めます。", "全区で進めます。"
EXPECTED = [
    ("計画", FIRST, NOW, "全区に広げるため"),
    ("予算額", "1,000千円", "2,500千円", "補正予算のため"),
    ("マイルストーン", "9月 試行の開始", "9月 試行の開始\n1月 本格実施", "準備が早まったため"),
    ("指標「公開した件数」の目標値", "150件", "200件", "申込みが多いため"),
]


def test_the_committee_reads_what_was_planned_at_first_beside_what_was_evaluated(before: Year) -> None:
    change_everything(before)
    workbook = opened(committee(accepted_year(year=2017, program=before.program).round))
    table = rows_below(workbook[SHEET])
    labels = ("変更した項目", "当初", "評価した計画", "変更の理由")
    assert [tuple(row[label] for label in labels) for row in table] == EXPECTED
    assert {row["取組コード"] for row in table} == {"1-1-001"}
    assert {row["変更した日"].date() for row in table} == {timezone.localdate()}


def test_a_year_in_which_nothing_was_changed_has_no_such_sheet() -> None:
    assert SHEET not in opened(committee(accepted_year().round)).sheetnames


def test_changes_cost_no_query(before: Year) -> None:
    def asked(year: Year) -> int:
        with CaptureQueriesContext(connection) as queries:
            committee(year.round)
        return len(queries)

    plain = asked(accepted_year(year=2018, program=before.program))
    change_everything(before)
    assert asked(accepted_year(year=2017, program=before.program)) == plain


def test_the_data_tell_the_same(before: Year, client: Client) -> None:
    change_everything(before)
    year = published_year(year=2017, program=before.program)
    rows = csv.DictReader(io.StringIO(client.get("/progress/2017/results.csv").content.decode("utf-8-sig")))
    told = {
        (row["項目"], row["対象"]): (row["値"], row["単位"])
        for row in rows
        if row["取組コード"] == "1-1-001" and "当初" in row["項目"]
    }
    assert told == {
        ("当初の計画", ""): (FIRST, ""),
        ("計画を当初から変更した理由", ""): ("全区に広げるため", ""),
        ("当初の予算額", ""): ("1000", "千円"),
        ("予算額を当初から変更した理由", ""): ("補正予算のため", ""),
        ("当初のマイルストーン", ""): ("9月 試行の開始", ""),
        ("マイルストーンを当初から変更した理由", ""): ("準備が早まったため", ""),
        ("当初の目標値", "公開した件数"): ("150", "件"),
        ("目標値を当初から変更した理由", "公開した件数"): ("申込みが多いため", ""),
    }
    table = rows_below(opened(data(year.round))["評価結果"], 2)
    (budget,) = [row["値"] for row in table if row["項目"] == "当初の予算額"]
    assert budget == 1000
