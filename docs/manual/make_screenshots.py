"""Makes the pictures of the manual: `make manual`.

Starts what `make run` starts, with a database of its own on a free port, logs in as the
sample persons, clicks, and writes `docs/manual/images/*.png`: 1280 px wide, 64 colours.
No picture shows a password: they are typed on pages that are not photographed.
"""

import io
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from openpyxl import load_workbook
from PIL import Image
from playwright.sync_api import Browser, FloatRect, Page, sync_playwright

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
IMAGES = HERE / "images"
WIDTH, HEIGHT, COLOURS = 1280, 800, 64
START_SECONDS = 300
STAFF_NUMBERS = {
    "liaison": "D0001",
    "manager": "D0003",
    "ict_staff": "D0004",
    "committee_viewer": "D0005",
    "administrator": "D0006",
}


@dataclass
class Studio:
    """A running portal, a browser, and the passwords of the sample persons by persona."""

    url: str
    browser: Browser
    passwords: dict[str, str]

    def page(self, persona: str | None = None) -> Page:
        """A page of a new browser session; of a logged-in person if one is named."""
        context = self.browser.new_context(
            base_url=self.url, locale="ja-JP", timezone_id="Asia/Tokyo", viewport={"width": WIDTH, "height": HEIGHT}
        )
        context.set_default_timeout(15_000)
        page = context.new_page()
        if persona is not None:
            page.goto("/accounts/login/")
            page.locator("input[name=login]").fill(STAFF_NUMBERS[persona])
            page.locator("input[name=password]").fill(self.passwords[persona])
            page.get_by_role("button", name="ログインする").click()
            page.wait_for_url(lambda url: "/accounts/login/" not in url)
        return page


# ── The portal ───────────────────────────────────────────────────────────────
@contextmanager
def portal() -> Iterator[tuple[str, dict[str, str]]]:
    """A fresh demo installation: its address, and the passwords by persona."""
    with tempfile.TemporaryDirectory(prefix="portal-manual-") as name, socket.socket() as probe:
        folder = Path(name)
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
        probe.close()
        environment = {key: value for key, value in os.environ.items() if key not in {"SECRET_KEY", "ALLOWED_HOSTS"}}
        environment |= {
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "PORTAL_VAR_DIR": name,
            "DATABASE_URL": f"sqlite:///{folder / 'portal.sqlite3'}",
        }
        server = subprocess.Popen([ROOT / ".ci" / "serve"], env=environment, stdout=subprocess.DEVNULL)
        try:
            url = f"http://127.0.0.1:{port}"
            wait_until_ready(url, server)
            (accounts,) = json.loads((folder / "demo-accounts.json").read_text(encoding="utf-8")).values()
            yield url, {persona: account["password"] for persona, account in accounts.items()}
        finally:
            server.terminate()
            server.wait(30)


def wait_until_ready(url: str, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    sys.exit("The portal did not become ready.")


# ── Pictures ─────────────────────────────────────────────────────────────────
def shoot(page: Page, name: str, at: str | None = None, height: int = 640) -> None:
    """Saves what is seen, from the top or from the element `at` on; `height` is the most of it."""
    page.evaluate("document.fonts.ready")
    top = 0.0
    if at is not None:
        place = page.locator(at).first
        place.evaluate("e => window.scrollTo(0, e.getBoundingClientRect().top + scrollY - 16)")
        box = place.bounding_box()
        # The last things on a page cannot be scrolled to the top of the window.
        top = max(0.0, box["y"] - 16) if box else 0.0
    page.wait_for_timeout(250)
    clip: FloatRect = {"x": 0, "y": top, "width": WIDTH, "height": min(height, HEIGHT - top)}
    raw = page.screenshot(clip=clip, animations="disabled")
    with Image.open(io.BytesIO(raw)) as picture:
        few = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        few.save(IMAGES / f"{name}.png", optimize=True)
    print(f"{name}.png")


def pictures_of_logging_in(studio: Studio) -> None:
    page = studio.page()
    page.goto("/accounts/login/")
    shoot(page, "login", height=520)
    page = studio.page("ict_staff")
    page.goto("/accounts/me/")
    shoot(page, "my-page", height=800)
    page.goto("/accounts/2fa/")
    shoot(page, "second-factor", height=720)
    page.goto("/accounts/password/change/")
    shoot(page, "password-change", height=600)
    page.clock.install()
    page.goto("/accounts/me/")
    page.route("**/accounts/session/", lambda route: route.fulfill(json={"seconds": 250}))
    page.clock.run_for(56 * 60 * 1000)
    page.get_by_role("alertdialog").wait_for()
    shoot(page, "session-warning", height=600)


def pictures_of_reading(studio: Studio) -> None:
    page = studio.page()
    page.goto("/")
    shoot(page, "home", height=760)
    page.goto("/search/?q=クラウド")
    shoot(page, "search", height=760)
    page.goto("/plans/2016/glossary/")
    shoot(page, "glossary", height=640)
    page.goto("/plans/2016/measures/3-1/")
    term = page.locator("main a.term").first
    term.evaluate("e => window.scrollTo(0, e.getBoundingClientRect().top + scrollY - 200)")
    term.hover()
    page.locator("#term-tooltip").wait_for()
    shoot(page, "tooltip", height=560)
    page.mouse.move(0, 0)
    shoot(page, "citation", at=".citation", height=300)
    page.goto("/data/")
    shoot(page, "data", height=700)


def pictures_of_keeping(studio: Studio) -> None:
    page = studio.page("ict_staff")
    page.goto("/admin/")
    shoot(page, "admin-home", height=760)
    page.goto("/admin/plan/direction/")
    shoot(page, "admin-list", height=640)
    page.locator("#result_list tbody a").first.click()
    shoot(page, "admin-form", height=700)
    shoot(page, "admin-rows", at="section.rows", height=620)
    shoot(page, "admin-reason", at="fieldset:has(#id_reason)", height=360)
    page.goto("/admin/plan/section/1/change/")
    page.get_by_text("本文の書き方").click()
    shoot(page, "admin-markdown", at="fieldset:has(#id_body)", height=720)
    page.locator("#id_body").fill(
        "### 小見出し\n\nクラウドを使います。**大切なこと**は次の2つです。\n\n- ひとつめ\n- ふたつめ"
    )
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="プレビュー").click()
    opened.value.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    opened.value.locator(".rendered").wait_for()
    shoot(opened.value, "preview", at=".rendered-field:has(.prose)", height=480)
    page.goto("/admin/plan/term/1/change/")
    shoot(page, "term-form", height=700)
    page.goto("/admin/plan/term/1/delete/")
    shoot(page, "term-in-use", height=560)


def save(page: Page, address: str, field: str, text: str, reason: str) -> None:
    page.goto(address)
    page.locator(field).fill(text)
    page.locator("#id_reason").fill(reason)
    page.get_by_role("button", name="保存する", exact=True).click()


def pictures_of_versions(studio: Studio) -> None:
    page, other = studio.page("ict_staff"), studio.page("ict_staff")
    form, field = "/admin/plan/term/2/change/", "#id_explanation"
    page.goto(form)
    written = page.locator(field).input_value()
    save(other, form, field, f"{written}市の窓口でも使います。", "市での使われ方を加えたため")
    shoot(other, "saved", height=420)
    page.locator(field).fill(f"{written}（総務省の定義による）")
    page.locator("#id_reason").fill("定義の出所を示すため")
    page.get_by_role("button", name="保存する", exact=True).click()
    page.locator(".conflict").wait_for()
    shoot(page, "conflict", height=800)
    page.goto("/admin/plan/term/2/versions/")
    shoot(page, "versions", height=760)
    page.locator(".version a").nth(1).click()
    shoot(page, "restore", at="section:has(#restore-heading)", height=560)
    page.goto("/plans/2016/revisions/")
    shoot(page, "revisions", height=700)


def pictures_of_administration(studio: Studio) -> None:
    page = studio.page("administrator")
    page.goto("/admin/accounts/user/")
    shoot(page, "users", height=560)
    page.goto("/admin/accounts/user/add/")
    shoot(page, "user-add", height=700)
    page.goto("/admin/accounts/user/")
    page.get_by_role("link", name="D0001").click()
    shoot(page, "user-roles", at="#memberships-group", height=560)
    page.goto("/admin/accounts/department/")
    page.locator("#result_list tbody a").nth(1).click()
    shoot(page, "department", height=760)


def pictures_of_the_desk(studio: Studio) -> None:
    page, other = studio.page("liaison"), studio.page("liaison")
    page.goto("/desk/")
    shoot(page, "desk-home", height=760)
    waiting = page.locator("section[aria-labelledby=waiting]")
    draft = waiting.locator(".task", has_text="記入中").get_by_role("link").first.get_attribute("href") or ""
    returned = waiting.locator(".task", has_text="差戻し").get_by_role("link").first.get_attribute("href") or ""
    page.goto(returned)
    page.locator("#id_results").focus()
    shoot(page, "desk-returned", at="#part-do", height=640)
    page.goto(draft)
    other.goto(draft)
    page.locator("#id_grade_2").focus()
    shoot(page, "desk-form", at="#part-check", height=800)
    written = page.locator("#id_results").input_value()
    other.locator("#id_results").fill(f"{written}窓口の案内も改めました。")
    other.get_by_role("button", name="保存する", exact=True).last.click()
    other.locator(".messages").wait_for()
    page.locator("#id_results").fill(f"{written}利用者への調査を2回行いました。")
    page.get_by_role("button", name="両方の内容を見比べる").click()
    page.locator(".conflict-field").first.wait_for()
    shoot(page, "desk-conflict", height=800)
    page = studio.page("manager")
    page.locator("section[aria-labelledby=waiting] .task").get_by_role("link").first.click()
    page.get_by_role("link", name="差し戻す").click()
    page.get_by_label("差し戻す理由").fill("成果に、減った時間や件数を入れてください。")
    page.get_by_label("成果", exact=True).check()
    page.evaluate("scrollTo(0, 0)")
    shoot(page, "desk-return", height=800)


def changed_cell(path: str, sheet: str, heading: str, text: str) -> None:
    """Writes the text below a heading of a workbook, into the first row that may be filled in."""
    book = load_workbook(path)
    page = book[sheet]
    head = next(cell for row in page.iter_rows(max_row=6) for cell in row if cell.value == heading)
    page.cell(row=head.row + 1, column=head.column).value = text
    book.save(path)


def sent_back(page: Page, link: str, sheet: str, heading: str, text: str) -> None:
    """Takes a workbook away, writes one cell, and looks at what it would change; the address is that of the upload."""
    with page.expect_download() as download:
        page.get_by_role("link", name=link).first.click()
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/{download.value.suggested_filename}"
        download.value.save_as(path)
        changed_cell(path, sheet, heading, text)
        if not page.locator("input[type=file]").count():
            page.get_by_role("link", name="取り込む").first.click()
        page.locator("input[type=file]").set_input_files(path)
        page.get_by_role("button", name="内容を確かめる").click()
        page.get_by_role("heading", level=1, name="取り込む内容を確かめる").wait_for()


def pictures_of_workbooks(studio: Studio) -> None:
    page = studio.page("ict_staff")
    page.goto("/desk/programs/")
    sent_back(page, "書き出す", "取組", "目的", "市政の情報を、いつでも、どの機器からでも得られるようにします。")
    shoot(page, "import-preview", at="main", height=760)
    page = studio.page("liaison")
    page.goto("/desk/sheets/2017/")
    shoot(page, "sheets", at="main", height=760)
    sent_back(page, "一覧（", "調書", "成果", "問合せの待ち時間が、平均で2分短くなりました。")
    shoot(page, "sheets-preview", at="main", height=760)


def pictures_of_a_round(studio: Studio) -> None:
    page = studio.page("ict_staff")
    page.goto("/desk/rounds/2017/")
    shoot(page, "round-overview", height=780)
    page.goto("/desk/rounds/2017/publish/")
    shoot(page, "round-publish", at="main", height=760)
    shoot(page, "round-books", at="section[aria-labelledby=books]", height=300)
    page.goto("/desk/papers/rounds/2016/")
    shoot(page, "paper-choice", height=780)
    page.goto("/admin/programs/action/")
    page.locator("#result_list tbody a").first.click()
    shoot(page, "action-form", height=740)
    page.goto("/admin/accounts/department/reorganise/")
    shoot(page, "reorganise", height=760)


def pictures_of_the_committee(studio: Studio) -> None:
    page = studio.page("committee_viewer")
    page.goto("/desk/committee/2016/")
    shoot(page, "committee", height=760)


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("Chromium is missing: .ci/system-packages test")
    IMAGES.mkdir(exist_ok=True)
    with portal() as (url, passwords), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        studio = Studio(url, browser, passwords)
        pictures_of_logging_in(studio)
        pictures_of_reading(studio)
        pictures_of_keeping(studio)
        pictures_of_versions(studio)
        pictures_of_administration(studio)
        pictures_of_the_desk(studio)
        pictures_of_workbooks(studio)
        pictures_of_a_round(studio)
        pictures_of_the_committee(studio)
        browser.close()


if __name__ == "__main__":
    main()
