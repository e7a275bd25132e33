from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib import admin
from django.contrib.messages import get_messages
from django.test import Client

from accounts.models import User
from tests.factories import PASSWORD

ClientOf = Callable[[Any], Client]


@pytest.fixture(autouse=True)
def _required_of_administrators(settings: Any) -> None:
    settings.SECOND_FACTOR_ROLES = ["administrator"]


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


@pytest.mark.parametrize("address", ["/accounts/me/", "/admin/", "/", "/admin/accounts/user/"])
def test_who_needs_one_and_has_none_is_sent_to_its_set_up(
    administrator: User, client_of: ClientOf, address: str
) -> None:
    response = client_of(administrator).get(address)
    assert response.headers["Location"] == "/accounts/2fa/"
    assert [str(m) for m in get_messages(response.wsgi_request)] == [
        "あなたの役割では二要素認証が必要です。認証アプリまたはセキュリティキーを登録してから、操作を続けてください。"
    ]


@pytest.mark.parametrize("address", ["/accounts/2fa/", "/accounts/logout/", "/accounts/session/"])
def test_the_way_to_set_it_up_and_out_stays_open(administrator: User, client_of: ClientOf, address: str) -> None:
    assert client_of(administrator).get(address).status_code == 200


def test_other_roles_are_not_asked(ict_staff: User, client_of: ClientOf) -> None:
    assert client_of(ict_staff).get("/accounts/me/").status_code == 200


def test_recovery_codes_alone_do_not_count(administrator: User, client_of: ClientOf) -> None:
    Authenticator.objects.create(user=administrator, type=Authenticator.Type.RECOVERY_CODES, data={})
    assert client_of(administrator).get("/accounts/me/").headers["Location"] == "/accounts/2fa/"


def test_an_app_is_set_up_and_then_asked_for_at_log_in(administrator: User) -> None:
    client = Client()
    credentials = {"login": administrator.staff_number, "password": PASSWORD}
    client.post("/accounts/login/", credentials)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    assert client.get("/accounts/me/").status_code == 200
    assert client.get("/accounts/2fa/").status_code == 200
    # Not from the page: allauth notes on first sight that the codes were shown, which is a write during a GET.
    spare = Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES).wrap().get_unused_codes()
    assert len(spare) == 10

    again = Client()
    assert again.post("/accounts/login/", credentials).headers["Location"].startswith("/accounts/2fa/authenticate/")
    assert again.get("/accounts/me/").status_code == 302
    page = again.get("/accounts/2fa/authenticate/")
    assert "認証アプリの数字、またはリカバリーコード" in page.content.decode()
    again.post("/accounts/2fa/authenticate/", {"code": spare[0]})
    assert again.get("/accounts/me/").status_code == 200


def test_administrators_end_the_second_factor_of_who_lost_the_device(
    administrator: User, liaison: User, client_of: ClientOf
) -> None:
    TOTP.activate(administrator, generate_totp_secret())
    TOTP.activate(liaison, generate_totp_secret())
    chosen = {"action": "end_second_factor", "_selected_action": [liaison.pk]}
    client_of(administrator).post("/admin/accounts/user/", chosen)
    assert list(Authenticator.objects.values_list("user", flat=True)) == [administrator.pk]


def test_the_form_of_a_person_counts_what_log_in_counts(liaison: User) -> None:
    person: Any = admin.site.get_model_admin(User)
    told = [person.second_factor(liaison)]
    Authenticator.objects.create(user=liaison, type=Authenticator.Type.RECOVERY_CODES, data={})
    told.append(person.second_factor(liaison))
    TOTP.activate(liaison, generate_totp_secret())
    told.append(person.second_factor(User.objects.get(pk=liaison.pk)))
    assert told == [False, False, True]


@pytest.mark.parametrize(
    "address", ["/accounts/2fa/totp/activate/", "/accounts/2fa/webauthn/add/", "/accounts/2fa/webauthn/"]
)
def test_set_up_pages_are_shown_after_a_log_in(administrator: User, address: str) -> None:
    client = Client()
    client.post("/accounts/login/", {"login": administrator.staff_number, "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    response = client.get(address)
    assert response.status_code == 200
    assert " style=" not in response.content.decode()
