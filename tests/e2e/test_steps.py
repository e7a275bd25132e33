"""Pages that come up only after something was sent: each is clean for axe-core, and none scrolls sideways."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Portal, assert_axe_clean, assert_fits, log_in, told_inside

pytestmark = pytest.mark.e2e
WIDTHS = (375, 1280)


@pytest.fixture
def staff(portal: Portal, new_page: Callable[..., Page]) -> Page:
    page = new_page(viewport={"width": 1280, "height": 800})
    log_in(portal, page, "ict_staff")
    return page


def test_every_step_of_a_reorganisation(staff: Page) -> None:
    """A 課 is split in two: who takes what is chosen one by one. It is looked over, and not done."""
    staff.goto("/admin/accounts/department/reorganise/")
    staff.locator("[name=start-kind][value=split]").check()
    staff.locator("[name=start-departments]").first.check()
    _next(staff)
    for at in (0, 1):
        staff.locator(f"[name=to-code-{at}]").fill(f"Z-000{at}")
        staff.locator(f"[name=to-name-{at}]").fill(f"分けた{at}課")
    _next(staff)
    for select in staff.locator("select[name^=share-]").all():
        if select.is_visible():
            select.select_option(index=1)
    _next(staff)
    expect(staff.locator("[name=last-reason]")).to_be_visible()
    _assert_good(staff)


def test_both_pages_of_the_next_programme(staff: Page) -> None:
    staff.goto("/admin/programs/program/")
    staff.locator("#result_list tbody th a").last.click()
    staff.get_by_role("link", name="次のプログラムを作成する").click()
    staff.locator("[name=slug]").fill("steps-next")
    staff.locator("[name=title]").fill("次のプログラム")
    _assert_good(staff)
    staff.get_by_role("button", name="確認へ進む").click()
    expect(staff.get_by_role("button", name="入力に戻る")).to_be_visible()
    _assert_good(staff)


def test_the_preview_of_an_import(staff: Page) -> None:
    """Of the programme as it is, and of a file in which something is wrong."""
    workbook = staff.request.get("/desk/programs/2016/export.xlsx").body()
    empty = staff.request.get("/desk/programs/2016/template.xlsx").body()
    for content in (workbook, empty):
        staff.goto("/desk/programs/2016/import/")
        staff.locator("input[type=file]").set_input_files(
            {"name": "取組.xlsx", "mimeType": "application/octet-stream", "buffer": content}
        )
        staff.locator("main form button[type=submit]").first.click()
        staff.wait_for_url(re.compile(r"/import/\d+/$"))
        _assert_good(staff)


def test_the_page_of_a_paper(staff: Page) -> None:
    staff.goto("/desk/papers/")
    staff.get_by_role("button", name="正誤表を作る").first.click()
    staff.wait_for_url(re.compile(r"/desk/papers/\d+/$"))
    _assert_good(staff)


@pytest.mark.usefixtures("evaluations")
def test_what_is_looked_at_before_late_results_become_public(portal: Portal, staff: Page) -> None:
    told_inside(portal, "desk_data.make_late()")
    staff.goto("/desk/rounds/desk-2016/corrections/")
    staff.locator("input[name=pk]").first.check()
    staff.locator("#late-form [name=reason]").fill("確認が済んだため")
    staff.get_by_role("button", name="選んだ調書を確かめる").click()
    staff.wait_for_url("**/corrections/late/")
    _assert_good(staff)


def _next(page: Page) -> None:
    _assert_good(page)
    page.get_by_role("button", name="次へ進む").click()


def _assert_good(page: Page) -> None:
    assert_axe_clean(page)
    assert_fits(page, WIDTHS)
    page.set_viewport_size({"width": 1280, "height": 800})
