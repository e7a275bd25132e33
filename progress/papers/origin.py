"""What every file of a round says of itself: title, marks, source, date, version and address."""

import datetime

from django.utils import timezone

from plan.fiscal import calendar_year_label
from programs.workbook.listing import Origin
from progress.papers.report import Report
from progress.papers.versions import content_version

DRAFT, HANDLE_WITH_CARE, SAMPLE = "案", "取扱注意", "見本データ"


def marks_of(report: Report) -> tuple[str, ...]:
    """What has to be seen at first sight; () for a published round of real data."""
    draft = (DRAFT, HANDLE_WITH_CARE) if report.is_draft else ()
    return (*draft, SAMPLE) if report.is_sample else draft


def wareki_day(day: datetime.date) -> str:
    """「平成29(2017)年8月1日」."""
    return f"{calendar_year_label(day.year)}{day.month}月{day.day}日"


def origin_of(report: Report, title: str, address: str) -> Origin:
    """`address`: where the same is found on the web. Two queries."""
    published, made_at = report.published, timezone.localtime()
    plan, marks = published.plan, marks_of(report)
    state = "" if report.is_draft else f"公表した内容（{wareki_day(published.changed_on)}現在）"
    return Origin(
        title=f"{title}（{published.year_label}）",
        marks="　".join(filter(None, (*marks, state))),
        is_warning=bool(marks),
        source=f"{plan.publisher}『{plan.full_title}』{published.program_title}",
        made_at=made_at,
        made_on=wareki_day(made_at.date()),
        version=content_version(report),
        address=address,
    )
