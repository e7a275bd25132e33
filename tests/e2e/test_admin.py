"""Keeping the plan in a browser: rows in order, preview, two people at once, versions; axe on every changed page."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Portal, assert_axe_clean, log_in

FORM = "/admin/plan/direction/1/change/"
TERM = "/admin/plan/term/2/change/"


@pytest.fixture(params=[1280, 375])
def staff(request: pytest.FixtureRequest, portal: Portal, new_page: Callable[..., Page]) -> Page:
    """A browser of ICT推進課, on a desk and on a phone."""
    page = new_page(viewport={"width": request.param, "height": 900})
    log_in(portal, page, "ict_staff")
    return page


def rows(page: Page) -> list[str]:
    return [
        row.input_value() for row in page.locator("[data-rows-list] > [data-row] textarea").all() if row.input_value()
    ]


def numbers(page: Page) -> list[str]:
    return [field.input_value() for field in page.locator("[data-rows-list] input[name$='-position']").all()]


def assert_fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


@pytest.mark.parametrize(
    "address",
    [
        "/admin/",
        "/admin/plan/measure/",
        "/admin/plan/section/",
        "/admin/plan/section/1/change/",
        "/admin/plan/figure/1/change/",
        "/admin/plan/plan/1/change/",
        FORM,
        TERM,
        "/admin/plan/direction/add/",
        "/admin/plan/term/1/versions/",
        "/admin/plan/term/1/delete/",
        "/admin/plan/direction/1/delete/",
        "/admin/plan/term/deleted/",
        "/admin/plan/revision/",
        "/admin/plan/mending/1/change/",
    ],
)
def test_pages_are_accessible_and_fit(staff: Page, address: str) -> None:
    staff.goto(address)

    assert_axe_clean(staff)
    assert_fits(staff)


def test_rows_move_by_keyboard(staff: Page) -> None:
    staff.goto(FORM)
    first, second, *rest = rows(staff)

    staff.locator("[data-row-down]").first.press("Enter")

    assert rows(staff) == [second, first, *rest]
    assert numbers(staff) == [str(number) for number in range(1, len(rest) + 4)]
    assert staff.evaluate("document.activeElement.hasAttribute('data-row-down')")
    expect(staff.locator("[data-rows-status]")).to_have_text("2番目に移動しました。")


def test_rows_move_by_dragging(staff: Page) -> None:
    staff.goto(FORM)
    first, second, *rest = rows(staff)
    handle = staff.locator("[data-row-handle]").nth(1)
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    assert box is not None

    staff.mouse.move(box["x"] + 5, box["y"] + 5)
    staff.mouse.down()
    staff.mouse.move(box["x"] + 5, box["y"] - 300, steps=10)
    staff.mouse.up()

    assert rows(staff) == [second, first, *rest]
    assert numbers(staff)[:2] == ["1", "2"]


def test_a_row_is_added_and_takes_the_focus(staff: Page) -> None:
    staff.goto(FORM)
    count = staff.locator("[data-rows-list] > [data-row]").count()

    staff.locator("[data-rows-add]").click()

    expect(staff.locator(f"textarea[name='items-{count}-text']")).to_be_focused()
    assert_axe_clean(staff)


def test_without_javascript_numbers_and_the_empty_row_do_the_same(
    portal: Portal, new_page: Callable[..., Page]
) -> None:
    page = new_page(java_script_enabled=False)
    log_in(portal, page, "ict_staff")
    page.goto("/admin/plan/direction/2/change/")
    before = rows(page)
    page.locator("textarea[name='items-0-text']").fill("理由のない書き換え")
    page.get_by_role("button", name="保存する", exact=True).click()
    expect(page.locator("#id_reason_error, .field-reason .errorlist").first).to_be_visible()
    page.locator("textarea[name='items-0-text']").fill(before[0])
    page.locator(f"textarea[name='items-{len(before)}-text']").fill("加えた項目")
    page.locator("#id_reason").fill("試験のため")
    page.get_by_role("button", name="保存する", exact=True).click()

    page.goto("/admin/plan/direction/2/change/")
    assert rows(page) == [*before, "加えた項目"]


def test_the_preview_opens_beside_the_form_with_its_tooltips(staff: Page) -> None:
    staff.goto("/admin/plan/section/1/change/")
    staff.locator("#id_body").fill("ワンストップのサービスを試験します。")

    with staff.context.expect_page() as opened:
        staff.get_by_role("button", name="プレビュー").click()

    preview = opened.value
    expect(preview.locator(".preview-banner").first).to_contain_text("まだ保存していません")
    preview.locator("a.term").first.focus()
    expect(preview.locator("#term-tooltip")).to_be_visible()
    assert_axe_clean(preview)
    assert_fits(preview)


def test_two_people_at_the_same_text(staff: Page, portal: Portal) -> None:
    other = staff.context.new_page()
    staff.goto(TERM)
    other.goto(TERM)
    mark = str(staff.viewport_size)
    other.locator("#id_explanation").fill(f"ほかの人の説明 {mark}")
    other.locator("#id_reason").fill("先の理由")
    other.get_by_role("button", name="保存する", exact=True).click()
    expect(other.locator(".messagelist")).to_be_visible()

    staff.locator("#id_explanation").fill(f"わたしの説明 {mark}")
    staff.locator("#id_reason").fill("あとの理由")
    staff.get_by_role("button", name="保存する", exact=True).click()

    expect(staff.locator(".conflict")).to_contain_text("先の理由")
    expect(staff.locator("#id_explanation")).to_have_value(f"わたしの説明 {mark}")
    assert_axe_clean(staff)
    assert_fits(staff)
    staff.get_by_role("button", name="この内容で上書きする").click()
    staff.goto("/admin/plan/term/2/versions/")
    expect(staff.locator(".version").first).to_contain_text("あとの理由")
    assert_axe_clean(staff)
    staff.locator(".version a").nth(1).click()
    expect(staff.get_by_role("button", name="この状態に戻す")).to_be_visible()
    assert_axe_clean(staff)


def test_dates_say_nothing_of_the_hours_between_browser_and_server(
    portal: Portal, new_page: Callable[..., Page]
) -> None:
    page = new_page(timezone_id="America/New_York")
    log_in(portal, page, "ict_staff")
    page.goto("/admin/accounts/department/add/")
    warnings = page.locator(".timezonewarning")
    expect(warnings).to_have_count(2)
    expect(warnings.first).to_be_hidden()
    assert_axe_clean(page)
