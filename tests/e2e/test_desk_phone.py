"""What stands beside on a screen and below for others: for who reads, and on a phone, where long lists are lists."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Portal, assert_axe_clean, log_in


def test_on_a_phone_the_contents_of_a_paper_are_at_hand_and_long_lists_do_not_scroll_sideways(
    portal: Portal, new_page: Callable[..., Page]
) -> None:
    page = new_page(viewport={"width": 375, "height": 667})
    log_in(portal, page, "ict_staff")
    page.goto("/desk/papers/rounds/2016/")
    contents, count = page.locator("#preview-body"), page.locator("#preview-count")
    expect(count).to_be_in_viewport()
    expect(contents).to_be_hidden()
    before = count.inner_text()
    page.locator("#preview > summary").click()
    expect(contents).to_be_in_viewport()
    assert_axe_clean(page)
    page.locator("input[value=glossary]").uncheck()
    expect(count).not_to_have_text(before)
    page.locator("input[name=recipient]").scroll_into_view_if_needed()
    expect(contents).to_be_in_viewport()
    page.locator("input[name=recipient]").fill("総務委員会 委員長")
    page.locator("button[name=order]").click()
    page.wait_for_url("**/desk/papers/*/")
    lists = {
        "liaison": ["/desk/"],
        "manager": ["/desk/"],
        "ict_staff": ["/desk/", "/desk/papers/", "/desk/rounds/2017/publish/"],
        "administrator": ["/accounts/audit/"],
        "committee_viewer": ["/desk/", "/desk/committee/2016/", "/desk/committee/2016/measures/1-1/"],
    }
    for persona, addresses in lists.items():
        if persona != "ict_staff":
            page = new_page(viewport={"width": 375, "height": 667})
            log_in(portal, page, persona)
        for address_ in addresses:
            page.goto(address_)
            frames = page.locator(".table-frame").evaluate_all(
                "all => all.map(one => one.scrollWidth - one.clientWidth)"
            )
            assert max(frames, default=0) == 0, address_


def test_who_reads_finds_guidance_and_last_year_below_each_field(
    portal: Portal, new_page: Callable[..., Page], evaluations: dict[str, int]
) -> None:
    page = new_page(viewport={"width": 1280, "height": 900})
    log_in(portal, page, "manager")
    page.goto(f"/desk/evaluations/{evaluations['1-2-103']}/")
    aid = page.locator("#item-results .aid")
    aid.locator("summary").press("Enter")
    expect(aid).to_contain_text("平成28(2016)年度の記入")
    assert_axe_clean(page)


@pytest.mark.parametrize("width", [375, 1280])
def test_notes_and_reasons_count_their_characters(
    width: int, portal: Portal, new_page: Callable[..., Page], evaluations: dict[str, int]
) -> None:
    page = new_page(viewport={"width": width, "height": 900})
    log_in(portal, page, "liaison")
    page.goto(f"/desk/evaluations/{evaluations['1-1-119']}/")
    note = page.locator("input[name$='-note']").first
    count = page.locator(f"#count-{note.get_attribute('name')}")
    expect(count).to_have_text("0字（300字まで）")
    note.fill("あ" * 301)
    expect(count).to_have_text("301字（1字多すぎます）")
    note.fill("試行を始めました。")
    expect(count).to_have_text("9字（300字まで）")
    assert_axe_clean(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    manager = new_page(viewport={"width": width, "height": 900})
    log_in(portal, manager, "manager")
    manager.goto(f"/desk/evaluations/{evaluations['1-2-103']}/return_by_manager/")
    manager.get_by_label("差し戻す理由").fill("数量を入れてください。")
    expect(manager.locator("#count-comment")).to_have_text("11字（4,000字まで）")
