"""What the form of a 調書 marks as needed follows what is chosen on it."""

from playwright.sync_api import Page, expect


def test_the_mark_of_the_next_plan_follows_the_outlook(desk: Page, evaluations: dict[str, int]) -> None:
    desk.goto(f"/desk/evaluations/{evaluations['1-1-116']}/")
    mark = desk.locator("label[for=id_next_plan] .required")
    expect(mark).to_be_visible()
    desk.locator("[data-ends] input").first.check()
    expect(mark).to_be_hidden()
    desk.locator("input[name=outlook]").first.check()
    expect(mark).to_be_visible()
