"""What was planned otherwise at first, beside the answers in a workbook of 調書."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from plan.fiscal import date_label
from progress.models import Evaluation
from progress.sheets.contents import contents_of
from progress.sheets.downloading import Shape
from tests.progress.books import opened, rows
from tests.progress.published import Year, accepted_year
from tests.progress.sheets import downloaded
from tests.progress.test_plan_background import before, change_everything

pytestmark = pytest.mark.django_db
__all__ = ["before"]


def _originals() -> list[str]:
    made = date_label(timezone.localdate())
    return [
        f"当初の計画：\n公開するデータの拡充を2017年度に進めます。\n（変更の理由：全区に広げるため、{made}）",
        f"当初の予算額：\n1,000千円\n（変更の理由：補正予算のため、{made}）",
        f"当初のマイルストーン：\n9月 試行の開始\n（変更の理由：準備が早まったため、{made}）",
        f"指標「公開した件数」の当初の目標値：\n150件\n（変更の理由：申込みが多いため、{made}）",
    ]


def _evaluation(before: Year) -> tuple[Year, Evaluation]:
    year = accepted_year(year=2017, program=before.program)
    return year, year.evaluation("1-1-001")


def test_a_sheet_tells_the_original_where_it_tells_the_plan(before: Year) -> None:
    change_everything(before)
    year, evaluation = _evaluation(before)
    page = next(page for page in opened(downloaded(evaluation, year.staff)) if page.title.startswith("1-1-001"))
    beside = {row[2].value: row[4].value or "" for row in page.iter_rows()}
    work, budget, milestones, target = _originals()
    assert beside["実績"] == f"計画：\n全区で進めます。\n{work}"
    assert beside["決算額（千円）"] == f"予算額 2,500千円\n{budget}"
    assert beside["9月 試行の開始の達成状況"] == milestones
    assert beside["公開した件数の実績値（件）"] == f"目標値 200件\n{target}"
    assert sum("当初の" in text for text in beside.values()) == 4


def test_the_lists_tell_it_in_a_column_of_its_own(before: Year) -> None:
    change_everything(before)
    year, evaluation = _evaluation(before)
    book = opened(downloaded(evaluation, year.staff, Shape.LIST))
    *plan, target = _originals()
    told = {row["取組コード"]: row["当初からの変更"] for row in rows(book["調書"], 3)}
    assert told.pop("1-1-001") == "\n".join(plan)
    assert set(told.values()) == {None}
    assert [row["当初からの変更"] for row in rows(book["指標"], 3)] == [target]


def test_nothing_is_told_where_nothing_was_changed() -> None:
    year = accepted_year()
    book = opened(downloaded(year.evaluation("1-1-001"), year.staff, Shape.LIST))
    heads = [cell.value for name in ("調書", "指標") for cell in book[name][2]]
    assert "目標値" in heads
    assert "当初からの変更" not in heads


def test_what_stands_in_a_workbook_is_read_in_few_queries(before: Year) -> None:
    change_everything(before)
    year, evaluation = _evaluation(before)
    with CaptureQueriesContext(connection) as queries:
        contents_of(evaluation.round, evaluation.department, year.staff)
    assert len(queries) <= 14
