"""Every page is valid HTML."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.html_validity import validate
from tests.progress.published import published_year
from tests.test_addresses import PUBLIC, PUBLISHED

pytestmark = pytest.mark.django_db

EXTRA = (
    "/search/?q=防災",
    "/search/?q=",
    "/search/?q=ありえないことばです",
    "/plans/2016/chapters/1/",
    "/plans/2016/chapters/4/",
    "/plans/2016/measures/3-2/",
    "/plans/2016/figures/1-2/",
    "/plans/2016/figures/2-8/",
    "/accounts/login/",
    "/accounts/password/reset/",
    "/no/such/page/",
)


def test_every_public_page_is_valid(client: Client) -> None:
    names = [name for name in PUBLIC if name.startswith("plan:") and not name.endswith(("_csv", "_xml", "robots"))]
    addresses = [*(reverse(name, kwargs=PUBLIC[name]) for name in names), *EXTRA]
    pages = {address: client.get(address).content.decode() for address in addresses}
    assert validate(pages) == []


def test_every_page_of_programmes_and_progress_is_valid(client: Client) -> None:
    year = published_year()
    published_year(year=2017, program=year.program, grade="1")
    year.correct("1-1-001", results="訂正した実績です。")
    names = [name for name in PUBLISHED if not name.endswith(("_csv", "_xml", "_xlsx"))]
    further = ("/", "/plans/2016/measures/1-1/", "/plans/2016/directions/1-1-1/", "/progress/2017/changes/", "/data/")
    addresses = [*(reverse(name, kwargs=PUBLISHED[name]) for name in names), *further]
    assert validate({address: client.get(address).content.decode() for address in addresses}) == []
