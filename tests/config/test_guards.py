"""The guards themselves: what they catch, and what they let pass."""

import pytest
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import Client
from django.urls import path

from tests import guards

own_urls = pytest.mark.urls(__name__)


def _write(request: HttpRequest) -> HttpResponse:
    get_user_model().objects.filter(staff_number="nobody").update(name="誰か")
    return HttpResponse("written")


def _touch_session(request: HttpRequest) -> HttpResponse:
    request.session["seen"] = True
    return HttpResponse("seen")


urlpatterns = [path("write", _write), path("session", _touch_session)]


def test_undefined_variable_of_our_template_is_an_error() -> None:
    with pytest.raises(guards.UndefinedTemplateVariableError, match="missing"):
        Template("{{ missing }}").render(Context())


def test_undefined_variable_in_an_if_is_false() -> None:
    assert Template("{% if missing %}yes{% else %}no{% endif %}").render(Context()) == "no"


def test_undefined_variable_of_a_third_party_template_is_empty() -> None:
    # The admin's own template names {{ title }} without a default.
    assert "<title>" in render_to_string("admin/base.html", {})


@own_urls
@pytest.mark.django_db
def test_get_that_writes_is_an_error(client: Client) -> None:
    with pytest.raises(guards.WriteDuringGetError, match="GET /write"):
        client.get("/write")


@own_urls
@pytest.mark.django_db
def test_post_may_write(client: Client) -> None:
    assert client.post("/write").content == b"written"


@own_urls
@pytest.mark.django_db
def test_get_may_keep_its_session(client: Client) -> None:
    assert client.get("/session").content == b"seen"


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ('SELECT "a" FROM "b"', False),
        ('  UPDATE "plan_term" SET "name" = %s', True),
        ('DELETE FROM "plan_term"', True),
        ('INSERT INTO "django_session" ("session_key") VALUES (%s)', False),
        ('INSERT INTO "accounts_auditentry" ("number") VALUES (%s)', False),
        ('UPDATE "accounts_audithead" SET "number" = %s', False),
        ('UPDATE "accounts_user" SET "name" = %s', True),
        ("SAVEPOINT s1", False),
    ],
)
def test_statements_that_write_are_told_from_those_that_read(sql: str, expected: bool) -> None:
    assert guards.is_write(sql) is expected
