"""Every page of the admin is clean for axe-core, and none scrolls sideways."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.admin_addresses import SHOWN
from tests.e2e.axe_pages import NOT_A_PAGE
from tests.e2e.conftest import Portal, assert_axe_clean, assert_fits, log_in, told_inside

pytestmark = pytest.mark.e2e
WIDTHS = (375, 1280)


@pytest.fixture(scope="session")
def addresses(portal: Portal) -> dict[str, str]:
    found: dict[str, str] = told_inside(portal, "desk_data.admin_addresses()")
    return found


@pytest.mark.parametrize("name", sorted(SHOWN.keys() - NOT_A_PAGE))
def test_page_is_accessible(
    portal: Portal, new_page: Callable[..., Page], addresses: dict[str, str], name: str
) -> None:
    page = new_page(viewport={"width": 1280, "height": 800})
    log_in(portal, page, SHOWN[name])
    answer = page.goto(addresses[name])
    assert (answer.status if answer else None) == 200
    assert_axe_clean(page)
    assert_fits(page, WIDTHS)
