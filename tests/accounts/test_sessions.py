"""How long a session lasts, and that no typed text is lost when it ends."""

import datetime
import html
import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from tests.factories import DepartmentFactory, UserFactory

pytestmark = pytest.mark.django_db

HOUR = 3600
NOW = datetime.datetime(2026, 5, 20, 9, 0, tzinfo=datetime.UTC)


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def staff(client: Client, clock: Any) -> Client:
    """Logged in and on a page at 9:00."""
    client.force_login(UserFactory.create())
    client.get("/accounts/me/")
    return client


def test_asking_how_long_is_left_prolongs_nothing(staff: Client, clock: Any) -> None:
    assert staff.get("/accounts/session/").json() == {"seconds": HOUR}
    clock.shift(600)
    assert staff.get("/accounts/session/").json() == {"seconds": HOUR - 600}
    assert staff.get("/accounts/session/").json() == {"seconds": HOUR - 600}


def test_keeping_on_gives_the_full_time(staff: Client, clock: Any) -> None:
    clock.shift(HOUR - 10)
    assert staff.post("/accounts/session/").json() == {"seconds": HOUR}
    assert staff.get("/accounts/session/").json() == {"seconds": HOUR}


@pytest.mark.parametrize(("after", "left"), [(899, HOUR - 899), (901, HOUR)])
def test_reading_prolongs_once_a_quarter_of_the_time_has_gone(staff: Client, clock: Any, after: int, left: int) -> None:
    clock.shift(after)
    staff.get("/accounts/me/")
    assert staff.get("/accounts/session/").json() == {"seconds": left}


def test_without_a_request_the_session_ends(staff: Client, clock: Any) -> None:
    clock.shift(HOUR + 1)
    response = staff.get("/accounts/session/")
    assert (response.status_code, response.json()) == (403, {"seconds": 0})
    response = staff.post("/accounts/session/")
    assert (response.status_code, response.json()) == (403, {"seconds": 0})


def test_a_page_for_staff_tells_the_script_what_it_needs(staff: Client, clock: Any) -> None:
    clock.shift(100)
    page = staff.get("/accounts/me/").content.decode()
    keeper = re.search(r'<div id="session-keeper".*?>', page, re.DOTALL)
    assert keeper is not None
    data = dict(re.findall(r'data-([\w-]+)="([^"]*)"', keeper[0]))
    assert data == {
        "user": data["user"],
        "seconds-left": "3500",
        "warning-seconds": "300",
        "session-url": "/accounts/session/",
        "login-url": "/accounts/login/",
    }


def test_a_public_page_asks_nothing_about_sessions(client: Client) -> None:
    response = client.get("/accounts/login/")
    assert "session-keeper" not in response.content.decode()


# ── Typed text ────────────────────────────────────────────────────────────────
ADDRESS = "/admin/plan/term/1/change/"


def shown(response: Any) -> list[tuple[str, str]]:
    """(label, text) of every field handed back."""
    page = response.content.decode()
    pairs = re.findall(
        r'<label for="typed-\d+">(.*?)</label>\s*<textarea[^>]* readonly[^>]*>\n(.*?)</textarea>', page, re.DOTALL
    )
    return [(html.unescape(label), html.unescape(text)) for label, text in pairs]


TYPED = {
    "csrfmiddlewaretoken": "abc",
    "explanation": "長い説明\n二行目",
    "aliases-TOTAL_FORMS": "3",
    "aliases-0-id": "7",
    "free": "自由な<b>文章</b>",
    "new_password": "himitsu",
    "api_token": "himitsu",
    "empty": "  ",
    "_save": "保存",
}


def test_what_was_sent_after_the_end_is_shown_to_copy(client: Client) -> None:
    response = client.post(ADDRESS, TYPED)
    assert response.status_code == 403
    assert shown(response) == [("解説", "長い説明\n二行目"), ("入力欄 2", "自由な<b>文章</b>")]
    page = response.content.decode()
    assert "himitsu" not in page
    assert "<b>文章" not in page
    assert "まだ保存されていません" in page
    assert 'href="/accounts/login/?next=/accounts/me/" target="_blank"' in page


def test_the_forms_of_the_admin_come_back_with_their_rows_and_choices(client: Client) -> None:
    department, coming = (
        DepartmentFactory.create(name="試験課"),
        DepartmentFactory.create(valid_from=datetime.date(2099, 4, 1)),
    )
    typed = {
        "name": "試験 次郎",
        "is_demo": "on",
        "memberships-TOTAL_FORMS": "2",
        "memberships-0-id": "5",
        "memberships-0-role": "liaison",
        "memberships-0-department": str(department.pk),
        "initial-memberships-0-valid_from": "2016-04-01",
        "memberships-1-valid_from": "2017-04-01",
        "memberships-1-department": str(coming.pk),
        "memberships-1-DELETE": "on",
        "other-0-name": "知らない行",
    }
    assert shown(client.post("/admin/accounts/user/1/change/", typed)) == [
        ("氏名", "試験 次郎"),
        ("見本アカウント", "はい"),
        ("役割1の役割", "所管課担当者"),
        ("役割1の組織", "試験課"),
        ("役割2の開始日", "2017-04-01"),
        ("役割2の組織", f"一覧から選んだもの（番号{coming.pk}）"),  # not yet there: told to nobody
        ("役割2の削除", "はい"),
        ("入力欄 8", "知らない行"),
    ]


def test_the_reason_and_what_a_row_of_the_admin_belongs_to_come_back(client: Client) -> None:
    """A stranger sends the key of a plan, which may not be public: it is not told."""
    typed = {"plan": "1", "term": "用語", "reason": "統計の訂正", "expected_version": "3", "definitely": "x"}
    assert shown(client.post("/admin/plan/term/1/change/", typed)) == [
        ("プラン", "一覧から選んだもの（番号1）"),
        ("入力欄 2", "用語"),
        ("変更の理由（公開されます）", "統計の訂正"),
        ("入力欄 4", "x"),
    ]


def test_values_of_one_name_share_a_field(client: Client) -> None:
    response = client.post("/desk/x/", {"free": ["一つ", " ", "二つ"]})
    assert shown(response) == [("入力欄 1", "一つ\n二つ")]


@pytest.mark.parametrize("address", ["/admin/nothing/here/1/", "/admin/accounts/nothing/", "/desk/rounds/x/?y=1"])
def test_what_no_form_asks_for_comes_back_too(client: Client, address: str) -> None:
    assert shown(client.post(address, {"free": "文章", "a-b-c": "d"})) == [("入力欄 1", "文章"), ("入力欄 2", "d")]


def test_after_log_in_one_returns_to_the_form(client: Client) -> None:
    response = client.post(ADDRESS, TYPED, headers={"referer": f"http://testserver{ADDRESS}"})
    assert f'href="/accounts/login/?next={ADDRESS}"' in response.content.decode()


@pytest.mark.parametrize("referer", ["http://evil.example/admin/", "javascript:alert(1)", "//evil.example/"])
def test_the_log_in_link_never_leads_elsewhere(client: Client, referer: str) -> None:
    page = client.post(ADDRESS, TYPED, headers={"referer": referer}).content.decode()
    assert 'href="/accounts/login/?next=/accounts/me/"' in page


@pytest.mark.parametrize(
    "headers", [{"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}]
)
def test_text_that_another_site_sends_is_not_shown(client: Client, headers: dict[str, str]) -> None:
    response = client.post(ADDRESS, TYPED, headers=headers)
    assert response.status_code == 403
    assert shown(response) == []


def test_a_long_text_comes_back_whole(client: Client) -> None:
    text = "あ<&>\"'" * 40_000
    assert shown(client.post("/desk/x/", {"free": text})) == [("入力欄 1", text)]


@pytest.mark.filterwarnings("ignore")
def test_too_many_fields_are_refused_without_an_error_page_of_the_server(client: Client) -> None:
    response = client.post("/desk/x/", {f"f{n}": "x" for n in range(6000)})
    assert response.status_code == 400


def test_reading_without_a_session_still_leads_to_the_log_in(client: Client) -> None:
    response = client.get("/admin/")
    assert (response.status_code, response.headers["Location"]) == (302, "/admin/login/?next=/admin/")


def test_a_failed_csrf_check_hands_the_text_back_too(liaison: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(liaison)
    response = client.post("/admin/plan/term/1/change/", TYPED)
    assert response.status_code == 403
    assert shown(response) == [("解説", "長い説明\n二行目"), ("入力欄 2", "自由な<b>文章</b>")]
    assert "送信を受け付けられませんでした" in response.content.decode()


def test_a_failed_csrf_check_of_the_log_in_shows_nothing_typed() -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post("/accounts/login/", {"login": "AB0123", "password": "himitsu"})
    assert response.status_code == 403
    assert shown(response) == []
    assert "AB0123" not in response.content.decode()


def test_a_page_for_citizens_starts_no_session(client: Client) -> None:
    response = client.get("/robots.txt")
    assert "sessionid" not in response.cookies
