"""Log-in, the warning before a session ends, and typed text that survives the end, in a browser."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import Portal, assert_axe_clean, log_in, told_inside

FORM = """
<form method="post" action="{action}">
  <label for="free">本文</label><textarea id="free" name="free"></textarea>
  <label for="secret">パスワード</label><input id="secret" type="password" name="password">
  <button type="submit" id="save">保存する</button>
</form>
"""


def with_form(page: Page, action: str = "/desk/try/") -> None:
    """The staff page with a form, at an address of its own; what is posted to `action` goes to the portal."""

    form = FORM.format(action=action)

    def answer(route: Route) -> None:
        if route.request.method != "GET":
            route.continue_()
            return
        page_of_mine = route.fetch(url=route.request.url.replace("/desk/try/", "/accounts/me/"))
        route.fulfill(response=page_of_mine, body=page_of_mine.text().replace("</main>", f"{form}</main>"))

    page.route("**/desk/try/", answer)


def seconds_left(page: Page, seconds: int) -> None:
    """What the portal answers when it is asked how long the session lasts."""

    def answer(route: Route) -> None:
        if route.request.method == "GET":
            route.fulfill(json={"seconds": seconds})
        else:
            route.continue_()

    page.route("**/accounts/session/", answer)


def kept(page: Page) -> dict[str, dict[str, str]]:
    """Address a form is sent to → field → text, as kept in this tab."""
    stored: dict[str, str] = page.evaluate("() => ({...sessionStorage})")
    return {key.split(":", 2)[2]: json.loads(text) for key, text in stored.items() if key.startswith("typed:")}


@pytest.mark.parametrize(
    "address",
    [
        "/accounts/me/",
        "/accounts/2fa/",
        "/accounts/password/change/",
        "/accounts/logout/",
        "/accounts/3rdparty/",
        "/admin/accounts/user/",
        "/admin/accounts/department/",
        "/admin/accounts/user/1/history/",
        "/accounts/audit/",
        "/accounts/audit/?since=2017-06-02&until=2017-06-01",
        "/accounts/roles/",
    ],
)
def test_pages_about_oneself_are_accessible(portal: Portal, page: Page, address: str) -> None:
    log_in(portal, page, "administrator")
    page.goto(portal.url + address)
    assert_axe_clean(page)


def test_the_warning_comes_in_time_and_keeps_the_session(portal: Portal, page: Page) -> None:
    log_in(portal, page, "liaison", fresh=True)
    page.clock.install()
    page.goto(f"{portal.url}/accounts/me/")
    seconds_left(page, 250)
    warning = page.get_by_role("alertdialog", name="まもなくログアウトします")
    page.clock.run_for(54 * 60 * 1000)
    expect(warning).to_be_hidden()
    page.clock.run_for(90 * 1000)
    expect(warning).to_be_visible()
    expect(warning).to_contain_text("あと5分でログアウトします")
    assert_axe_clean(page)
    expect(page.get_by_role("button", name="ログインを続ける")).to_be_focused()
    with page.expect_response(lambda r: r.url.endswith("/accounts/session/") and r.request.method == "POST") as answer:
        page.keyboard.press("Enter")
    assert answer.value.json() == {"seconds": 3600}
    expect(warning).to_be_hidden()


def test_the_end_is_told_and_the_text_stays(portal: Portal, page: Page) -> None:
    log_in(portal, page, "liaison", fresh=True)
    page.clock.install()
    with_form(page)
    page.goto(f"{portal.url}/desk/try/")
    page.get_by_label("本文").fill("書きかけ")
    seconds_left(page, 0)
    page.clock.run_for(61 * 60 * 1000)
    ended = page.get_by_role("alertdialog", name="ログアウトしました")
    expect(ended).to_be_visible()
    page.get_by_role("button", name="この画面に戻る").click()
    expect(ended).to_be_hidden()
    expect(page.get_by_label("本文")).to_have_value("書きかけ")


def test_text_sent_too_late_is_shown_and_restored_after_the_next_log_in(portal: Portal, page: Page) -> None:
    log_in(portal, page, "liaison", fresh=True)
    with_form(page)
    page.goto(f"{portal.url}/desk/try/")
    page.get_by_label("本文").fill("長い文章\n二行目")
    page.get_by_label("パスワード").fill("himitsu")
    page.context.clear_cookies()
    page.get_by_role("button", name="保存する").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("ログインの有効時間が過ぎました")
    expect(page.get_by_label("入力欄 1")).to_have_value("長い文章\n二行目")
    assert_axe_clean(page)
    assert kept(page) == {"/desk/try/": {"free#0": "長い文章\n二行目"}}

    log_in(portal, page, "liaison", fresh=True)
    page.goto(f"{portal.url}/desk/try/")
    expect(page.get_by_label("本文")).to_have_value("")
    assert_axe_clean(page)
    page.get_by_role("button", name="入力を元に戻す").click()
    expect(page.get_by_label("本文")).to_have_value("長い文章\n二行目")
    expect(page.get_by_label("本文")).to_be_focused()


def test_a_saved_text_is_not_kept(portal: Portal, page: Page) -> None:
    log_in(portal, page, "liaison", fresh=True)
    with_form(page, action="/accounts/email/")  # what a page of the portal does after a save: it redirects
    page.goto(f"{portal.url}/desk/try/")
    page.get_by_label("本文").fill("保存する文章")
    token = page.locator("input[name=csrfmiddlewaretoken]").first.input_value()
    page.locator("form:has(#free)").evaluate(
        """(form, token) => {
          const field = Object.assign(document.createElement("input"), {type: "hidden", value: token});
          field.name = "csrfmiddlewaretoken";
          form.append(field);
        }""",
        token,
    )
    page.get_by_role("button", name="保存する").click()
    # The page with the form has the same heading: only the address tells that the next page has loaded.
    page.wait_for_url(f"{portal.url}/accounts/me/")
    assert kept(page) == {}


def test_a_save_after_a_refusal_shown_at_another_address_leaves_nothing(portal: Portal, page: Page) -> None:
    """The form is sent to publish/schedule/, and what is wrong with it is told there."""
    told_inside(portal, "desk_data.make_at('accepted', 'refused')")
    log_in(portal, page, "ict_staff")
    page.goto("/desk/rounds/refused-2016/publish/")
    page.get_by_label("公表する時刻").fill("10:00")
    page.get_by_label("公表する日").fill("2017-01-01")
    page.get_by_role("button", name="この日時に公表する").click()
    page.wait_for_url("**/publish/schedule/")
    expect(page.locator(".error-summary")).to_contain_text("これからの日時を入力してください")
    expect(page.locator("#session-restore")).to_be_hidden()
    page.get_by_label("公表する日").fill("2030-01-04")
    page.get_by_role("button", name="この日時に公表する").click()
    page.wait_for_url("**/publish/")
    expect(page.locator("main")).to_contain_text("公表の日時が決まっています。")
    expect(page.locator("#session-restore")).to_be_hidden()
    assert kept(page) == {}


def test_a_refusal_shown_with_a_form_of_its_own_leaves_nothing(portal: Portal, page: Page) -> None:
    """The comment is typed on the page of the 調書; too long a one is shown again on the page of the step."""
    pk, _ = told_inside(portal, "desk_data.make_at('submitted', 'comment')")
    log_in(portal, page, "manager")
    page.goto(f"/desk/evaluations/{pk}/")
    page.get_by_label("コメント").fill("長" * 5000)
    page.get_by_role("button", name="承認する").click()
    page.wait_for_url("**/endorse/")
    page.get_by_label("コメント").fill("よくまとまっています。")
    page.get_by_role("button", name="承認する").click()
    page.wait_for_url("**/desk/")
    assert kept(page) == {}


def test_what_is_typed_in_another_form_of_the_page_stays(portal: Portal, page: Page) -> None:
    told_inside(portal, "desk_data.make_at('accepted', 'two-forms')")
    log_in(portal, page, "ict_staff")
    page.goto("/desk/rounds/two-forms-2016/publish/")
    page.get_by_label("公表する日").fill("2030-01-04")
    page.get_by_role("button", name="今すぐ公表する").click()
    page.wait_for_url("**/publish/now/")
    page.get_by_role("button", name="入力を元に戻す").click()
    expect(page.get_by_label("公表する日")).to_have_value("2030-01-04")


def test_logging_out_forgets_the_text(portal: Portal, page: Page) -> None:
    log_in(portal, page, "liaison", fresh=True)
    with_form(page)
    page.goto(f"{portal.url}/desk/try/")
    page.get_by_label("本文").fill("捨てる文章")
    page.wait_for_function("() => Object.keys(sessionStorage).length > 0")
    page.get_by_role("button", name="ログアウトする").first.click()
    page.wait_for_url(f"{portal.url}/")
    assert kept(page) == {}


def test_another_person_does_not_see_the_text(portal: Portal, page: Page) -> None:
    log_in(portal, page, "liaison", fresh=True)
    with_form(page)
    page.goto(f"{portal.url}/desk/try/")
    page.get_by_label("本文").fill("ほかの人の文章")
    page.wait_for_function("() => Object.keys(sessionStorage).length > 0")
    page.context.clear_cookies()
    log_in(portal, page, "manager", fresh=True)
    page.goto(f"{portal.url}/desk/try/")
    expect(page.get_by_role("button", name="入力を元に戻す")).to_be_hidden()
    assert kept(page) == {}


def test_an_app_is_set_up_in_the_browser(portal: Portal, page: Page, new_page: Callable[..., Page]) -> None:
    log_in(portal, page, "committee_viewer", fresh=True)
    page.goto(f"{portal.url}/accounts/2fa/totp/activate/")
    assert_axe_clean(page)
    page.get_by_label("パスワード").fill(portal.accounts["committee_viewer"][1])
    page.get_by_role("button", name="確認する").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("認証アプリの登録")
    expect(page.get_by_role("img", name="QRコード")).to_be_visible()
    assert_axe_clean(page)
    page.get_by_label("アプリに表示された6桁の数字").fill("000000")
    page.get_by_role("button", name="認証アプリを登録する").click()
    expect(page.get_by_label("アプリに表示された6桁の数字")).to_have_attribute("aria-invalid", "true")
    assert_axe_clean(page)
    page.goto(f"{portal.url}/accounts/2fa/webauthn/add/")
    assert_axe_clean(page)
