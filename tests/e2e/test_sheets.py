"""調書 as a workbook, in a browser: taken away, filled in elsewhere, looked at, decided, taken in, seen in the form."""

import re
from collections.abc import Callable
from pathlib import Path

from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from progress.models import Evaluation
from tests.e2e.conftest import Portal, assert_axe_clean, log_in
from tests.progress.sheets import answer_cell

PAGE = "/desk/sheets/desk-2017/"


def _taken_away(page: Page, folder: Path) -> Path:
    """The workbook 1件1シート, as the browser saves it."""
    with page.expect_download() as download:
        page.get_by_role("link", name="1件1シート").click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    return file


def _fill_in(file: Path, answers: dict[int, dict[str, str]]) -> None:
    """調書 → name of the answer → what somebody types into the file."""
    workbook = load_workbook(file)
    for pk, values in answers.items():
        for name, value in values.items():
            answer_cell(workbook, Evaluation(pk=pk), name).value = value
    workbook.save(file)


def _fits(page: Page) -> bool:
    fits: bool = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    return fits


def test_a_workbook_goes_out_and_comes_back(
    portal: Portal, new_page: Callable[..., Page], evaluations: dict[str, int], tmp_path: Path
) -> None:
    page = new_page(viewport={"width": 375, "height": 800}, accept_downloads=True)
    log_in(portal, page, "liaison")
    page.goto(PAGE)
    assert_axe_clean(page)
    assert _fits(page)
    file = _taken_away(page, tmp_path)
    assert file.name == "評価調書_desk-2017_見本市民課_1件1シート_見本データ.xlsx"
    first, second = evaluations["1-1-118"], evaluations["1-1-119"]
    _fill_in(
        file,
        {
            first: {"results": "ファイルに書いた実績です。", "settlement": "１，２３４千円"},
            second: {"results": "ファイルの文章", "outcomes": "ファイルの成果"},
        },
    )
    # meanwhile the second is written in the form as well
    page.goto(f"/desk/evaluations/{second}/")
    page.locator("#id_results").fill("画面の文章")
    expect(page.locator("#save-status")).to_have_text(re.compile("に自動で保存しました$"))

    page.goto(PAGE)
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="内容を確かめる").click()
    facts = page.locator(".round-facts li")
    expect(facts.filter(has_text="新しい記入")).to_have_text("新しい記入 3項目")
    expect(facts.filter(has_text="重なり")).to_have_text("重なり 1項目")
    expect(facts.filter(has_text="変わらない")).to_contain_text("変わらない ")
    expect(page.locator("table.changes").first).to_contain_text("1,234")
    assert_axe_clean(page)
    assert _fits(page)

    page.get_by_role("button", name="この内容で取り込む").click()
    expect(page.locator(".messages")).to_contain_text("どちらを残すかを選んでください。まだ何も取り込んでいません。")
    page.get_by_label("両方をつなげる").check()
    page.get_by_role("button", name="この内容で取り込む").click()
    expect(page.locator(".messages")).to_contain_text("を取り込みました。調書2件を保存しました。")
    expect(page.locator("h1")).to_have_text("取り込みの結果")
    assert_axe_clean(page)

    page.goto(f"/desk/evaluations/{first}/")
    expect(page.locator("#id_results")).to_have_value("ファイルに書いた実績です。")
    expect(page.locator("#id_settlement")).to_have_value("1,234")
    page.goto(f"/desk/evaluations/{second}/")
    expect(page.locator("#id_results")).to_have_value("画面の文章\nファイルの文章")
    expect(page.locator("#id_outcomes")).to_have_value("ファイルの成果")
