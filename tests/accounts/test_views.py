"""The page about oneself, and what surrounds the log-in."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.enums import Role
from accounts.models import User
from tests.factories import PASSWORD, DepartmentFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db

ClientOf = Callable[[Any], Client]


def items(page: str, heading: str) -> list[str]:
    """The list items of the section under a heading."""
    section = re.search(rf"<h2[^>]*>{heading}</h2>(.*?)</section>", page, re.DOTALL)
    assert section is not None
    return [re.sub(r"<[^>]+>", "", item) for item in re.findall(r"<li>(.*?)</li>", section[1])]


EVERYBODY = [
    "パスワードを変更する",
    "二要素認証を設定する",
    "職員認証とのつながりを確かめる",
    "ログアウトする",
]


def test_it_says_what_the_person_may_do(administrator: User, client_of: ClientOf) -> None:
    page = client_of(administrator).get("/accounts/me/").content.decode()
    assert items(page, "できること") == [
        "管理画面を開くことができます。",
        "計画の内容と改定履歴を管理画面で確認することができます。",
        "プログラムと調書を管理画面で確認することができます。",
        "組織の一覧を管理画面で確認することができます。",
        "組織を登録・変更することができます。",
        "組織改編を行うことができます。",
        "利用者と役割を登録・変更することができます。",
        "監査記録を確認することができます。",
    ]
    assert items(page, "手続き") == [
        "プランの管理画面を開く",
        "監査記録を確認する",
        "役割と権限を確認する",
        *EVERYBODY,
    ]


def test_it_does_not_offer_the_admin_to_a_liaison(liaison: User, client_of: ClientOf) -> None:
    page = client_of(liaison).get("/accounts/me/").content.decode()
    assert items(page, "手続き") == ["評価調書の「あなたの番」を開く", *EVERYBODY]
    assert items(page, "できること") == ["自分の組織の調書を記入・提出することができます。"]


def test_who_has_no_role_may_read_what_is_public(client_of: ClientOf) -> None:
    page = client_of(UserFactory.create()).get("/accounts/me/").content.decode()
    assert "公開されているページを読むことができます。" in page


def test_it_lists_the_roles_of_today_with_their_periods(client_of: ClientOf) -> None:
    user = UserFactory.create()
    division = DepartmentFactory.create(name="情報課")
    MembershipFactory.create(user=user, role=Role.LIAISON, department=division, valid_from="2016-04-01")
    MembershipFactory.create(user=user, role=Role.COMMITTEE_VIEWER)
    MembershipFactory.create(user=user, role=Role.ADMINISTRATOR, ended=True)
    page = client_of(user).get("/accounts/me/").content.decode()
    rows = re.findall(r'<th scope="row">(.*?)</th>\s*<td>(.*?)</td>\s*<td>(.*?)</td>', page)
    assert sorted(rows) == [
        ("所管課担当者", "情報課", "2016年4月1日から"),
        ("推進本部・委員会閲覧者", "全庁", "期限はありません"),
    ]


def test_it_needs_a_log_in(client: Client) -> None:
    assert client.get("/accounts/me/").headers["Location"] == "/accounts/login/?next=/accounts/me/"


def test_too_many_log_ins_from_one_address_get_a_page_that_says_to_wait(client: Client) -> None:
    for n in range(30):
        client.post("/accounts/login/", {"login": f"n{n}", "password": ""})
    response = client.post("/accounts/login/", {"login": "n", "password": ""})
    assert response.status_code == 429
    assert "10分ほど待ってから、もう一度お試しください。" in response.content.decode()


@pytest.mark.parametrize(("proxies", "statuses"), [(0, [429, 429]), (1, [429, 200])])
def test_addresses_behind_a_proxy_are_told_apart_only_when_the_proxy_is_trusted(
    client: Client, settings: Any, proxies: int, statuses: list[int]
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    empty = {"login": "n", "password": ""}

    def status(address: str) -> int:
        forwarded = {"x-forwarded-for": f"203.0.113.9, {address}"}
        return client.post("/accounts/login/", empty, headers=forwarded).status_code

    for _ in range(30):
        status("192.0.2.1")
    assert [status("192.0.2.1"), status("192.0.2.2")] == statuses


def test_administrators_keep_the_mail_addresses(liaison: User, client_of: ClientOf) -> None:
    assert client_of(liaison).get("/accounts/email/").headers["Location"] == "/accounts/me/"


def test_the_first_administrator_is_made_on_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command(
        "createsuperuser", interactive=False, staff_number="A1", email="a@city.example", name="管理", verbosity=0
    )
    user = User.objects.get(staff_number="A1")
    assert (user.check_password(PASSWORD), user.roles) == (True, {Role.ADMINISTRATOR})
