from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.test import Client, RequestFactory

from accounts.adapter import UNKNOWN_TO_THE_PORTAL
from accounts.models import AuditEntry, User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _provider(settings: Any) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "APPS": [
                {
                    "provider_id": "city",
                    "name": "職員認証基盤",
                    "client_id": "portal",
                    "secret": "x",
                    "settings": {"server_url": "https://idp.city.example"},
                }
            ]
        }
    }


@pytest.fixture
def request_(rf: RequestFactory) -> HttpRequest:
    request = rf.get("/accounts/oidc/city/login/callback/")
    request.user = AnonymousUser()
    request.session = SessionStore()
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]  # what the middleware sets
    return request


def sign_on(*, mail: str = "", verified: bool = True, **claims: str) -> SocialLogin:
    """What the provider says about a person."""
    mails = [EmailAddress(email=mail, verified=verified)] if mail else []
    account = SocialAccount(provider="city", uid="u-1", extra_data={"userinfo": claims})
    return SocialLogin(user=User(), account=account, email_addresses=mails)


def test_the_log_in_page_offers_it_when_it_is_configured(client: Client) -> None:
    page = client.get("/accounts/login/").content.decode()
    assert "職員認証基盤でログインする" in page
    assert 'action="/accounts/oidc/city/login/?process=login"' in page


def test_without_settings_it_is_not_offered(client: Client, settings: Any) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = {}
    assert "職員認証" not in client.get("/accounts/login/").content.decode()


@pytest.mark.parametrize(
    "said",
    [
        {"mail": "Taro@city.example"},
        {"staff_number": "ＡＢ０１２３"},
        {"mail": "taro@city.example", "staff_number": "AB0123"},
        {"mail": "other@city.example", "staff_number": "AB0123"},
    ],
)
def test_a_known_person_is_connected(request_: HttpRequest, said: dict[str, Any]) -> None:
    user = UserFactory.create(staff_number="AB0123", email="taro@city.example")
    login = sign_on(**said)
    get_adapter().pre_social_login(request_, login)
    assert login.user == user
    assert list(SocialAccount.objects.values_list("user", "provider", "uid")) == [(user.pk, "city", "u-1")]


@pytest.mark.parametrize(
    "said",
    [
        {"mail": "nobody@city.example", "staff_number": "ZZ9999"},
        {"mail": "taro@city.example", "verified": False},
        {"mail": "taro@city.example", "staff_number": "CD0123"},
        {},
    ],
    ids=["unknown", "mail not verified", "two different people", "says nothing"],
)
def test_everybody_else_is_refused(request_: HttpRequest, said: dict[str, Any]) -> None:
    UserFactory.create(staff_number="AB0123", email="taro@city.example")
    UserFactory.create(staff_number="CD0123")
    with pytest.raises(ImmediateHttpResponse) as refused:
        get_adapter().pre_social_login(request_, sign_on(**said))
    assert refused.value.response.headers["Location"] == "/accounts/login/"
    assert [str(m) for m in get_messages(request_)] == [UNKNOWN_TO_THE_PORTAL]
    assert SocialAccount.objects.count() == 0


def test_who_is_refused_and_who_is_connected_is_on_record(request_: HttpRequest) -> None:
    user = UserFactory.create(staff_number="AB0123", email="taro@city.example")
    with pytest.raises(ImmediateHttpResponse):
        get_adapter().pre_social_login(request_, sign_on(staff_number="ZZ9999"))
    get_adapter().on_authentication_error(request_, provider=None, error="denied")
    get_adapter().pre_social_login(request_, sign_on(staff_number="AB0123"))
    unknown = {"方法": "職員認証", "理由": "このサイトの利用者として登録されていない"}
    assert [(e.kind, e.person, e.about, e.facts) for e in AuditEntry.objects.order_by("number")] == [
        ("log_in_failed", None, "登録のない利用者", unknown),
        ("log_in_failed", None, "", {"方法": "職員認証", "理由": "職員認証が成功しなかった"}),
        ("sign_on_changed", user, "", {"内容": "職員認証とつないだ"}),
    ]


def test_it_never_makes_an_account(request_: HttpRequest) -> None:
    assert get_adapter().is_open_for_signup(request_, sign_on()) is False
