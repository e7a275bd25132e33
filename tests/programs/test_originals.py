"""What was planned at first stays beside every later change, each field with the reason of its own."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from plan.actions import revise
from programs.models import ActionYear
from tests.factories import UserFactory
from tests.plan.admin_forms import admin_url, opened, sent
from tests.plan.reading import main_of, part, words
from tests.programs.factories import ActionYearFactory, MilestoneFactory
from tests.progress.published import Year, published_year

pytestmark = pytest.mark.django_db

ACTION = "/programs/2016/actions/1-1-001/"
REASON = "計画を見直したため"


@pytest.fixture
def staff(ict_staff: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(ict_staff)


@pytest.fixture
def year() -> Year:
    return published_year()


# ── What is kept ──────────────────────────────────────────────────────────────


def _with_milestones(**fields: Any) -> ActionYear:
    plan = ActionYearFactory.create(**fields)
    for position, month in enumerate((9, 12), start=1):
        MilestoneFactory.create(action_year=plan, position=position, month=month, title=f"{month}月の目標")
    return plan


def _milestone(staff: Client, plan: ActionYear, **typed: str) -> list[dict[str, Any]] | None:
    """What is kept after the second milestone was changed."""
    fields = {f"milestones-1-{name}": value for name, value in typed.items()}
    sent(staff, plan, opened(staff, plan) | fields | {"reason": REASON})
    plan.refresh_from_db()
    kept: list[dict[str, Any]] | None = plan.original_milestones
    return kept


@pytest.mark.parametrize("typed", [{"title": "本格実施"}, {"month": "2"}, {"DELETE": "on"}])
def test_milestones_keep_their_original_whole(staff: Client, typed: dict[str, str]) -> None:
    plan = _with_milestones()
    first = [{"month": 9, "title": "9月の目標"}, {"month": 12, "title": "12月の目標"}]
    assert _milestone(staff, plan, **typed) == first
    assert [str(row) for row in plan.milestones.all()] != ["9月 9月の目標", "12月 12月の目標"]
    assert "9月 9月の目標、12月 12月の目標" in staff.get(admin_url(plan, "change")).content.decode()
    again = plan.milestones.get(position=1)
    again.title = "二度目の変更"
    revise(root=plan, by=UserFactory.create(), reason=REASON, expected_version=plan.version, rows=[again])
    plan.refresh_from_db()
    assert plan.original_milestones == first


def test_milestones_of_a_draft_and_the_first_ones_are_no_change(staff: Client) -> None:
    draft = _with_milestones(action__program__is_published=False)
    assert _milestone(staff, draft, title="本格実施") is None
    bare = ActionYearFactory.create()
    fields = {"milestones-TOTAL_FORMS": "1", "milestones-0-position": "1", "milestones-0-title": "試行の開始"}
    sent(staff, bare, opened(staff, bare) | fields | {"reason": REASON})
    bare.refresh_from_db()
    assert (bare.milestones.count(), bare.original_milestones) == (1, None)


# ── The page of the action ────────────────────────────────────────────────────


def _revised(year: Year, reason: str, **values: Any) -> ActionYear:
    plan = year.actions["1-1-001"].years.get(year=2017)
    for name, value in values.items():
        setattr(plan, name, value)
    revise(root=plan, by=year.staff, reason=reason, expected_version=plan.version)
    return plan


def _originals(client: Client) -> dict[str, str]:
    """Of all years of the action: label → what is said of it."""
    page = part(main_of(client.get(ACTION)), "years")
    return {
        words(label): words(text) for label, text in re.findall(r"<dt>(当初の.*?)</dt>\s*<dd>(.*?)</dd>", page, re.S)
    }


def test_each_field_has_the_reason_of_its_own_change(client: Client, year: Year) -> None:
    _revised(year, "要望が多かったため", planned_work="全区で進めます。")
    _revised(year, "補正予算のため", budget=2500)
    plan = _revised(year, "書き方を直したため", planned_work="全区で\r\n進めます。")
    milestone = plan.milestones.get()
    milestone.title = "本格実施"
    revise(root=plan, by=year.staff, reason="準備が早まったため", expected_version=plan.version, rows=[milestone])
    today = f"（{timezone.localdate():%Y年%-m月%-d日}）"
    assert _originals(client) == {
        "当初の計画": f"公開するデータの拡充を2017年度に進めます。変更の理由：書き方を直したため{today}",
        "当初の予算額": f"1,000千円変更の理由：補正予算のため{today}",
        "当初のマイルストーン": f"9月 試行の開始変更の理由：準備が早まったため{today}",
    }


def test_a_long_reason_is_told_whole(client: Client, year: Year) -> None:
    reason = "要望が多かったため。" * 20
    _revised(year, reason, budget=2500)
    assert reason in _originals(client)["当初の予算額"]


def test_what_was_changed_back_has_no_original(client: Client, year: Year) -> None:
    _revised(year, "補正予算のため", budget=2500)
    _revised(year, "補正の取消しのため", budget=1000)
    assert _originals(client) == {}
