"""The components of lists and of the progress on the gallery page, with made-up words and numbers."""

import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.core.paginator import Paginator
from django.utils import timezone
from django.utils.safestring import SafeString

from plan.queries.listing import Asked
from programs.queries.action_pages import IndicatorPlan
from programs.queries.originals import Original, Why, money_words
from progress.charts import Point, chart
from progress.default_scale import ENTRIES, NOTE
from progress.enums import ScaleKind
from progress.queries.action_story import IndicatorStory, MeasuredYear
from progress.queries.corrections import compared
from progress.queries.results import CorrectionView, Legend, WrongAndRight, bar_of

register = template.Library()

COUNTS = {"1": 2, "2": 6, "3": 21, "4": 9, "5": 3, "未着手": 2}


@register.inclusion_tag("public/progress/_gallery.html")
def progress_gallery() -> dict[str, Any]:
    """Needs no rows: what is shown is made up here."""
    legend = Legend.of({"scale": {"note": NOTE, **{kind.value: _steps(kind) for kind in ScaleKind}}})
    asked = Asked.of({"q": "公開", "grade": "3"}, ["grade"])
    return {
        "legend": legend,
        "bar": bar_of(COUNTS, 1, legend),
        "step": legend.graded[2],
        "indicator": _indicator(),
        "originals": [
            Original(
                "当初の予算額", Why("補正予算により工事を加えたため", datetime.date(2016, 9, 20)), money_words(19600)
            )
        ],
        "correction": _correction(),
        "asked": asked,
        "selects": [
            asked.select("grade", "達成度", "すべての達成度", [(s.symbol, s.name) for s in legend.achievements])
        ],
        "heads": [asked.head("コード", "code", first=True), asked.head("取組", "title")],
        "page": Paginator(range(120), 50).page(1),
    }


def _steps(kind: ScaleKind) -> list[dict[str, str]]:
    return [{"symbol": entry.symbol, "label": entry.label} for entry in ENTRIES if entry.kind is kind]


def _indicator() -> IndicatorStory:
    plan = IndicatorPlan(
        0, "公開したデータの数", "活動指標", "件", False, "増えるほどよい", SafeString(), Decimal(40), 2015, ()
    )
    points = [Point(2016, Decimal(100), Decimal(120), True), Point(2017, Decimal(150), Decimal(130), False)]
    years = (
        MeasuredYear("平成28(2016)年度", "100", "", "120", "", "120.0%", "達成"),
        MeasuredYear("平成29(2017)年度", "150", "", "130", "", "86.7%", "未達成"),
    )
    return IndicatorStory(plan, "gallery-indicator", chart(points, plan.baseline), years)


def _correction() -> CorrectionView:
    return CorrectionView(
        number=2,
        title="1-1-003 公開するデータの拡充",
        reason="件数の集計に誤りがあったため",
        made_at=datetime.datetime(2017, 9, 4, 10, 0, tzinfo=timezone.get_default_timezone()),
        changes=(),
        marked=(WrongAndRight("実績", *compared("120件を公開しました。", "12件を公開しました。")),),
        explains_marks=True,
        url="#progress-parts",
        first_url="#progress-parts",
    )
