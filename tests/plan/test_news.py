"""新着: the plan's changes and what later apps tell, side by side."""

import datetime

import pytest
from django.utils import timezone

from plan.models import Plan
from plan.queries import news
from plan.queries.news import News, latest_news
from tests.plan.enlarging import add_revisions

pytestmark = pytest.mark.django_db


def test_many_changes_of_a_day_do_not_crowd_out_what_a_later_app_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = Plan.objects.get(slug="2016")
    add_revisions(plan, 20)
    old = timezone.now() - datetime.timedelta(days=100)

    def source(asked: Plan, count: int) -> list[News]:
        assert asked == plan
        return [News(old - datetime.timedelta(days=day), "公表", f"{day}", "/progress/") for day in range(count)]

    monkeypatch.setattr(news, "NEWS", [])
    news.register_news(source)
    found = latest_news(plan)
    assert [(each.kind, each.title) for each in found] == [
        ("変更", "見本"),
        ("変更", "見本"),
        ("変更", "見本"),
        ("公表", "0"),
        ("公表", "1"),
    ]
