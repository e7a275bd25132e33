"""What a citizen meets in a real browser: wide and narrow, without script, on paper, by keyboard and touch."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, Response, expect

from accounts.demo import FIRST_DIVISION
from tests.e2e.conftest import Portal, assert_axe_clean
from tests.test_addresses import PUBLIC

pytestmark = pytest.mark.e2e

PAGES = sorted(
    reverse(name, kwargs=kwargs)
    for name, kwargs in PUBLIC.items()
    if name.startswith("plan:") and not name.endswith(("_csv", "_xml", "robots"))
)
MORE_PAGES = [
    "/search/?q=防災",
    "/search/?q=ありえないことばです",
    "/plans/2016/chapters/4/",
    "/plans/2016/measures/3-2/",
    "/plans/2016/figures/1-2/",
    "/plans/2016/figures/2-8/",
    "/plans/2016/figures/5-2/",
    "/accounts/login/",
    "/accounts/password/reset/",
    "/no/such/page/",
]
# The sample programme and its published year, which every demo holds.
SAMPLE_PAGES = [
    "/programs/",
    "/programs/2016/",
    "/programs/2016/?measure=1-1&sort=-title",
    "/programs/2016/actions/1-1-001/",
    "/programs/2016/departments/",
    f"/programs/2016/departments/{FIRST_DIVISION}/",
    "/programs/2016/directions/1-1-1/",
    "/progress/",
    "/progress/history/",
    "/progress/2016/",
    "/progress/2016/first/",
    "/progress/2016/measures/1-1/",
    "/progress/2016/actions/",
    "/progress/2016/actions/1-2-005/",
    "/progress/2016/actions/1-2-005/first/",
    "/progress/2016/departments/",
    f"/progress/2016/departments/{FIRST_DIVISION}/",
    "/progress/2016/corrections/",
    "/progress/2016/changes/",
]
MEASURE = "/plans/2016/measures/1-1/"
# The longest of each kind.
HEAVY_PAGES = [
    "/",
    "/plans/2016/",
    "/plans/2016/chapters/2/3/",
    "/plans/2016/measures/1-3/",
    "/plans/2016/figures/",
    "/plans/2016/glossary/",
    "/plans/2016/mendings/",
    "/plans/2016/periods/",
    "/search/?q=情報",
    "/programs/2016/",
    "/programs/2016/actions/1-1-001/",
    "/progress/2016/",
    "/progress/2016/actions/",
    "/progress/2016/actions/1-2-005/",
]
MOST_BYTES = 100 * 1024
MOST_REQUESTS = 5


@pytest.mark.parametrize("address", [*PAGES, *MORE_PAGES, *SAMPLE_PAGES])
def test_page_is_accessible(portal: Portal, page: Page, address: str) -> None:
    page.goto(portal.url + address)
    assert_axe_clean(page)


@pytest.mark.parametrize("width", [375, 1280, 1920])
def test_no_page_scrolls_sideways(portal: Portal, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    too_wide = {}
    for address in [*PAGES, *MORE_PAGES, *SAMPLE_PAGES]:
        page.goto(portal.url + address)
        excess = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if excess > 0:
            too_wide[address] = excess
    assert too_wide == {}


def test_no_page_scrolls_sideways_at_400_percent(portal: Portal, page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 256})
    too_wide = {}
    for address in (
        "/",
        MEASURE,
        "/plans/2016/glossary/",
        "/plans/2016/chapters/2/3/",
        "/plans/2016/periods/",
        *SAMPLE_PAGES,
    ):
        page.goto(portal.url + address)
        excess = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if excess > 0:
            too_wide[address] = excess
    assert too_wide == {}


def test_first_visit_is_light(portal: Portal, browser: Browser) -> None:
    heavy = {}
    for address in HEAVY_PAGES:
        context = browser.new_context(locale="ja-JP")
        page = context.new_page()
        responses: list[Response] = []

        def remember(response: Response, seen: list[Response] = responses) -> None:
            seen.append(response)

        page.on("response", remember)
        page.goto(portal.url + address, wait_until="networkidle")
        size = sum(response.request.sizes()["responseBodySize"] for response in responses)
        if size > MOST_BYTES or len(responses) > MOST_REQUESTS:
            heavy[address] = (size, len(responses))
        context.close()
    assert heavy == {}


@pytest.fixture
def page_without_script(portal: Portal, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=False, locale="ja-JP", base_url=portal.url)
    yield context.new_page()
    context.close()


def test_without_script_a_term_leads_to_its_entry_and_search_works(page_without_script: Page) -> None:
    page = page_without_script
    page.goto(MEASURE)
    page.locator("main a.term").first.click()
    expect(page).to_have_url(re.compile(r"/plans/2016/glossary/[0-9]+/$"))
    page.locator("header input[name=q]").fill("防災")
    page.locator("header input[name=q]").press("Enter")
    expect(page.locator("main mark").first).to_have_text("防災")


def test_term_opens_on_hover_and_stays_while_the_pointer_is_on_it(portal: Portal, page: Page) -> None:
    page.goto(portal.url + MEASURE)
    term = page.locator("main a.term").first
    term.hover()
    tooltip = page.locator("#term-tooltip")
    expect(tooltip).to_be_visible()
    tooltip.hover()
    page.wait_for_timeout(400)
    expect(tooltip).to_be_visible()
    page.mouse.move(2, 2)
    expect(tooltip).to_be_hidden()


def test_term_opens_on_focus_is_announced_and_closes_with_escape(portal: Portal, page: Page) -> None:
    page.goto(portal.url + MEASURE)
    term = page.locator("main a.term").first
    term.focus()
    tooltip = page.locator("#term-tooltip")
    expect(tooltip).to_be_visible()
    # What a screen reader reads with the link is what the tooltip shows.
    described = page.locator(f"#{term.get_attribute('aria-describedby')}").text_content() or ""
    expect(tooltip).to_contain_text(described.strip())
    page.keyboard.press("Escape")
    expect(tooltip).to_be_hidden()
    expect(term).to_be_focused()


def test_term_opens_on_touch_without_leaving_the_page(portal: Portal, browser: Browser) -> None:
    context = browser.new_context(
        has_touch=True, is_mobile=True, viewport={"width": 375, "height": 700}, locale="ja-JP"
    )
    page = context.new_page()
    page.goto(portal.url + MEASURE)
    page.locator("main a.term").first.tap()
    expect(page.locator("#term-tooltip")).to_be_visible()
    assert page.url == portal.url + MEASURE
    box = page.locator("#term-tooltip").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 375
    context.close()


def test_keyboard_alone_reaches_search_and_a_measure(portal: Portal, page: Page) -> None:
    page.goto(portal.url + "/")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("本文へ移動する")
    page.keyboard.press("Enter")
    reached = False
    for _ in range(80):
        page.keyboard.press("Tab")
        href = page.evaluate("document.activeElement.getAttribute('href') || ''")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", f"no visible focus on {href}"
        if href.endswith("/measures/1-1/"):
            reached = True
            break
    assert reached
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("参加と協働による市民自治の地域づくりの推進")


def test_printed_page_carries_the_explanations_and_no_navigation(portal: Portal, page: Page) -> None:
    page.goto(portal.url + MEASURE)
    expect(page.locator(".print-notes")).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.locator(".print-notes")).to_be_visible()
    expect(page.locator("header form")).to_be_hidden()
    terms = page.locator("main a.term").evaluate_all("links => [...new Set(links.map(link => link.dataset.term))]")
    notes = page.locator(".print-notes dt[id^=note-term-], .print-notes div[id^=note-term-]").evaluate_all(
        "notes => notes.map(note => note.id.replace('note-term-', ''))"
    )
    assert sorted(set(terms)) == sorted(notes)


def _sheets(page: Page, folder: Path) -> list[str]:
    """What each sheet of the printed page says, without blanks."""
    file = folder / "printed.pdf"
    page.pdf(path=file, prefer_css_page_size=True)
    text = subprocess.run(["pdftotext", "-layout", file, "-"], check=True, capture_output=True, text=True).stdout
    return ["".join(sheet.split()) for sheet in text.split("\f")[:-1]]


@pytest.mark.parametrize(
    ("address", "mark"),
    [
        ("/programs/2016/actions/3-2-009/", "見本データ"),
        (MEASURE, "見本データを含みます"),
        ("/plans/2016/glossary/", ""),
    ],
)
def test_every_sheet_says_that_it_shows_samples(
    portal: Portal, page: Page, tmp_path: Path, address: str, mark: str
) -> None:
    page.goto(portal.url + address)
    sheets = _sheets(page, tmp_path)
    assert len(sheets) > 2
    if mark:
        assert [sheet[: len(mark)] for sheet in sheets] == [mark] * len(sheets)
    else:
        assert not [sheet for sheet in sheets if "見本データ" in sheet]
    assert [sheet.endswith(f"{n}/{len(sheets)}") for n, sheet in enumerate(sheets, 1)] == [True] * len(sheets)


def test_long_frames_go_on_on_the_next_sheet_and_addresses_are_readable(
    portal: Portal, page: Page, tmp_path: Path
) -> None:
    page.goto(portal.url + "/programs/2016/actions/3-2-009/")
    sheets = _sheets(page, tmp_path)
    [legend] = [sheet for sheet in sheets if "達成度の見方" in sheet]
    assert "平成28(2016)年度計画" in legend[legend.index("達成度の見方") :]
    assert ("この取組の改定履歴をすべて見る" in "".join(sheets), "%2F" in "".join(sheets)) == (True, False)
    assert "ラーニング（/plans" not in "".join(sheets)  # terms are explained at the end, not by address


def test_copied_link_leads_to_the_item(portal: Portal, page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=portal.url)
    page.goto(portal.url + "/plans/2016/directions/1-1-1/")
    page.locator("button[data-copy]").first.click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == portal.url + "/plans/2016/directions/1-1-1/#item-1"
