"""The error pages: Japanese, with a way on, and the 500 without the database."""

import re

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from plan.models import Plan
from plan.views import errors

WAYS = {"/", "/plans/2016/", "/sitemap/"}


def links(html: str) -> set[str]:
    return set(re.findall(r'<a[^>]* href="([^"]+)"', html))


@pytest.mark.django_db
def test_unknown_address_leads_on(client: Client) -> None:
    response = client.get("/no/such/page/")
    html = response.content.decode()
    assert response.status_code == 404
    assert re.findall(r"<h1>([^<]*)</h1>", html) == ["ページが見つかりません"]
    assert links(html) >= WAYS
    assert re.findall(r'<form[^>]* action="([^"]+)"', html) == ["/search/"]
    assert Plan.objects.get(is_current=True).phone in html
    assert '<meta name="robots" content="noindex">' in html
    assert "canonical" not in html


@pytest.mark.django_db
def test_error_page_costs_one_query(client: Client) -> None:
    with CaptureQueriesContext(connection) as captured:
        errors.not_found(RequestFactory().get("/no/such/page/"))
    assert len(captured) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("exception", "sentence"),
    [
        (PermissionDenied(), "このページを見る、または操作する権限がありません。"),
        (PermissionDenied("<課長>だけが承認できます。"), "&lt;課長&gt;だけが承認できます。"),
        (None, "このページを見る、または操作する権限がありません。"),
    ],
)
def test_forbidden_says_why(exception: PermissionDenied | None, sentence: str) -> None:
    response = errors.forbidden(RequestFactory().get("/admin/"), exception)
    html = response.content.decode()
    assert (response.status_code, html.count(sentence)) == (403, 1)
    assert links(html) >= {*WAYS, "/accounts/me/"}


@pytest.mark.django_db
def test_bad_request_is_answered_in_japanese_for_a_host_that_is_not_ours(client: Client) -> None:
    response = client.get("/about/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert re.findall(r"<h1>([^<]*)</h1>", response.content.decode()) == ["要求を受け付けられませんでした"]
    assert "evil.example" not in response.content.decode()


@pytest.mark.django_db
def test_error_pages_stand_without_a_plan(client: Client) -> None:
    Plan.objects.update(is_current=False)
    html = client.get("/no/such/page/").content.decode()
    assert links(html) >= {"/", "/sitemap/", "/plans/"}


def test_server_error_needs_no_database() -> None:
    # Without the django_db mark any query fails.
    response = errors.server_error(RequestFactory().get("/"))
    html = response.content.decode()
    assert response.status_code == 500
    assert re.findall(r"<h1>([^<]*)</h1>", html) == ["ページを表示できませんでした"]
    assert links(html) == {"#main", "/", "/sitemap/", "/search/"}
