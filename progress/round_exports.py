"""The file of a round's list of 調書, for ICT推進課. Columns are data: label → getter."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from accounts.csv_export import Column
from plan.fiscal import fiscal_year_label
from progress.enums import ScaleKind, Status
from progress.models import Round
from progress.queries.outstanding import is_overdue

_STATES = {each.value: str(each.label) for each in Status}


def evaluation_columns(round_: Round, frame: Mapping[str, Any]) -> tuple[Column, ...]:
    """One row for each 調書, as `queries.round_evaluations.for_file` reads it; in the words of the frame."""
    labels: dict[tuple[str, str], str] = {
        (kind, step["symbol"]): step["label"] for kind in ScaleKind for step in frame.get("scale", {}).get(kind, ())
    }
    today, year, label = timezone.localdate(), round_.year, fiscal_year_label(round_.year)
    sample = "見本データ" if round_.is_sample else None
    return (
        Column("年度（西暦）", lambda each: year),
        Column("年度", lambda each: label),
        Column("取組コード", lambda each: each.action__code),
        Column("取組名", lambda each: each.action__title),
        Column("施策コード", lambda each: f"{each.policy_number}-{each.measure_number}"),
        Column("施策", lambda each: each.measure_title),
        Column("局", lambda each: each.department__bureau__name),
        Column("所管課コード", lambda each: each.department__code),
        Column("所管課", lambda each: each.department__name),
        Column("状態", lambda each: _STATES[each.status]),
        Column("提出期限", lambda each: f"{each.due_on:%Y-%m-%d}"),
        Column("期限超過", lambda each: "期限超過" if is_overdue(each, today) else ""),
        Column("達成度", lambda each: each.grade__symbol),
        Column("達成度の意味", lambda each: labels.get((each.grade__kind, each.grade__symbol), each.grade__label)),
        Column("今後の方向性", lambda each: _outlook(each, labels)),
        Column("予算額（千円）", lambda each: each.planned_budget),
        Column("決算額（千円）", lambda each: each.settlement),
        Column("提出日", lambda each: _day(each.submitted_at)),
        Column("承認日", lambda each: _day(each.endorsed_at)),
        Column("確認日", lambda each: _day(each.accepted_at)),
        Column("公表の例外とする理由", lambda each: each.exception_reason or None),
        Column("見本データ", lambda each: sample),
    )


def _outlook(each: Any, labels: Mapping[tuple[str, str], str]) -> str | None:
    """As the scale writes its steps."""
    symbol = each.outlook__symbol
    label = labels.get((ScaleKind.OUTLOOK, symbol), each.outlook__label)
    return label if symbol == label else f"{symbol} {label}"


def _day(moment: datetime.datetime | None) -> str | None:
    return f"{timezone.localdate(moment):%Y-%m-%d}" if moment else None
