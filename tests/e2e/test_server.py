"""The portal as `make run` serves it: it answers, compressed and unconfused, and its home is in order."""

import gzip
import json
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Portal, assert_axe_clean

pytestmark = pytest.mark.e2e


def _get(url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as response:
        return response.status, {name.lower(): value for name, value in response.headers.items()}, response.read()


def test_server_is_alive_and_ready(portal: Portal) -> None:
    for address in ("/healthz", "/readyz"):
        status, _, body = _get(portal.url + address)
        assert (address, status, json.loads(body)) == (address, 200, {"status": "ok"})


def test_home_answers_in_japanese_and_is_accessible(portal: Portal, page: Page) -> None:
    response = page.goto(portal.url + "/")
    assert response is not None
    assert response.status == 200
    expect(page.locator("html")).to_have_attribute("lang", "ja")
    assert "川崎市情報化推進プラン" in page.title()
    assert_axe_clean(page)


def test_static_files_have_far_future_names_and_come_compressed(portal: Portal, page: Page) -> None:
    page.goto(portal.url + "/")
    address = page.locator("link[rel=stylesheet]").first.get_attribute("href")
    assert address is not None
    _, headers, body = _get(portal.url + address, **{"Accept-Encoding": "gzip"})
    assert headers["content-encoding"] == "gzip"
    assert headers["cache-control"] == "max-age=315360000, public, immutable"
    assert b"{" in gzip.decompress(body)


def test_unchanged_page_is_not_sent_again(portal: Portal) -> None:
    _, headers, _ = _get(portal.url + "/")
    request = urllib.request.Request(portal.url + "/", headers={"If-None-Match": headers["etag"]})
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(request, timeout=10)
    assert raised.value.code == 304
    raised.value.close()
