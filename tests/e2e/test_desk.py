"""Filling in a 調書 in a browser: by keyboard, saved while typing, without network, session or JavaScript, by two."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import Portal, assert_axe_clean, log_in

Evaluations = dict[str, int]
SAVED = re.compile("に自動で保存しました$")


def address(evaluations: Evaluations, code: str) -> str:
    return f"/desk/evaluations/{evaluations[code]}/"


def assert_fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


def kept(page: Page) -> list[str]:
    return page.evaluate("() => Object.keys(localStorage).filter((key) => key.startsWith('typed:'))")


@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize(
    ("persona", "where"),
    [
        ("liaison", "/desk/"),
        ("manager", "/desk/"),
        ("ict_staff", "/desk/"),
        ("committee_viewer", "/desk/"),
        ("liaison", "1-1-120"),
        ("liaison", "1-2-201"),
        ("manager", "1-2-104"),
        ("manager", "1-2-104 return_by_manager/"),
        ("ict_staff", "1-2-104"),
        ("liaison", "/desk/papers/"),
        ("ict_staff", "/desk/papers/"),
        ("ict_staff", "/desk/papers/rounds/2016/"),
        ("committee_viewer", "/desk/papers/"),
        ("committee_viewer", "/desk/committee/"),
        ("committee_viewer", "/desk/committee/2016/"),
        ("committee_viewer", "/desk/committee/2016/measures/1-1/"),
        ("ict_staff", "/desk/rounds/2017/"),
        ("ict_staff", "/desk/rounds/2017/publish/"),
        ("administrator", "/accounts/roles/"),
        ("administrator", "/accounts/audit/"),
        ("administrator", "/admin/accounts/department/reorganise/"),
    ],
)
def test_pages_are_accessible_and_fit(
    persona: str,
    where: str,
    width: int,
    portal: Portal,
    new_page: Callable[..., Page],
    evaluations: Evaluations,
) -> None:
    page = new_page(viewport={"width": width, "height": 900})
    log_in(portal, page, persona)
    code, _, end = where.partition(" ")
    page.goto(where if where.startswith("/") else address(evaluations, code) + end)
    assert_axe_clean(page)
    assert_fits(page)


def test_the_whole_form_by_keyboard_alone(desk: Page, evaluations: Evaluations) -> None:
    desk.goto(address(evaluations, "1-1-101"))
    desk.locator("#id_plan_change").focus()
    seen: list[str] = []
    for _ in range(60):
        desk.keyboard.press("Tab")
        control = desk.evaluate("document.activeElement.name ?? ''") or ""
        button = desk.evaluate("document.activeElement.textContent.trim()")
        if button == "保存する":
            break
        seen.append(control)
        if control in {"settlement", "next_budget"}:
            desk.keyboard.type("1200")
        elif control in {"grade", "outlook"} or control.endswith("-reached"):
            desk.keyboard.press("Space")
        elif control.endswith("-actual"):
            desk.keyboard.type(
                "1300" if "件" in desk.evaluate("document.activeElement.parentElement.textContent") else "9"
            )
        elif control in {"results", "grade_reason", "outcomes", "problems", "next_plan"}:
            desk.keyboard.type("キーボードで書きました。")
    expect(desk.locator("#lacking")).to_contain_text("必要な項目はすべて記入しました", timeout=15_000)
    assert {"results", "settlement", "grade", "outcomes", "problems", "outlook", "next_plan"} <= set(seen)
    desk.keyboard.press("Tab")
    assert desk.evaluate("document.activeElement.textContent.trim()") == "提出する"
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/desk/")
    expect(desk.locator(".messages")).to_contain_text("を提出しました。次は課長の承認です。")
    expect(desk.locator("section[aria-labelledby=handed-on]")).to_contain_text("1-1-101")


def test_typing_is_saved_after_two_seconds_and_the_rest_follows(desk: Page, evaluations: Evaluations) -> None:
    desk.goto(address(evaluations, "1-1-102"))
    expect(desk.locator("#save-status")).to_have_text("まだ保存していません")
    before = desk.locator("#lacking summary").inner_text()
    desk.locator("#id_results").fill("書いている途中の文章")
    desk.locator("input[name$='-actual']").first.fill("1,300件")
    expect(desk.locator("#count-results")).to_have_text("10字（4,000字まで）")
    expect(desk.locator("#save-status")).to_have_text(SAVED)
    assert desk.locator("#lacking summary").inner_text() != before
    expect(desk.locator("#suggestion")).to_contain_text("2 目標を上回って達成")
    assert kept(desk) == []
    assert_axe_clean(desk)
    desk.reload()
    expect(desk.locator("#id_results")).to_have_value("書いている途中の文章")
    expect(desk.locator("input[name$='-actual']").first).to_have_value("1,300")


def test_what_cannot_be_read_is_told_at_the_field_and_stays(desk: Page, evaluations: Evaluations) -> None:
    desk.goto(address(evaluations, "1-1-103"))
    desk.locator("#id_settlement").fill("12,30o")
    desk.locator("#id_outcomes").fill("成果です。")
    expect(desk.locator("#error-settlement")).to_contain_text("『12,30o』は金額として読めません。")
    expect(desk.locator("#id_settlement")).to_have_attribute("aria-invalid", "true")
    expect(desk.locator("#save-status")).to_contain_text("読めない入力が1か所あり、そこは保存していません")
    desk.locator("input[name$='-actual']").first.fill("１２oと読めないもの")
    expect(desk.locator(".row-card .field-error p").first).to_be_visible()
    for width in (768, 1024, 1280):
        desk.set_viewport_size({"width": width, "height": 900})
        beside = desk.locator("input[name$='-no_actual_reason']").first.bounding_box()
        assert beside is not None
        assert beside["width"] > 250, width
        assert_fits(desk)
    assert_axe_clean(desk)
    desk.locator("input[name$='-actual']").first.fill("")
    desk.locator("#id_settlement").fill("12,300")
    expect(desk.locator("#save-status")).to_have_text(SAVED)
    expect(desk.locator("#error-settlement")).to_be_empty()


def test_what_is_missing_jumps_to_its_field(desk: Page, evaluations: Evaluations) -> None:
    desk.goto(address(evaluations, "1-1-104"))
    desk.locator("#lacking summary").press("Enter")
    for width in (1024, 768, 360):
        desk.set_viewport_size({"width": width, "height": 900})
        missing = desk.locator("#lacking ol").bounding_box()
        assert missing is not None
        assert missing["x"] >= 0, width
        assert missing["x"] + missing["width"] <= width
    desk.set_viewport_size({"width": 1280, "height": 900})
    desk.get_by_role("link", name="達成度を選んでください。").press("Enter")
    expect(desk.locator("#id_grade_0")).to_be_focused()
    expect(desk.locator("#item-grade .aid")).to_be_visible()
    expect(desk.locator("#item-results .aid")).to_be_hidden()
    box, bar = desk.locator("#id_grade_0").bounding_box(), desk.locator(".form-bar").bounding_box()
    assert box is not None
    assert bar is not None
    assert box["y"] + box["height"] < bar["y"]


def test_guidance_and_last_year_stand_beside_the_field_and_below_it_on_a_tablet(
    desk: Page, evaluations: Evaluations
) -> None:
    desk.goto(address(evaluations, "1-1-105"))
    desk.locator("#id_results").focus()
    aid = desk.locator("#item-results .aid")
    expect(aid).to_contain_text("平成28(2016)年度の記入")
    field, beside = desk.locator("#id_results").bounding_box(), aid.bounding_box()
    assert field is not None
    assert beside is not None
    assert beside["x"] > field["x"] + field["width"]
    desk.set_viewport_size({"width": 768, "height": 900})
    expect(aid.locator(".aid-body")).to_be_hidden()
    aid.locator("summary").click()
    expect(aid.locator(".aid-body")).to_be_visible()
    assert_axe_clean(desk)
    assert_fits(desk)


def test_without_the_network_text_waits_and_is_saved_when_it_is_back(
    desk: Page, evaluations: Evaluations, expected_faults: list[str]
) -> None:
    expected_faults.append("ERR_INTERNET_DISCONNECTED")
    desk.goto(address(evaluations, "1-1-106"))
    desk.context.set_offline(True)
    desk.locator("#id_results").fill("電車の中で書いた文章")
    expect(desk.locator("#save-status")).to_contain_text("通信できません。入力はこのパソコンに残しています。")
    assert len(kept(desk)) == 1
    desk.context.set_offline(False)
    expect(desk.locator("#save-status")).to_have_text(SAVED)
    assert kept(desk) == []


def test_a_tab_closed_without_network_loses_nothing(
    desk: Page, evaluations: Evaluations, expected_faults: list[str]
) -> None:
    expected_faults.append("ERR_INTERNET_DISCONNECTED")
    desk.goto(address(evaluations, "1-1-107"))
    desk.context.set_offline(True)
    desk.locator("#id_results").fill("閉じたタブの文章")
    desk.locator("#id_grade_1").check()
    expect(desk.locator("#save-status")).to_contain_text("通信できません。")
    context = desk.context
    desk.close()
    context.set_offline(False)
    again = context.new_page()
    again.goto(address(evaluations, "1-1-107"))
    expect(again.locator("#id_results")).to_have_value("")
    again.get_by_role("button", name="入力を元に戻す").click()
    expect(again.locator("#id_results")).to_have_value("閉じたタブの文章")
    expect(again.locator("#id_grade_1")).to_be_checked()
    expect(again.locator("#save-status")).to_have_text(SAVED)
    assert kept(again) == []


def test_a_tab_closed_at_once_is_saved_on_its_way_out(desk: Page, evaluations: Evaluations) -> None:
    desk.goto(address(evaluations, "1-1-108"))
    context = desk.context
    desk.locator("#id_results").fill("すぐに閉じたタブの文章")
    desk.close(run_before_unload=True)
    again = context.new_page()
    expect(again.locator("body")).to_be_attached()
    for _ in range(20):
        again.goto(address(evaluations, "1-1-108"))
        if again.locator("#id_results").input_value():
            break
        again.wait_for_timeout(200)
    expect(again.locator("#id_results")).to_have_value("すぐに閉じたタブの文章")


def test_a_session_that_ended_is_taken_up_again_after_a_log_in_elsewhere(
    portal: Portal, new_page: Callable[..., Page], evaluations: Evaluations, expected_faults: list[str]
) -> None:
    expected_faults.append("status of 403")
    page = new_page(viewport={"width": 1280, "height": 900})
    log_in(portal, page, "liaison", fresh=True)
    page.goto(address(evaluations, "1-1-109"))
    page.context.clear_cookies()
    page.locator("#id_results").fill("長い会議の後で書いた文章")
    expect(page.locator("#save-status")).to_contain_text("ログインの有効時間が過ぎました。")
    assert_axe_clean(page)
    other = page.context.new_page()
    log_in(portal, other, "liaison", fresh=True)
    page.bring_to_front()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#save-status")).to_have_text(SAVED)
    assert kept(page) == []


def test_somebody_elses_log_in_does_not_save_for_them(
    portal: Portal, new_page: Callable[..., Page], evaluations: Evaluations, expected_faults: list[str]
) -> None:
    expected_faults.extend(["status of 403", "status of 404"])
    page = new_page(viewport={"width": 1280, "height": 900})
    log_in(portal, page, "liaison", fresh=True)
    page.goto(address(evaluations, "1-1-110"))
    page.context.clear_cookies()
    log_in(portal, page.context.new_page(), "manager", fresh=True)
    page.locator("#id_results").fill("ほかの人の名で保存しない文章")
    expect(page.locator("#save-status")).to_contain_text("別の利用者がログインしています。")


def test_two_tabs_are_compared_and_nothing_is_lost(
    desk: Page, evaluations: Evaluations, expected_faults: list[str]
) -> None:
    expected_faults.append("status of 409")
    other = desk.context.new_page()
    desk.goto(address(evaluations, "1-1-111"))
    other.goto(address(evaluations, "1-1-111"))
    other.locator("#id_results").fill("窓口は3か所です。")
    expect(other.locator("#save-status")).to_have_text(SAVED)
    desk.locator("#id_results").fill("窓口は5か所です。")
    desk.locator("#id_problems").fill("人手が足りません。")
    desk.get_by_role("button", name="両方の内容を見比べる").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("ほかの保存と重なりました")
    expect(desk.locator(".conflict-field").first).to_contain_text("窓口は3か所です。")
    assert_axe_clean(desk)
    desk.set_viewport_size({"width": 375, "height": 800})
    assert_fits(desk)
    desk.locator(".conflict-field").first.get_by_label("両方をつなげる").check()
    desk.get_by_role("button", name="選んだ内容で保存する").click()
    expect(desk.locator("#id_results")).to_have_value("窓口は3か所です。\n窓口は5か所です。")
    expect(desk.locator("#id_problems")).to_have_value("人手が足りません。")
    expect(desk.locator("#session-restore")).to_be_hidden()
    assert kept(desk) == []


def test_leaving_and_saving_at_once_is_not_two_people(desk: Page, evaluations: Evaluations) -> None:
    """The save on its way and the button meet: the button waits."""
    desk.goto(address(evaluations, "1-1-112"))

    def slowly(route: Route) -> None:
        desk.wait_for_timeout(500)
        route.continue_()

    desk.route("**/autosave/", slowly)
    desk.locator("#id_results").fill("一度目")
    with desk.expect_request("**/autosave/"):
        desk.wait_for_timeout(2100)
    desk.locator("#id_results").fill("二度目")
    desk.get_by_role("button", name="保存する", exact=True).last.click()
    expect(desk.locator(".messages")).to_contain_text("を保存しました。")
    expect(desk.locator("#id_results")).to_have_value("二度目")


def test_a_double_click_submits_once(desk: Page, evaluations: Evaluations) -> None:
    desk.goto(address(evaluations, "1-2-201"))
    desk.get_by_role("button", name="提出する").dblclick()
    expect(desk.locator(".messages")).to_contain_text(re.compile("を提出しました。|すでに提出しています。"))
    desk.goto(address(evaluations, "1-2-201"))
    expect(desk.locator(".course-steps strong")).to_have_text(["提出", "課長の差戻し", "提出"])


def test_logging_out_forgets_what_was_typed(
    portal: Portal, new_page: Callable[..., Page], evaluations: Evaluations, expected_faults: list[str]
) -> None:
    expected_faults.append("ERR_INTERNET_DISCONNECTED")
    expected_faults.append("status of 400")  # the save on its way when the session ends, which Django refuses so
    page = new_page(viewport={"width": 1280, "height": 900})
    log_in(portal, page, "liaison", fresh=True)
    page.goto(address(evaluations, "1-1-113"))
    page.context.set_offline(True)
    page.locator("#id_results").fill("捨てる文章")
    expect(page.locator("#save-status")).to_contain_text("通信できません。")
    page.context.set_offline(False)
    page.get_by_role("button", name="ログアウトする").first.click()
    page.wait_for_url(f"{portal.url}/")
    assert kept(page) == []


def test_the_manager_returns_with_a_reason_and_the_liaison_reads_it_at_the_field(
    portal: Portal, new_page: Callable[..., Page], evaluations: Evaluations
) -> None:
    page = new_page(viewport={"width": 1280, "height": 900})
    log_in(portal, page, "manager")
    page.goto("/desk/")
    page.get_by_role("link", name=re.compile("^1-2-101")).first.click()
    page.get_by_role("link", name="差し戻す").click()
    page.get_by_role("button", name="差し戻す").click()
    expect(page.locator(".error-summary")).to_contain_text("差し戻す理由を入力してください。")
    assert_axe_clean(page)
    page.get_by_label("差し戻す理由").fill("成果に数量を入れてください。")
    page.get_by_label("成果", exact=True).check()
    page.get_by_role("button", name="差し戻す").click()
    expect(page.locator(".messages")).to_contain_text("を差し戻しました。")

    liaison = new_page(viewport={"width": 1280, "height": 900})
    log_in(portal, liaison, "liaison")
    liaison.goto(address(evaluations, "1-2-101"))
    expect(liaison.locator("#item-outcomes .remark")).to_contain_text("成果に数量を入れてください。")
    assert_axe_clean(liaison)


def test_the_manager_endorses_and_the_staff_accepts(
    portal: Portal, new_page: Callable[..., Page], evaluations: Evaluations
) -> None:
    page = new_page(viewport={"width": 768, "height": 900})
    log_in(portal, page, "manager")
    page.goto(address(evaluations, "1-2-102"))
    page.get_by_label("コメント").fill("よくまとまっています。")
    page.get_by_role("button", name="承認する").click()
    expect(page.locator(".messages")).to_contain_text("を承認しました。次はICT推進課の確認です。")
    staff = new_page(viewport={"width": 1280, "height": 900})
    log_in(portal, staff, "ict_staff")
    staff.goto(address(evaluations, "1-2-102"))
    expect(staff.locator(".course")).to_contain_text("よくまとまっています。")
    staff.get_by_role("button", name="確認する").click()
    expect(staff.locator(".messages")).to_contain_text("を確認しました。次は公表です。")


def test_without_javascript_everything_can_be_done(
    portal: Portal, new_page: Callable[..., Page], evaluations: Evaluations
) -> None:
    page = new_page(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    log_in(portal, page, "liaison")
    page.goto(address(evaluations, "1-1-114"))
    expect(page.locator("#item-results .aid-body")).to_be_hidden()
    page.locator("#item-results .aid summary").click()
    expect(page.locator("#item-results .aid-body")).to_contain_text("平成28(2016)年度の記入")
    page.locator("#id_results").fill("JavaScriptなしで書きました。")
    page.locator("#id_settlement").fill("千")
    page.get_by_role("button", name="保存する", exact=True).last.click()
    expect(page.locator(".error-summary")).to_contain_text("決算額：『千』は金額として読めません。")
    expect(page.locator("#id_results")).to_have_value("JavaScriptなしで書きました。")
    page.locator("#id_settlement").fill("１，２００千円")
    page.get_by_role("button", name="提出する").click()
    expect(page.locator(".error-summary")).to_contain_text("か所の入力が必要です")
    page.locator(".error-summary a").first.click()
    assert "#id_" in page.url
