"""Where each address of the portal is looked at with axe-core; `tests.test_axe_pages` says which is missing."""

from urllib.parse import urlsplit

from django.urls import resolve

from tests.admin_addresses import SHOWN
from tests.e2e import test_public_pages, test_staff_pages

# Of what the admin answers with 200: no page of its own.
NOT_A_PAGE = {"admin:jsi18n", "admin:logout"}
# Looked at where a test of that name comes by in its story.
ON_THE_WAY = {
    "accounts:me": "test_accounts",
    "accounts:audit": "test_accounts",
    "accounts:roles": "test_accounts",
    "desk:evaluation": "test_desk",
    "desk:transition": "test_desk",
    "desk:sheets": "test_sheets",
    "desk:sheets_preview": "test_sheets",
    "desk:papers": "test_desk",
    "desk:paper_choose": "test_desk",
    "desk:paper": "test_steps",
    "desk:round_open": "test_year",
    "desk:round_accept": "test_year",
    "desk:round_confirm": "test_year",
    "desk:round_publish_late_many": "test_steps",
    "programs_desk:preview": "test_steps",
}


def looked_at() -> set[str]:
    """The names of the addresses in the lists of the tests in a browser."""
    addresses = [
        *test_public_pages.PAGES,
        *test_public_pages.MORE_PAGES,
        *test_public_pages.SAMPLE_PAGES,
        *test_staff_pages.ROUNDS,
        *test_staff_pages.MORE,
    ]
    known = {resolve(urlsplit(address).path).view_name for address in addresses if address != "/no/such/page/"}
    return {*known, *test_staff_pages.WITH_KEY, *ON_THE_WAY, *SHOWN} - NOT_A_PAGE
