"""What goes on record: log-ins and their failures, changes in the admin, what was looked at, what was refused."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.test import Client, RequestFactory

from accounts import audit
from accounts.adapter import NOTED
from accounts.models import AuditEntry, Department, User
from plan.models import Plan, Term
from tests.accounts.test_second_factor import code_of
from tests.factories import PASSWORD, DepartmentFactory, UserFactory
from tests.plan.admin_forms import admin_url, opened, sent

pytestmark = pytest.mark.django_db

ClientOf = Callable[[Any], Client]
Record = tuple[str, str, str, dict[str, Any]]

LOGIN = "/accounts/login/"
CLIENT = "192.0.2.7"


def trail() -> list[Record]:
    """Kind, staff number, object and details of every record, the oldest first; the chain is checked on the way."""
    # A client that is logged in without the page leaves no record: nobody but a test does so.
    assert not AuditEntry.objects.exists() or audit.verify().fault == ""
    entries = AuditEntry.objects.order_by("number")
    return [(entry.kind, entry.staff_number, entry.about, entry.facts) for entry in entries]


def assert_no_secret_in_the_database(*secrets: str) -> None:
    rows = [" ".join(map(str, row)) for row in AuditEntry.objects.values_list()]
    assert [row for row in rows for secret in secrets if secret in row] == []


def log_in(client: Client, login: str, password: str = PASSWORD) -> Any:
    return client.post(LOGIN, {"login": login, "password": password})


@pytest.fixture
def browser() -> Client:
    return Client(REMOTE_ADDR=CLIENT)


@pytest.fixture
def person(db: None) -> User:
    return UserFactory.create(name="試験 太郎", staff_number="AB0123", email="taro@city.example")


# ── Logging in and out ───────────────────────────────────────────────────────
def test_a_log_in_and_a_log_out_are_recorded(browser: Client, person: User) -> None:
    log_in(browser, "ab0123")
    browser.post("/accounts/logout/")
    assert trail() == [("logged_in", "AB0123", "", {"方法": ["パスワード"]}), ("logged_out", "AB0123", "", {})]
    entries = AuditEntry.objects.order_by("number")
    assert [(e.person, e.person_name, e.path, e.client) for e in entries] == [
        (person, "試験 太郎", "/accounts/login/", CLIENT),
        (person, "試験 太郎", "/accounts/logout/", CLIENT),
    ]
    assert_no_secret_in_the_database(PASSWORD)


def test_the_log_out_of_the_admin_is_the_same(administrator: User, client_of: ClientOf) -> None:
    client = client_of(administrator)
    assert client.post("/admin/logout/").headers["Location"] == "/"
    assert trail() == [("logged_out", administrator.staff_number, "", {})]
    assert client.get("/accounts/me/").status_code == 302


def test_a_log_out_of_nobody_is_not_recorded(browser: Client) -> None:
    browser.post("/accounts/logout/")
    assert trail() == []


def test_failures_and_the_lockout_are_recorded_under_the_account(browser: Client, person: User) -> None:
    for _ in range(5):
        log_in(browser, "taro@city.example", "wrong-password")
    log_in(browser, "AB0123")
    method = {"方法": "パスワード"}
    assert trail() == [("log_in_failed", "AB0123", "", method)] * 5 + [("locked_out", "AB0123", "", method)]
    assert set(AuditEntry.objects.values_list("client", flat=True)) == {CLIENT}
    assert_no_secret_in_the_database("wrong-password", PASSWORD)


def test_what_was_typed_for_an_unknown_account_is_not_recorded(browser: Client) -> None:
    """People type their password into the wrong field."""
    log_in(browser, "my-secret-password", "another-secret")
    assert trail() == [("log_in_failed", "", "登録のない利用者", {"方法": "パスワード"})]
    assert_no_secret_in_the_database("my-secret-password", "another-secret")


@pytest.mark.parametrize("period", ["ended", "coming"])
def test_an_account_out_of_its_period_is_recorded_as_a_failure(browser: Client, period: str) -> None:
    user = UserFactory.create(**{period: True})
    log_in(browser, user.staff_number)
    reason = {"理由": "利用できないアカウント（利用期間の外など）"}
    assert trail() == [("log_in_failed", user.staff_number, "", reason)]


def test_a_demo_account_outside_the_demo_is_recorded_as_a_failure(browser: Client, settings: Any) -> None:
    user = UserFactory.create(is_demo=True)
    settings.MODE = "production"
    log_in(browser, user.staff_number)
    assert [record[0] for record in trail()] == ["log_in_failed"]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "client_address"),
    [
        (0, "203.0.113.9", CLIENT),
        (1, "203.0.113.9, 198.51.100.4", "198.51.100.4"),
        (2, "203.0.113.9, 198.51.100.4", "203.0.113.9"),
        (2, "203.0.113.9", CLIENT),
        (1, "nonsense", ""),
    ],
)
def test_the_client_is_found_behind_the_trusted_proxies(
    rf: RequestFactory, settings: Any, proxies: int, forwarded: str, client_address: str
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    request = rf.get("/", REMOTE_ADDR=CLIENT, headers={"x-forwarded-for": forwarded})
    assert audit.client_address(request) == client_address


# ── Passwords and second factors ─────────────────────────────────────────────
def test_a_new_password_is_recorded(browser: Client, person: User) -> None:
    browser.force_login(person)
    new = "a-brand-new-secret"
    browser.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert trail() == [("password_changed", "AB0123", "", {"内容": "変更した"})]
    assert_no_secret_in_the_database(PASSWORD, new)


def test_a_password_reset_by_mail_is_recorded_without_its_key(browser: Client, person: User) -> None:
    browser.post("/accounts/password/reset/", {"email": person.email})
    path = re.search(r"http://testserver(/\S+)", str(mail.outbox[0].body))[1]  # type: ignore[index]  # found, or the test fails
    address = browser.get(path, follow=True).redirect_chain[-1][0]
    browser.post(address, {"password1": "a-brand-new-secret", "password2": "a-brand-new-secret"})
    assert trail() == [("password_changed", "AB0123", "", {"内容": "メールから再設定した"})]
    assert_no_secret_in_the_database("a-brand-new-secret", path.rstrip("/").rpartition("/")[2])


def test_a_second_factor_is_recorded_from_its_set_up_to_its_end(
    person: User, browser: Client, django_capture_on_commit_callbacks: Any
) -> None:
    log_in(browser, "AB0123")
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    secret = browser.get("/accounts/2fa/totp/activate/").context["form"].secret
    with django_capture_on_commit_callbacks(execute=True):
        browser.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    spare = Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES).wrap().get_unused_codes()
    again = Client(REMOTE_ADDR=CLIENT)
    log_in(again, "AB0123")
    again.post("/accounts/2fa/authenticate/", {"code": "000000"})
    again.post("/accounts/2fa/authenticate/", {"code": spare[0]})
    browser.post("/accounts/2fa/totp/deactivate/")
    assert trail() == [
        ("logged_in", "AB0123", "", {"方法": ["パスワード"]}),
        ("second_factor_changed", "AB0123", "", {"内容": "認証アプリを登録した"}),
        ("log_in_failed", "AB0123", "", {"方法": "二要素認証"}),
        ("logged_in", "AB0123", "", {"方法": ["パスワード", "リカバリーコード"]}),
        ("second_factor_changed", "AB0123", "", {"内容": "認証アプリを解除した"}),
    ]
    assert_no_secret_in_the_database(PASSWORD, secret, spare[0])


def test_too_many_wrong_codes_are_recorded_as_a_lockout(person: User, browser: Client) -> None:
    TOTP.activate(person, generate_totp_secret())
    log_in(browser, "AB0123")
    for _ in range(6):
        browser.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert [record[0] for record in trail()] == ["log_in_failed"] * 5 + ["locked_out"]


def test_a_security_key_that_is_refused_is_recorded(person: User, browser: Client) -> None:
    TOTP.activate(person, generate_totp_secret())
    log_in(browser, "AB0123")
    browser.post("/accounts/2fa/authenticate/", {"credential": '{"a": 1}'})
    assert trail() == [("log_in_failed", "AB0123", "", {"方法": "二要素認証"})]


def test_an_administrator_who_ends_a_second_factor_is_recorded(
    administrator: User, person: User, client_of: ClientOf
) -> None:
    TOTP.activate(person, generate_totp_secret())
    chosen = {"action": "end_second_factor", "_selected_action": [person.pk]}
    client_of(administrator).post("/admin/accounts/user/", chosen)
    details = {"内容": "管理画面で二要素認証を解除した"}
    assert trail() == [("second_factor_changed", administrator.staff_number, "利用者「試験 太郎」", details)]


def test_every_kind_of_notice_is_recorded_under_the_person(person: User) -> None:
    """Also where no request is at hand; all that allauth tells people by mail."""
    adapter = get_adapter()
    for prefix in NOTED:
        adapter.send_notification_mail(prefix, person)
    assert trail() == [(kind.value, "AB0123", "", {"内容": words}) for kind, words in NOTED.values()]


# ── The admin ────────────────────────────────────────────────────────────────
INLINES = {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}


def test_people_and_their_roles_are_recorded_with_what_changed(
    administrator: User, person: User, division: Department, client_of: ClientOf
) -> None:
    form = {
        "staff_number": person.staff_number,
        "name": "試験 次郎",
        "email": person.email,
        **INLINES,
        "memberships-TOTAL_FORMS": "1",
        "memberships-0-user": person.pk,
        "memberships-0-role": "manager",
        "memberships-0-department": division.pk,
    }
    client_of(administrator).post(f"/admin/accounts/user/{person.pk}/change/", form)
    details = {"操作": "変更", "内容": "氏名 を変更しました。 役割 “所管課長（試験福祉課）” を追加しました。"}
    assert trail() == [("changed", administrator.staff_number, "利用者「試験 次郎」", details)]
    assert AuditEntry.objects.get().path == f"/admin/accounts/user/{person.pk}/change/"


def test_a_new_account_is_recorded_without_its_password(administrator: User, client_of: ClientOf) -> None:
    new = {
        "staff_number": "AB0999",
        "name": "試験 新人",
        "email": "shinjin@city.example",
        "password1": PASSWORD,
        "password2": PASSWORD,
        **INLINES,
    }
    client_of(administrator).post("/admin/accounts/user/add/", new)
    assert trail() == [
        ("changed", administrator.staff_number, "利用者「試験 新人」", {"操作": "登録", "内容": "追加されました。"})
    ]
    assert_no_secret_in_the_database(PASSWORD)


def test_a_password_set_by_an_administrator_is_recorded_as_such(
    administrator: User, person: User, client_of: ClientOf
) -> None:
    new = {"password1": "another-long-secret", "password2": "another-long-secret", "usable_password": "true"}
    client_of(administrator).post(f"/admin/accounts/user/{person.pk}/password/", new)
    assert [record[:3] for record in trail()] == [
        ("password_changed", administrator.staff_number, "利用者「試験 太郎」")
    ]
    assert_no_secret_in_the_database("another-long-secret")


def test_a_department_is_recorded(ict_staff: User, client_of: ClientOf) -> None:
    department = DepartmentFactory.create(name="情報課")
    form = {
        "code": department.code,
        "name": "情報管理課",
        "bureau": department.bureau_id,
        "valid_from": "2016-04-01",
        "valid_to": "",
    }
    client_of(ict_staff).post(f"/admin/accounts/department/{department.pk}/change/", form)
    details = {"操作": "変更", "内容": "名称 を変更しました。"}
    assert trail() == [("changed", ict_staff.staff_number, "組織「情報管理課」", details)]


def test_a_refused_form_leaves_no_record(ict_staff: User, client_of: ClientOf) -> None:
    client_of(ict_staff).post("/admin/accounts/department/add/", {"code": "", "name": ""})
    assert trail() == []


@pytest.fixture
def term() -> Term:
    return Term.objects.create(
        plan=Plan.objects.get(slug="2016"), number=99, name="試験語", reading="しけんご", explanation="説明。"
    )


def test_the_plan_is_recorded_from_change_to_deletion_and_back(
    ict_staff: User, term: Term, client_of: ClientOf
) -> None:
    client = client_of(ict_staff)
    sent(client, term, opened(client, term) | {"explanation": "新しい説明。", "reason": "分かりやすくするため"})
    first = term.history.earliest().pk
    client.post(admin_url(term, "delete"), {"reason": "使わないため", "expected_version": term.version + 1})
    client.post(admin_url(term, "version", first), {"reason": "要るため", "expected_version": ""})
    title = "用語「試験語」"
    assert trail() == [
        ("changed", ict_staff.staff_number, title, {"操作": "変更", "内容": "分かりやすくするため"}),
        ("changed", ict_staff.staff_number, title, {"操作": "削除"}),
        ("changed", ict_staff.staff_number, title, {"操作": "以前の状態に戻した", "内容": "要るため"}),
    ]
    assert set(AuditEntry.objects.values_list("path", flat=True)) == {admin_url(term, "change")}


def test_a_form_without_a_change_leaves_no_record(ict_staff: User, term: Term, client_of: ClientOf) -> None:
    client = client_of(ict_staff)
    sent(client, term, opened(client, term) | {"reason": "何もしない"})
    assert trail() == []


# ── Personal data and refusals ───────────────────────────────────────────────
def test_who_looks_at_people_is_recorded_once_for_each_page(
    administrator: User, person: User, client_of: ClientOf
) -> None:
    client = client_of(administrator)
    own = f"/admin/accounts/user/{person.pk}"
    version = person.history.latest().pk
    for address in (f"{own}/change/", f"{own}/history/", f"{own}/history/{version}/", f"{own}/password/"):
        assert client.get(address).status_code == 200
    client.get("/admin/accounts/user/?q=太郎")
    who = administrator.staff_number
    seen: Record = ("saw_personal_data", who, "利用者「試験 太郎」", {})
    listed = ("saw_personal_data", who, "利用者の一覧", {"件数": 1, "条件": "q=太郎"})
    assert trail() == [*[seen] * 4, listed]


@pytest.mark.parametrize("address", ["/admin/accounts/user/add/", "/admin/accounts/department/", "/accounts/me/"])
def test_pages_without_other_people_are_not_recorded(address: str, administrator: User, client_of: ClientOf) -> None:
    assert client_of(administrator).get(address).status_code == 200
    assert trail() == []


def test_a_filter_of_people_that_makes_no_sense_shows_nobody(administrator: User, client_of: ClientOf) -> None:
    response = client_of(administrator).get("/admin/accounts/user/?e=1&is_demo__exact=foo")
    assert (response.status_code, trail()) == (200, [])


@pytest.mark.parametrize("address", ["999999/change/", "x/change/", "999999/history/"])
def test_a_person_who_is_not_there_is_not_seen(address: str, administrator: User, client_of: ClientOf) -> None:
    client_of(administrator).get(f"/admin/accounts/user/{address}")
    assert trail() == []


def test_what_is_refused_is_recorded(ict_staff: User, client_of: ClientOf) -> None:
    client_of(ict_staff).get("/admin/accounts/user/")
    assert trail() == [("denied", ict_staff.staff_number, "", {"操作": "画面を開く"})]
    assert AuditEntry.objects.get().path == "/admin/accounts/user/"


def test_a_refused_csrf_token_is_recorded(liaison: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(liaison)
    assert client.post("/accounts/logout/").status_code == 403
    assert trail() == [("denied", liaison.staff_number, "", {"操作": "送信"})]


def test_refusals_of_citizens_are_not_recorded(client: Client) -> None:
    assert client.get("/accounts/session/").status_code == 403
    assert trail() == []


def test_public_pages_and_files_are_not_recorded(ict_staff: User, client_of: ClientOf) -> None:
    client = client_of(ict_staff)
    for address in ("/", "/plans/2016/glossary.csv", "/search/?q=情報"):
        client.get(address)
    assert trail() == []
