"""A whole year of a programme in the browsers of those who take part: from the preparation to the correction."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from progress.business_days import add_business_days
from tests.e2e.conftest import Portal, assert_axe_clean, log_in, told_inside

ROUND = "/desk/rounds/year-2016/"
PUBLIC = "/progress/year-2016/"
FIRST, SECOND = "1-1-501", "1-1-502"
DRAFT_RESULTS = "窓口の案内を見直し、説明会を開きました。"
RESULTS = "窓口の案内を見直し、説明会を7回開きました。"
RIGHT_RESULTS = "窓口の案内を見直し、説明会を8回開きました。"
RETURNED_BECAUSE = "説明会の回数を書いてください。"
LEFT_OUT_BECAUSE = "決算が確定していないためです。"
CORRECTED_BECAUSE = "説明会の回数を数え誤っていたため。"
NEXT_PLAN = "説明会をすべての区で開きます。"


@dataclass
class People:
    """A browser each; the citizen has no account."""

    staff: Page
    liaison: Page
    manager: Page
    viewer: Page
    citizen: Page


@pytest.fixture
def people(portal: Portal, new_page: Callable[..., Page]) -> People:
    told_inside(portal, "desk_data.make_year()")
    pages = [new_page(viewport={"width": 1280, "height": 900}) for _ in range(5)]
    for page, persona in zip(pages, ["ict_staff", "liaison", "manager", "committee_viewer"], strict=False):
        log_in(portal, page, persona)
    return People(*pages)


def test_a_whole_year(people: People) -> None:
    prepare_and_open(people.staff)
    address = fill_in_and_submit(people.liaison)
    send_back(people.manager, address)
    mend(people.liaison, address)
    endorse(people.manager, address)
    see_nothing_yet(people.citizen)
    accept(people.staff, address)
    rate_a_measure(people.staff)
    nothing_for_the_committee_yet(people.viewer, address)
    release(people.staff)
    read_in_the_committee(people.viewer, address)
    leave_the_second_out(people.staff)
    see_nothing_yet(people.citizen)
    publish(people.staff)
    confirm_next_year(people.staff)
    read_what_is_public(people.citizen)
    correct(people.staff)
    read_the_correction(people.citizen)


# ── 準備と照会 ────────────────────────────────────────────────────────────────


def prepare_and_open(staff: Page) -> None:
    staff.goto("/desk/rounds/")
    assert_axe_clean(staff)
    staff.get_by_label("プログラム").select_option(label="一年を通す試験用プログラム（year）")
    staff.get_by_label("評価する年度").fill("平成28年度")
    staff.get_by_label("照会の開始日").fill("2017-04-17")
    staff.get_by_label("提出期限").fill(f"{add_business_days(timezone.localdate(), 5):%Y-%m-%d}")
    staff.get_by_label("アドレス").fill("year-2016")
    staff.get_by_role("button", name="準備する").click()
    expect(staff.locator(".messages")).to_contain_text("を準備しました。")
    expect(staff.locator("main")).to_contain_text("取組2件に、1件ずつ調書を作ります。")
    assert_axe_clean(staff)
    staff.get_by_role("button", name="照会を始める").click()
    staff.wait_for_url(f"**{ROUND}")
    expect(staff.locator(".matrix")).to_contain_text("見本")
    assert_axe_clean(staff)


# ── 記入、差戻し、承認 ────────────────────────────────────────────────────────


def fill_in_and_submit(liaison: Page) -> str:
    """The address of the 調書."""
    liaison.goto("/desk/")
    liaison.get_by_label("評価年度").select_option(label="すべての年度")
    liaison.get_by_label("言葉").fill(FIRST)
    liaison.get_by_role("button", name="しぼり込む").click()
    liaison.locator("tr", has_text=FIRST).get_by_role("link").click()
    liaison.wait_for_url("**/desk/evaluations/*/")
    address = liaison.url
    for number, actual in enumerate(["1,000件", "15"]):
        liaison.locator("input[name$='-actual']").nth(number).fill(actual)
    for field in liaison.locator("input[name$='-reached'][value=yes]").all():
        field.check()
    values = {
        "results": DRAFT_RESULTS,
        "settlement": "11,500",
        "grade_reason": "指標が目標に届いたためです。",
        "outcomes": "待つ人が減りました。",
        "problems": "特になし",
        "outlook_reason": "説明会を続けるためです。",
        "next_plan": NEXT_PLAN,
        "next_budget": "13,000",
    }
    for name, value in values.items():
        if liaison.locator(f"#id_{name}").is_editable():
            liaison.locator(f"#id_{name}").fill(value)
    liaison.locator("input[name=grade]").nth(2).check()
    liaison.locator("input[name=outlook]").nth(1).check()
    submit(liaison)
    return address


def submit(liaison: Page) -> None:
    liaison.get_by_role("button", name="提出する").click()
    liaison.wait_for_url("**/desk/")
    expect(liaison.locator(".messages")).to_contain_text("を提出しました。次は課長の承認です。")


def send_back(manager: Page, address: str) -> None:
    manager.goto(address)
    expect(manager.locator("main")).to_contain_text(DRAFT_RESULTS)
    manager.get_by_role("link", name="差し戻す").click()
    manager.get_by_label("差し戻す理由").fill(RETURNED_BECAUSE)
    manager.get_by_role("button", name="差し戻す").click()
    expect(manager.locator(".messages")).to_contain_text("を差し戻しました。")


def mend(liaison: Page, address: str) -> None:
    liaison.goto(address)
    expect(liaison.locator("main")).to_contain_text(RETURNED_BECAUSE)
    liaison.locator("#id_results").fill(RESULTS)
    submit(liaison)


def endorse(manager: Page, address: str) -> None:
    manager.goto(address)
    expect(manager.locator("main")).to_contain_text(RESULTS)
    manager.get_by_role("button", name="承認する").click()
    expect(manager.locator(".messages")).to_contain_text("を承認しました。次はICT推進課の確認です。")


# ── 確認、次年度、会議 ────────────────────────────────────────────────────────


def accept(staff: Page, address: str) -> None:
    """By way of the list and the page of what to read first."""
    staff.goto(f"{ROUND}evaluations/")
    staff.get_by_role("checkbox", name=FIRST).check()
    staff.get_by_role("button", name="選んだ調書を確認する").click()
    expect(staff.locator("h1")).to_have_text("まとめて確認する")
    expect(staff.locator("main")).to_contain_text("まだ何も確認していません。")
    assert_axe_clean(staff)
    staff.get_by_role("button", name="この内容で確認する").click()
    expect(staff.locator(".messages")).to_contain_text("1件の調書を確認しました。")
    staff.goto(address)
    expect(staff.locator(".course-steps strong")).to_have_text(["確認", "承認", "提出", "課長の差戻し", "提出"])


def confirm_next_year(staff: Page) -> None:
    staff.goto(f"{ROUND}next-year/")
    row = staff.locator(".proposals tbody tr").filter(has_text=FIRST)
    expect(row).to_contain_text(NEXT_PLAN)
    assert_axe_clean(staff)
    row.get_by_role("checkbox").check()
    staff.get_by_role("button", name="選んだ案の反映へ進む").click()
    assert_axe_clean(staff)
    staff.get_by_role("button", name="この内容で反映する").click()
    expect(staff.locator(".messages")).to_contain_text("反映しました")
    staff.goto("/programs/year/actions/1-1-501/")
    expect(staff.locator("main")).to_contain_text(NEXT_PLAN)


def rate_a_measure(staff: Page) -> None:
    staff.goto(f"{ROUND}measures/")
    assert_axe_clean(staff)
    staff.locator("main table tbody a").first.click()
    staff.locator("input[name=rating_id]").first.check()
    staff.locator("#id_reason").fill("取組が計画どおりに進んだためです。")
    assert_axe_clean(staff)
    staff.get_by_role("button", name="保存する").first.click()
    expect(staff.locator(".messages")).to_contain_text("保存しました")


def nothing_for_the_committee_yet(viewer: Page, address: str) -> None:
    assert status(viewer, "/desk/committee/year-2016/") == 404
    assert status(viewer, address) == 404


def release(staff: Page) -> None:
    staff.goto(ROUND)
    staff.get_by_role("button", name="会議に公開する").click()
    expect(staff.locator(".messages")).to_contain_text("を会議に公開しました。")


def read_in_the_committee(viewer: Page, address: str) -> None:
    viewer.goto("/desk/committee/year-2016/")
    expect(viewer.locator("main")).to_contain_text(FIRST)
    expect(viewer.locator("main")).not_to_contain_text(SECOND)
    assert_axe_clean(viewer)
    viewer.get_by_role("link", name=re.compile(FIRST)).click()
    viewer.wait_for_url(address)
    expect(viewer.locator("main")).to_contain_text(RESULTS)
    expect(viewer.locator("#evaluation-form")).to_have_count(0)
    expect(viewer.locator("main")).not_to_contain_text(RETURNED_BECAUSE)
    assert_axe_clean(viewer)
    second = int(address.rstrip("/").rpartition("/")[2]) + 1
    assert status(viewer, f"/desk/evaluations/{second}/") == 404
    assert status(viewer, ROUND) == 403


# ── 公表と訂正 ────────────────────────────────────────────────────────────────


def leave_the_second_out(staff: Page) -> None:
    staff.goto(f"{ROUND}publish/")
    assert_axe_clean(staff)
    staff.get_by_role("row").filter(has_text=SECOND).get_by_role("link").last.click()
    staff.locator("#id_reason").fill(LEFT_OUT_BECAUSE)
    assert_axe_clean(staff)
    staff.get_by_role("button", name="例外にする").click()


def publish(staff: Page) -> None:
    staff.goto(f"{ROUND}publish/")
    staff.get_by_label("公開ページと同じ見え方で、内容を確かめました").check()
    staff.get_by_role("button", name="今すぐ公表する").click()
    expect(staff.locator(".messages")).to_contain_text("公表しました")


def see_nothing_yet(citizen: Page) -> None:
    for address in (PUBLIC, f"{PUBLIC}actions/{FIRST}/", f"{PUBLIC}actions/{FIRST}/first/", f"{PUBLIC}actions.csv"):
        assert status(citizen, address) == 404
    citizen.goto("/search/?q=説明会を7回開きました")
    expect(citizen.locator("main")).not_to_contain_text("窓口の案内を見直し")


def read_what_is_public(citizen: Page) -> None:
    citizen.goto(PUBLIC)
    expect(citizen.locator("main")).to_contain_text("見本データ")
    assert_axe_clean(citizen)
    citizen.goto(f"{PUBLIC}actions/{FIRST}/")
    main = citizen.locator("main")
    for words in ("見本データ", RESULTS, "11,500", "ほぼ目標どおり"):
        expect(main).to_contain_text(words)
    expect(main).not_to_contain_text(RETURNED_BECAUSE)
    expect(citizen.get_by_role("heading", name="正誤")).to_have_count(0)
    assert_axe_clean(citizen)
    citizen.goto(f"{PUBLIC}actions/{SECOND}/")
    expect(main).to_contain_text(LEFT_OUT_BECAUSE)
    citizen.goto("/search/?q=説明会を7回開きました")
    expect(main.locator(f"a[href*='{PUBLIC}actions/{FIRST}/']")).not_to_have_count(0)


def correct(staff: Page) -> None:
    staff.goto(f"{ROUND}corrections/")
    assert_axe_clean(staff)
    staff.get_by_role("row").filter(has_text=FIRST).get_by_role("link").click()
    assert_axe_clean(staff)
    staff.locator("#id_results").fill(RIGHT_RESULTS)
    staff.get_by_label("訂正の理由").fill(CORRECTED_BECAUSE)
    staff.get_by_role("button", name="正誤を確かめる").click()
    expect(staff.locator("main")).to_contain_text(CORRECTED_BECAUSE)
    assert_axe_clean(staff)
    staff.get_by_role("button", name="訂正する").click()
    expect(staff.locator(".messages")).to_contain_text("を訂正しました。公開ページに正誤を示しています。")


def read_the_correction(citizen: Page) -> None:
    citizen.goto(f"{PUBLIC}actions/{FIRST}/")
    notice = citizen.locator(".correction")
    expect(notice).to_contain_text(CORRECTED_BECAUSE)
    expect(notice.locator(".correction-changes del")).to_contain_text("7")
    expect(notice.locator(".correction-changes ins")).to_contain_text("8")
    assert_axe_clean(citizen)
    notice.get_by_role("link", name="公表した当初の内容を見る").click()
    main = citizen.locator("main")
    expect(main).to_contain_text("公表した当初の内容です")
    expect(main).to_contain_text(RESULTS)
    expect(main).not_to_contain_text(RIGHT_RESULTS)
    assert_axe_clean(citizen)
    citizen.goto(f"{PUBLIC}corrections/")
    expect(main).to_contain_text(CORRECTED_BECAUSE)
    assert_axe_clean(citizen)


def status(page: Page, address: str) -> int:
    response = page.goto(address)
    assert response is not None
    return response.status
