"""What the form of a 調書 tells while it is being filled in: what is needed, and that its plan was copied anew."""

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Portal, assert_axe_clean, told_inside


def test_the_mark_of_the_next_plan_follows_the_outlook(desk: Page, evaluations: dict[str, int]) -> None:
    desk.goto(f"/desk/evaluations/{evaluations['1-1-116']}/")
    mark = desk.locator("label[for=id_next_plan] .required")
    expect(mark).to_be_visible()
    desk.locator("[data-ends] input").first.check()
    expect(mark).to_be_hidden()
    desk.locator("input[name=outlook]").first.check()
    expect(mark).to_be_visible()


def test_a_plan_copied_anew_is_told_and_nothing_typed_is_lost(
    portal: Portal, desk: Page, evaluations: dict[str, int]
) -> None:
    desk.goto(f"/desk/evaluations/{evaluations['1-1-117']}/")
    news = desk.locator("#replanned")
    expect(news).to_be_hidden()
    told_inside(portal, f"desk_data.plan_anew({evaluations['1-1-117']})")
    desk.locator("#id_results").fill("ひとつ")
    expect(news).to_contain_text("入力している間に、ICT推進課が今の計画を取り込みました。")
    assert_axe_clean(desk)
    desk.locator("#id_results").fill("ひとつ、ふたつ")
    desk.get_by_role("link", name="画面を開き直して、計画を確かめる").click()
    expect(news).to_be_hidden()
    expect(desk.locator("#id_results")).to_have_value("ひとつ、ふたつ")
