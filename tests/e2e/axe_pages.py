"""Where each address of the portal is looked at with axe-core; `tests.test_axe_pages` says which is missing."""

from urllib.parse import urlsplit

from django.urls import resolve

from tests.admin_addresses import SHOWN
from tests.e2e import test_public_pages, test_staff_pages

# Of what the admin answers with 200: no page of its own.
NOT_A_PAGE = {"admin:jsi18n", "admin:logout"}
# Looked at where a test comes by in its story: the file of the test, and what it says where it gets there.
ON_THE_WAY = {
    "accounts:me": ("test_accounts", '"/accounts/me/"'),
    "accounts:audit": ("test_accounts", '"/accounts/audit/"'),
    "accounts:roles": ("test_accounts", '"/accounts/roles/"'),
    "desk:evaluation": ("test_desk", "goto(address(evaluations, "),
    "desk:transition": ("test_desk", 'name="差し戻す"'),
    "desk:sheets": ("test_sheets", "goto(PAGE)"),
    "desk:sheets_preview": ("test_sheets", 'name="内容を確かめる"'),
    "desk:papers": ("test_desk", "/desk/papers/"),
    "desk:paper_choose": ("test_desk", "/desk/papers/rounds/2016/"),
    "desk:paper": ("test_steps", r"/desk/papers/\d+/$"),
    "desk:round_open": ("test_year", 'name="準備する"'),
    "desk:round_accept": ("test_year", 'name="選んだ調書を確認する"'),
    "desk:round_confirm": ("test_year", 'name="選んだ案の反映へ進む"'),
    "desk:round_publish_late_many": ("test_steps", '"**/corrections/late/"'),
    "programs_desk:preview": ("test_steps", r"/import/\d+/$"),
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
