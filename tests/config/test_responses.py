"""What every response carries, and what is logged of every request."""

import json
import logging
import sys
from collections.abc import Iterator

import pytest
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.test import Client

from config.csp import POLICY, ContentSecurityPolicyMiddleware
from config.request_log import JsonFormatter

pytestmark = pytest.mark.django_db

# The process, a page, the log-in page, the admin's redirect, the 404 page.
ADDRESSES = ["/healthz", "/", "/accounts/login/", "/admin/", "/no-such-page/"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_response_carries_the_security_headers(client: Client, address: str) -> None:
    client.get(address)
    headers = client.get(address).headers  # a public page comes from the cache now
    expected = {
        "Content-Security-Policy": POLICY,
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    assert {name: headers.get(name) for name in expected} == expected


def test_policy_allows_nothing_inline_and_no_other_host() -> None:
    directives = dict(directive.split(" ", 1) for directive in POLICY.split("; "))
    sources = {source for value in directives.values() for source in value.split()}
    assert sources == {"'none'", "'self'", "data:"}
    assert [name for name, value in directives.items() if "data:" in value] == ["img-src"]
    assert directives["default-src"] == "'none'"


def test_stricter_policy_of_a_response_is_kept() -> None:
    own = HttpResponse(headers={"Content-Security-Policy": "default-src 'none'"})
    response = ContentSecurityPolicyMiddleware(lambda request: own)(HttpRequest())
    assert response.headers["Content-Security-Policy"] == "default-src 'none'"


@pytest.fixture
def log_lines() -> Iterator[list[str]]:
    """The lines that go to stdout, as the formatter of production writes them."""
    lines: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    handler = Keep()
    handler.setFormatter(JsonFormatter())
    logger = logging.getLogger("portal.request")
    logger.addHandler(handler)
    yield lines
    logger.removeHandler(handler)


def test_request_is_logged_as_one_line_without_its_query_string(client: Client, log_lines: list[str]) -> None:
    response = client.get("/healthz?q=山田太郎", headers={"X-Request-ID": "forged"})
    (line,) = log_lines
    entry = json.loads(line)
    assert "山田" not in line
    assert "\n" not in line
    assert {name: entry[name] for name in ("level", "method", "path", "status", "user")} == {
        "level": "INFO",
        "method": "GET",
        "path": "/healthz",
        "status": 200,
        "user": None,
    }
    assert entry["request_id"] == response.headers["X-Request-ID"] != "forged"
    assert entry["milliseconds"] >= 0


def test_request_of_somebody_logged_in_is_logged_with_the_id(client: Client, log_lines: list[str]) -> None:
    user = get_user_model().objects.create_user("900001", email="log@example.jp", name="記録 一")
    client.force_login(user)
    client.get("/accounts/me/")
    assert json.loads(log_lines[-1])["user"] == user.pk


def test_exception_becomes_part_of_the_line() -> None:
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, "%s が失敗", ("処理",), None)
    try:
        raise ValueError("原因")
    except ValueError:
        record.exc_info = sys.exc_info()
    entry = json.loads(JsonFormatter().format(record))
    assert entry["message"] == "処理 が失敗"
    assert entry["traceback"].splitlines()[-1] == "ValueError: 原因"
