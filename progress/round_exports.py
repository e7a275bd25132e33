"""The file of a round's list of 調書, for ICT推進課. Columns are data: label → getter."""

from typing import Any

from django.utils import timezone

from accounts.csv_export import Column
from plan.fiscal import fiscal_year_label
from progress.models import Evaluation
from progress.queries.outstanding import is_overdue


def _day(moment: Any) -> str | None:
    return f"{timezone.localdate(moment):%Y-%m-%d}" if moment else None


def _is_late(evaluation: Any) -> str:
    return "期限超過" if is_overdue(evaluation, timezone.localdate()) else ""


def _bureau(evaluation: Evaluation) -> str | None:
    bureau = evaluation.department.bureau
    return bureau.name if bureau else None


EVALUATIONS = (
    Column("年度（西暦）", lambda each: each.round.year),
    Column("年度", lambda each: fiscal_year_label(each.round.year)),
    Column("取組コード", lambda each: each.action.code),
    Column("取組名", lambda each: each.action.title),
    Column("施策コード", lambda each: each.action.main_direction.measure.code),
    Column("施策", lambda each: each.action.main_direction.measure.title),
    Column("局", _bureau),
    Column("所管課コード", lambda each: each.department.code),
    Column("所管課", lambda each: each.department.name),
    Column("状態", lambda each: each.get_status_display()),
    Column("提出期限", lambda each: f"{each.due_on:%Y-%m-%d}"),
    Column("期限超過", _is_late),
    Column("達成度", lambda each: each.grade.symbol if each.grade else None),
    Column("達成度の意味", lambda each: each.grade.label if each.grade else None),
    Column("今後の方向性", lambda each: str(each.outlook) if each.outlook else None),
    Column("予算額（千円）", lambda each: each.planned_budget),
    Column("決算額（千円）", lambda each: each.settlement),
    Column("提出日", lambda each: _day(each.submitted_at)),
    Column("承認日", lambda each: _day(each.endorsed_at)),
    Column("確認日", lambda each: _day(each.accepted_at)),
    Column("公表の例外とする理由", lambda each: each.exception_reason or None),
    Column("見本データ", lambda each: "見本データ" if each.round.is_sample else None),
)
"""One row for each 調書; each read with `queries.round_evaluations.for_file`."""
