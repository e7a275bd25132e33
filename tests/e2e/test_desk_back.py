"""The back button does nothing twice, whether the browser asks for the page anew or shows the one it kept."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import Portal, log_in, told_inside


def go_back_to(page: Page, address: str, kept: str) -> None:
    """Back to a page as a browser shows it that kept it as it was (Playwright turns that off in Chromium)."""

    def show(route: Route) -> None:
        if route.request.method == "GET":
            route.fulfill(body=kept, content_type="text/html; charset=utf-8")
        else:
            route.continue_()

    page.route(f"**{address}", show)
    page.go_back()
    page.wait_for_url(f"**{address}")
    page.unroute(f"**{address}")


@pytest.mark.parametrize(
    ("persona", "status", "button", "done", "again", "steps"),
    [
        (
            "liaison",
            "draft",
            "提出する",
            "を提出しました。",
            {
                "提出する": "は、すでに提出しています。次は課長の承認です。",
                "保存する": "この調書は今「課長の承認待ち」のため、保存はできません。",
            },
            ["提出"],
        ),
        (
            "ict_staff",
            "endorsed",
            "確認する",
            "を確認しました。",
            {"確認する": "は、すでに確認しています。次は公表です。"},
            ["確認", "承認", "提出"],
        ),
    ],
)
def test_going_back_and_pressing_again_does_nothing_twice(
    persona: str,
    status: str,
    button: str,
    done: str,
    again: dict[str, str],
    steps: list[str],
    portal: Portal,
    new_page: Callable[..., Page],
) -> None:
    key = told_inside(portal, f"desk_data.make_at('{status}', 'back-{status}')")[0]
    address = f"/desk/evaluations/{key}/"
    page = new_page(viewport={"width": 1280, "height": 900})
    log_in(portal, page, persona)
    page.goto("/desk/")
    response = page.goto(address)
    assert response is not None
    kept = response.text()
    page.get_by_role("button", name=button, exact=True).click()
    page.wait_for_url("**/desk/")
    expect(page.locator(".messages")).to_contain_text(done)
    stored = told_inside(portal, f"desk_data.stored({key})")

    page.go_back()  # asked for anew: nothing is left to be pressed
    page.wait_for_url(f"**{address}")
    expect(page.locator(".evaluation-facts")).to_be_visible()
    expect(page.get_by_role("button", name=button, exact=True)).to_have_count(0)
    for name, message in again.items():
        page.goto("/desk/")
        go_back_to(page, address, kept)
        page.get_by_role("button", name=name, exact=True).last.click()
        expect(page.locator(".messages")).to_contain_text(message)
    expect(page.locator(".course-steps strong")).to_have_text(steps)
    assert told_inside(portal, f"desk_data.stored({key})") == stored
