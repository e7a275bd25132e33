"""改定履歴 in the admin: a change of many roots is one row of the list, and leads to what it did to each and back."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from plan.models import Plan, Revision
from tests.plan.admin_forms import admin_url
from tests.plan.reading import links, words

pytestmark = pytest.mark.django_db
ClientOf = Callable[[object], Client]
LIST = "/admin/plan/revision/"


@pytest.fixture
def staff(client_of: ClientOf, ict_staff: User) -> Client:
    return client_of(ict_staff)


@pytest.fixture
def whole() -> Revision:
    """Of two parts; another entry without any stands beside it."""
    plan = Plan.objects.get(slug="2016")
    common: dict[str, Any] = {"plan": plan, "kind": "changed", "object_id": 1, "reason": "", "made_at": timezone.now()}
    Revision.objects.create(object_type="plan.term", title="用語 1", **common)
    whole = Revision.objects.create(object_type="programs.program", title="プログラム", **common)
    for number in (1, 2):
        title = f"取組 {number}"
        Revision.objects.create(object_type="programs.action", title=title, part_of=whole, **common)
    return whole


def _titles(client: Client, **asked: str | int) -> list[str]:
    return sorted(row.title for row in client.get(LIST, asked).context["cl"].result_list)


def test_the_list_shows_whole_changes_unless_asked_for_more(staff: Client, whole: Revision) -> None:
    assert _titles(staff) == _titles(staff, parts="whole") == ["プログラム", "用語 1"]
    assert _titles(staff, parts="each") == ["取組 1", "取組 2"]
    assert _titles(staff, parts="all") == ["プログラム", "取組 1", "取組 2", "用語 1"]
    assert "全体の変更のみ 1件ずつの変更のみ すべて" in " ".join(words(staff.get(LIST).content.decode()).split())


def test_searching_finds_parts_too(staff: Client, whole: Revision) -> None:
    assert _titles(staff, q="取組") == ["取組 1", "取組 2"]
    assert _titles(staff, q="取組", parts="whole") == []


def test_a_whole_change_leads_to_its_parts_and_each_back(staff: Client, whole: Revision) -> None:
    page = staff.get(admin_url(whole, "change")).content.decode()
    assert "2件の変更を見る" in page
    assert f"{LIST}?parts={whole.pk}" in links(page)
    assert _titles(staff, parts=whole.pk) == ["取組 1", "取組 2"]
    part = whole.parts.earliest("pk")
    assert admin_url(whole, "change") in links(staff.get(admin_url(part, "change")).content.decode())
    assert "件の変更を見る" not in staff.get(admin_url(part, "change")).content.decode()


@pytest.mark.parametrize("asked", ["x", "-1", "²", "9" * 30])
def test_what_is_no_number_of_an_entry_narrows_nothing(staff: Client, whole: Revision, asked: str) -> None:
    assert _titles(staff, parts=asked) == _titles(staff, parts="all")


def test_a_number_of_nothing_finds_nothing(staff: Client, whole: Revision) -> None:
    assert _titles(staff, parts=999999999) == []
