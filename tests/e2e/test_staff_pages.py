"""Every page of ICT推進課 about rounds and programmes is clean for axe-core, and none scrolls sideways."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from tests.e2e.conftest import Portal, assert_axe_clean, assert_fits, log_in, told_inside
from tests.e2e.desk_data import FIRST_DIVISION
from tests.progress.round_addresses import OF_PUBLISHED, PAGES

pytestmark = pytest.mark.e2e
FILES = ("_csv", "_xlsx")
# An action and a 課 that only the tests of the addresses have.
OF_TESTS = {"1-1-900", "T-0001"}
# What needs no key: of the sample's open round, and of its published one.
ROUNDS = [
    reverse(name, kwargs={"slug": slug, **kwargs})
    for slug, names in (("2017", PAGES), ("2016", OF_PUBLISHED))
    for name, kwargs in names.items()
    if "pk" not in kwargs and not name.endswith(FILES) and not OF_TESTS.intersection(kwargs.values())
]
MORE = [
    "/gallery/",
    "/desk/",
    "/desk/rounds/",
    "/desk/rounds/2017/publish/preview/actions/1-1-001/",
    f"/desk/rounds/2017/publish/preview/departments/{FIRST_DIVISION}/",
    "/desk/programs/",
    "/desk/programs/2016/import/",
    "/desk/committee/",
    "/desk/committee/2016/",
    "/desk/committee/2016/measures/1-1/",
    "/progress/2016/measures/1-1/first/",
]
# Name → the query set of the row inside the server's database that is shown.
WITH_KEY = {
    "desk:round_exception": "Evaluation.objects.filter(round__slug='2017', status='draft')",
    "desk:round_extension": "Extension.objects.filter(round__slug='2017')",
    "desk:round_proposal": "NextYearProposal.objects.filter(evaluation__round__slug='2017')",
    "desk:round_publish_late": "Evaluation.objects.filter(round__slug='2016', status='published')",
    "desk:round_correct_evaluation": "Evaluation.objects.filter(round__slug='2016', status='published')",
}
WIDTHS = (375, 1024, 1280)


@pytest.fixture
def staff(portal: Portal, new_page: Callable[..., Page]) -> Page:
    page = new_page(viewport={"width": 1280, "height": 800})
    log_in(portal, page, "ict_staff")
    return page


@pytest.mark.parametrize("address", [*ROUNDS, *MORE])
def test_page_is_accessible(portal: Portal, staff: Page, address: str) -> None:
    _assert_good(staff, address)


@pytest.mark.parametrize("name", WITH_KEY)
def test_page_of_a_row_is_accessible(portal: Portal, staff: Page, name: str) -> None:
    slug = "2017" if "'2017'" in WITH_KEY[name] else "2016"
    modules = "from progress.models import *"
    key = told_inside(portal, f"[{WITH_KEY[name]}.earliest('pk').pk for _ in [exec({modules!r})]][0]")
    _assert_good(staff, reverse(name, args=[slug, key]))


@pytest.mark.parametrize("address", ["/desk/", "/desk/rounds/2017/", "/desk/rounds/2017/evaluations/"])
def test_the_head_of_a_long_list_stays_in_sight(staff: Page, address: str) -> None:
    staff.goto(address)
    staff.locator("main table tbody tr").nth(9).scroll_into_view_if_needed()
    staff.mouse.wheel(0, 600)
    head = staff.locator("main table thead th").last
    staff.wait_for_function("scrollY > 600")
    assert head.evaluate("head => Math.abs(head.getBoundingClientRect().top)") < 1


def _assert_good(page: Page, address: str) -> None:
    answer = page.goto(address)
    assert (answer.status if answer else None) == 200, address
    assert_axe_clean(page)
    assert_fits(page, WIDTHS)
