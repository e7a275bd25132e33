import re
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.core.cache import caches
from django.test import Client
from django.urls import reverse

from accounts.adapter import LOCKED, WRONG_LOGIN
from accounts.enums import Role
from accounts.models import User
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"


def log_in(client: Client, login: str, password: str = PASSWORD, **extra: Any) -> Any:
    return client.post(LOGIN, {"login": login, "password": password}, **extra)


def who(client: Client) -> str | None:
    """The staff number of who is logged in, as the next request sees it."""
    user = client.get("/accounts/login/", follow=True).wsgi_request.user
    return user.staff_number if user.is_authenticated else None


@pytest.mark.parametrize(
    "typed",
    [
        "AB0123",
        "ab0123",
        " AB0123 ",
        "ＡＢ０１２３",
        "taro@city.example",
        "Taro@City.example",
        "ｔａｒｏ＠city.example",
    ],
)
def test_log_in_by_number_or_mail_in_any_width(client: Client, typed: str) -> None:
    UserFactory.create(staff_number="AB0123", email="taro@city.example")
    response = log_in(client, typed)
    assert response.headers["Location"] == "/desk/"
    assert who(client) == "AB0123"


@pytest.mark.parametrize(("role", "address"), [(Role.LIAISON, "/desk/"), (Role.ADMINISTRATOR, "/accounts/me/")])
def test_a_log_in_leads_to_the_desk_of_who_has_one(client: Client, role: Role, address: str) -> None:
    user = UserFactory.create(role=role)
    landed = client.get(log_in(client, user.staff_number).headers["Location"], follow=True)
    assert landed.request["PATH_INFO"] == address


def test_a_wrong_password_says_what_to_do(client: Client) -> None:
    UserFactory.create(staff_number="AB0123")
    response = log_in(client, "AB0123", "wrong")
    assert response.context["form"].non_field_errors() == [WRONG_LOGIN]
    assert who(client) is None


@pytest.mark.parametrize("period", ["ended", "coming"])
def test_outside_its_period_an_account_is_refused(client: Client, period: str) -> None:
    user = UserFactory.create(**{period: True})
    response = log_in(client, user.staff_number)
    assert response.headers["Location"] == reverse("account_inactive")
    assert who(client) is None


def test_a_session_ends_with_the_period_of_the_account(client: Client) -> None:
    user = UserFactory.create()
    client.force_login(user)
    assert who(client) == user.staff_number
    User.objects.filter(pk=user.pk).update(active_to="2020-01-01")
    assert who(client) is None


def test_a_demo_account_is_refused_outside_the_demo(client: Client, settings: Any) -> None:
    user = UserFactory.create(is_demo=True)
    settings.MODE = "production"
    log_in(client, user.staff_number)
    assert who(client) is None
    settings.DEMO = True
    log_in(client, user.staff_number)
    assert who(client) == user.staff_number


@pytest.fixture
def shared_cache(settings: Any) -> None:
    """The cache of an installation, instead of the tests' own: rows of the database, shared by all processes."""
    settings.CACHES = {
        **django_settings.CACHES,
        "default": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "shared_cache",
            "OPTIONS": {"MAX_ENTRIES": 100_000},
        },
    }


def as_another_process() -> Client:
    """Another worker has its own cache objects and nothing in memory."""
    del caches["default"]
    return Client(REMOTE_ADDR="192.0.2.7")


def fail(client: Client, login: str, times: int) -> None:
    for _ in range(times):
        assert log_in(client, login, "wrong").context["form"].non_field_errors() == [WRONG_LOGIN]


@pytest.mark.usefixtures("shared_cache")
def test_five_failures_lock_the_account_in_every_process(client: Client) -> None:
    UserFactory.create(staff_number="AB0123", email="taro@city.example")
    fail(client, "AB0123", 5)
    other = as_another_process()
    response = log_in(other, "AB0123")
    assert response.context["form"].non_field_errors() == [LOCKED]
    assert "10分ほど待ってから" in response.content.decode()
    assert who(other) is None


def test_number_and_mail_count_together(client: Client) -> None:
    UserFactory.create(staff_number="AB0123", email="taro@city.example")
    fail(client, "AB0123", 3)
    fail(client, "ＡＢ０１２３", 1)
    fail(client, "TARO@city.example", 1)
    assert log_in(client, "taro@city.example").context["form"].non_field_errors() == [LOCKED]


def test_another_port_in_the_host_header_does_not_give_new_tries(client: Client) -> None:
    UserFactory.create(staff_number="AB0123")
    fail(client, "AB0123", 5)
    response = log_in(client, "AB0123", headers={"host": "testserver:8443"})
    assert response.context["form"].non_field_errors() == [LOCKED]


def test_the_lock_ends_and_does_not_touch_others(client: Client, time_machine_at: Any) -> None:
    UserFactory.create(staff_number="AB0123")
    other = UserFactory.create(staff_number="CD0123")
    fail(client, "AB0123", 5)
    log_in(client, "CD0123")
    assert who(client) == other.staff_number
    time_machine_at(minutes=10, seconds=1)
    fresh = Client()
    log_in(fresh, "AB0123")
    assert who(fresh) == "AB0123"


@pytest.fixture
def time_machine_at() -> Any:
    import datetime

    import time_machine

    travellers = []

    def go(**ahead: int) -> None:
        then = datetime.datetime.now(datetime.UTC) + datetime.timedelta(**ahead)
        traveller = time_machine.travel(then)
        traveller.start()
        travellers.append(traveller)

    yield go
    for traveller in travellers:
        traveller.stop()


def test_many_failures_from_one_address_are_stopped_with_a_page(client: Client) -> None:
    for n in range(20):
        log_in(client, f"nobody{n}", "wrong")
    response = log_in(client, "nobody-else", "wrong")
    assert LOCKED in response.content.decode()


def test_sign_up_is_closed(client: Client) -> None:
    page = client.get("/accounts/signup/").content.decode()
    assert "利用者の登録はできません" in page
    new = {"username": "X1", "email": "x@city.example", "password1": PASSWORD, "password2": PASSWORD}
    client.post("/accounts/signup/", new)
    assert User.objects.count() == 0


def test_a_forgotten_password_is_reset_by_mail_in_japanese(client: Client) -> None:
    user = UserFactory.create(staff_number="AB0123")
    client.post("/accounts/password/reset/", {"email": user.email})
    assert [(m.to, m.subject) for m in mail.outbox] == [([user.email], "【川崎市情報化推進プラン】パスワードの再設定")]
    assert "あなたの職員番号は「AB0123」です。" in mail.outbox[0].body
    path = re.search(r"http://testserver(/\S+)", str(mail.outbox[0].body))[1]  # type: ignore[index]  # found, or the test fails
    form = client.get(path, follow=True)
    address = form.redirect_chain[-1][0]
    client.post(address, {"password1": "a-brand-new-secret", "password2": "a-brand-new-secret"})
    log_in(client, "AB0123", "a-brand-new-secret")
    assert who(client) == "AB0123"


def test_an_unknown_mail_address_gets_no_mail_and_the_same_answer(client: Client) -> None:
    response = client.post("/accounts/password/reset/", {"email": "nobody@city.example"})
    assert response.headers["Location"] == reverse("account_reset_password_done")
    assert mail.outbox == []


def test_a_password_needs_twelve_characters(client: Client) -> None:
    client.force_login(UserFactory.create())
    short = {"oldpassword": PASSWORD, "password1": "short-one", "password2": "short-one"}
    page = client.post("/accounts/password/change/", short)
    assert list(page.context["form"].errors) == ["password1"]


def test_wrong_fields_are_marked_and_named(client: Client) -> None:
    page = client.post(LOGIN, {"login": "", "password": ""}).content.decode()
    assert 'aria-invalid="true"' in page
    assert '<div class="field-error" id="id_login_error"><p>＊' in page
    assert "※必須" in page


def test_the_admin_sends_to_the_one_log_in(client: Client) -> None:
    response = client.get("/admin/", follow=True)
    assert response.redirect_chain[-1][0] == "/accounts/login/?next=%2Fadmin%2F"


def test_a_password_typed_into_the_admin_log_in_is_not_tried(client: Client) -> None:
    user = UserFactory.create(role=Role.ADMINISTRATOR)
    client.post("/admin/login/", {"username": user.staff_number, "password": PASSWORD})
    assert who(client) is None


def test_a_login_of_any_length_is_answered(client: Client) -> None:
    response = log_in(client, "x" * 100_000)

    assert response.context["form"].errors == {"login": ["254文字以内で入力してください。"]}
