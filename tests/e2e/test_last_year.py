"""From the last year of a programme into the next one: the plans wait, the programme is made, the plans are there."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Portal, assert_axe_clean, log_in, told_inside

PAGE = "/desk/rounds/last-2017/next-year/"
PLAN = "対象を広げて実施します。"


def test_what_was_accepted_in_the_last_year_is_the_plan_of_the_next_programme(
    portal: Portal, new_page: Callable[..., Page]
) -> None:
    told_inside(portal, "desk_data.make_last_year()")
    staff = new_page(viewport={"width": 1280, "height": 900})
    log_in(portal, staff, "ict_staff")
    the_plans_wait(staff)
    make_the_next_programme(staff)
    confirm_the_plans(staff)


def the_plans_wait(staff: Page) -> None:
    staff.goto(PAGE)
    expect(staff.locator("main")).to_contain_text("次のプログラムがまだないので、作成するまで反映を待ちます（2件）。")
    expect(staff.get_by_role("button", name="選んだ案の反映へ進む")).to_have_count(0)
    assert_axe_clean(staff)
    staff.get_by_role("link", name=re.compile("見比べて決める.*1-1-701")).click()
    expect(staff.locator("main")).to_contain_text("まだ反映できません。")
    expect(staff.get_by_role("button", name="反映する", exact=True)).to_have_count(0)
    assert_axe_clean(staff)


def make_the_next_programme(staff: Page) -> None:
    """The first action is split in two; the second goes on under its code."""
    staff.goto(PAGE)
    staff.get_by_role("link", name="次のプログラムを作成する").click()
    staff.locator("[name=slug]").fill("last-next")
    staff.locator("[name=title]").fill("最後の年度の次のプログラム")
    staff.locator("tr", has_text="1-1-701").locator("input:visible").fill("1-1-701、1-1-799")
    staff.get_by_role("button", name="確認へ進む").click()
    staff.get_by_role("button", name="この内容で作成する").click()
    expect(staff.locator(".messagelist")).to_contain_text("を作成しました。取組は3件です。")


def confirm_the_plans(staff: Page) -> None:
    staff.goto(PAGE)
    table = staff.locator(".proposals")
    for words in ("次の取組 1-1-701", "次の取組 1-1-799", "次の取組 1-1-702"):
        expect(table).to_contain_text(words)
    assert_axe_clean(staff)
    staff.get_by_role("button", name="反映待ち2件すべての反映へ進む").click()
    expect(staff.locator("main")).to_contain_text("まだ何も反映していません。")
    assert_axe_clean(staff)
    staff.get_by_role("button", name="この内容で反映する").click()
    expect(staff.locator(".messages")).to_contain_text("2件を平成30(2018)年度の計画に反映しました。")
    staff.goto(f"{PAGE}?state=confirmed")
    expect(table.locator("tbody tr")).to_have_count(3)
    expect(table.locator("tbody tr").filter(has_text="次の取組 1-1-799")).to_contain_text(PLAN)
