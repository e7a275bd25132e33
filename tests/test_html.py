"""Every page is valid HTML."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.html_validity import validate
from tests.test_addresses import PUBLIC

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
