"""Public pages come from the cache, show every edit at once, and answer 304."""

import datetime
import gzip
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import caches
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from plan.actions import bump_content_version
from plan.caching import content_version, release
from plan.models import Measure

pytestmark = pytest.mark.django_db

PAGE = "/plans/2016/measures/1-1/"


def test_second_reader_costs_one_query(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    first = client.get(PAGE)
    with django_assert_num_queries(1):
        second = client.get(PAGE)
    assert second.content == first.content


def test_edit_shows_at_once(client: Client) -> None:
    client.get(PAGE)
    Measure.objects.filter(policy__number=1, number=1).update(title="新しい題名")
    bump_content_version()
    assert "新しい題名" in client.get(PAGE).content.decode()


def test_unchanged_page_answers_304_without_a_body(client: Client) -> None:
    etag = client.get(PAGE).headers["ETag"]
    again = client.get(PAGE, headers={"If-None-Match": etag})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag)


def test_etag_changes_with_the_content(client: Client) -> None:
    etag = client.get(PAGE).headers["ETag"]
    bump_content_version()
    changed = client.get(PAGE, headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != etag


def test_etag_changes_at_midnight_in_japan(client: Client) -> None:
    with time_machine.travel(datetime.datetime(2017, 3, 31, 14, 59, tzinfo=datetime.UTC), tick=False):
        before = client.get("/").headers["ETag"]
    with time_machine.travel(datetime.datetime(2017, 3, 31, 15, 0, tzinfo=datetime.UTC), tick=False):
        assert client.get("/").headers["ETag"] != before


def test_reader_who_takes_gzip_gets_it(client: Client) -> None:
    plain = client.get(PAGE)
    packed = client.get(PAGE, headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content


@pytest.mark.parametrize("refusal", ["", "br", "gzip;q=0", "gzip; q=0.0, br", "identity"])
def test_reader_who_does_not_take_gzip_gets_plain_text(client: Client, refusal: str) -> None:
    assert "Content-Encoding" not in client.get(PAGE, headers={"Accept-Encoding": refusal}).headers


def test_addresses_with_a_query_string_are_not_stored(client: Client) -> None:
    client.get("/plans/2016/glossary/?utm=1")
    assert caches["pages"]._cache == {}  # type: ignore[attr-defined]  # the local-memory cache of the tests


def test_missing_page_is_not_stored(client: Client) -> None:
    assert client.get("/plans/2016/measures/9-9/").status_code == 404
    assert caches["pages"]._cache == {}  # type: ignore[attr-defined]  # the local-memory cache of the tests


def test_staff_page_is_neither_stored_nor_served_to_citizens(client: Client, ict_staff: User) -> None:
    staff = Client()
    staff.force_login(ict_staff)
    edited = staff.get(PAGE).content.decode()
    citizen = client.get(PAGE).content.decode()
    assert "/admin/plan/measure/" in edited
    assert "/admin/" not in citizen


def test_every_change_raises_the_version() -> None:
    before = content_version()
    assert bump_content_version() == before + 1 == content_version()


def test_a_new_release_of_a_later_app_shows_at_once(tmp_path: Path, settings: Any) -> None:
    """Folders of apps that are not there (yet) are passed over."""
    settings.BASE_DIR = tmp_path
    before = release.__wrapped__()
    for folder in ("programs", "progress"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "views.py").write_text("# 見本", encoding="utf-8")
        after = release.__wrapped__()
        assert after != before
        before = after
