"""A 調書 goes to another 課 while somebody writes in it."""

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Portal, assert_axe_clean, told_inside


def test_what_is_typed_into_a_sheet_that_went_away_is_shown(
    portal: Portal, desk: Page, evaluations: dict[str, int], expected_faults: list[str]
) -> None:
    expected_faults.append("status of 409")
    desk.goto(f"/desk/evaluations/{evaluations['1-1-115']}/")
    taken_by = told_inside(portal, f"desk_data.give_away({evaluations['1-1-115']})")
    desk.locator("#id_results").fill("窓口は5か所です。")
    expect(desk.locator("#save-status")).to_contain_text(f"{taken_by}に移りました。")
    desk.get_by_role("button", name="入力した内容を表示する").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("調書は移りました")
    expect(desk.get_by_role("textbox", name="実績")).to_have_value("窓口は5か所です。")
    assert_axe_clean(desk)
    desk.get_by_role("link", name="評価調書の一覧に戻る").click()
    expect(desk.locator("#session-restore")).to_be_hidden()
