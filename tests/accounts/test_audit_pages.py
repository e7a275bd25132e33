"""The page of the audit trail, its file, and the page of roles."""

import csv
import datetime
import io
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import audit, audit_list
from accounts.enums import AuditKind, Role
from accounts.models import AuditEntry, User
from accounts.permissions import PERMISSIONS, Permission
from tests.factories import UserFactory
from tests.html_validity import validate
from tests.programs.factories import ProgramFactory

pytestmark = pytest.mark.django_db

PAGE = "/accounts/audit/"
FILE = "/accounts/audit/records.csv"
MOST_QUERIES = 12


@pytest.fixture
def administrator_client(administrator: User, client_of: Callable[[Any], Client]) -> Client:
    return client_of(administrator)


@pytest.fixture
def taro(db: None) -> User:
    return UserFactory.create(name="試験 太郎", staff_number="AB0123")


@pytest.fixture
def records(taro: User) -> None:
    """1 to 5, one a day from 30 May 2017; 2 begins in Japan on 31 May and in UTC on 30 May."""
    hanako = UserFactory.create(name="試験 花子", staff_number="CD0456")
    made: list[tuple[AuditKind, User | None, str, dict[str, object], str]] = [
        (AuditKind.LOGGED_IN, taro, "", {"方法": ["パスワード"]}, "2017-05-30T12:00+09:00"),
        (AuditKind.CHANGED, taro, "組織「情報課」", {"操作": "変更"}, "2017-05-31T00:30+09:00"),
        (AuditKind.CHANGED, hanako, '用語「"ICT"」', {"内容": '\\"引用\\"した'}, "2017-06-01T12:00+09:00"),
        (AuditKind.LOG_IN_FAILED, None, "登録のない利用者", {}, "2017-06-02T12:00+09:00"),
        (AuditKind.EXPORTED, hanako, "=cmd", {"件数": 1200}, "2017-06-03T12:00+09:00"),
    ]
    for kind, by, about, details, at in made:
        moment = datetime.datetime.fromisoformat(at)
        audit.record(kind, by=by, about=about, details=details, client="192.0.2.1", at=moment)


def listed(response: Any) -> list[int]:
    """The numbers in the table, as they stand on the page."""
    return [int(number) for number in re.findall(r'<th[^>]* data-label="番号">(\d+)</th>', response.content.decode())]


def read(response: Any) -> list[dict[str, str]]:
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


# ── Finding ──────────────────────────────────────────────────────────────────
@pytest.mark.usefixtures("records")
@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ("", [5, 4, 3, 2, 1]),
        ("kind=changed", [3, 2]),
        ("person=太郎", [2, 1]),
        ("person=ｃｄ０４５６", [5, 3]),
        ("person=試験", [5, 3, 2, 1]),
        ("since=2017-05-31&until=2017-06-01", [3, 2]),
        ("since=2017/06/02", [5, 4]),
        ("until=２０１７年５月３０日", [1]),
        ("words=情報課", [2]),
        ("words=組織 変更", [2]),
        ('words="ICT"', [3]),
        ('words=\\"引用\\"', [3]),
        ("words=192.0.2.1 パスワード", [1]),
        ("kind=changed&person=花子&since=2017-06-01&words=用語", [3]),
        ("kind=changed&person=太郎&words=用語", []),
        ("page=99", [5, 4, 3, 2, 1]),
        ("page=x&newest=x", [5, 4, 3, 2, 1]),
        ("newest=3", [3, 2, 1]),
    ],
)
def test_records_are_found_newest_first(administrator_client: Client, asked: str, numbers: list[int]) -> None:
    response = administrator_client.get(f"{PAGE}?{quote(asked, safe='=&')}")
    assert (listed(response), response.context["found"].total) == (numbers, len(numbers))


@pytest.mark.usefixtures("records")
def test_people_are_found_by_the_name_they_had(administrator_client: Client, taro: User) -> None:
    taro.name = "改姓 太朗"
    taro.save()
    assert listed(administrator_client.get(f"{PAGE}?person=試験 太郎")) == [2, 1]
    response = administrator_client.get(f"{PAGE}?person=改姓")
    assert (listed(response), "試験 太郎" in response.content.decode()) == ([2, 1], True)


@pytest.mark.usefixtures("records")
@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ("since=5月", "この日から：「5月」は日付として読めません。年月日を入力してください（例：2017-05-31）。"),
        (
            "since=2017-06-02&until=2017-06-01",
            "この日まで：2017-06-01は「この日から」の2017-06-02より前です。同じ日か、後の日を入力してください。",
        ),
        ("kind=nonsense", "種類：正しく選択してください。 nonsense は候補にありません。"),
        (f"words={'x' * 101}", "100"),
        ("words=%00", "対象・詳細に含む言葉：何か文字を入力してください。"),
    ],
)
def test_what_cannot_be_read_is_told_and_shows_nothing(administrator_client: Client, asked: str, error: str) -> None:
    page = administrator_client.get(f"{PAGE}?{asked}")
    assert (page.status_code, error in re.sub(r"<[^>]+>", "", page.content.decode()), listed(page)) == (200, True, [])
    assert administrator_client.get(f"{FILE}?{asked}").headers["Location"].startswith(PAGE)


@pytest.mark.usefixtures("records")
def test_nothing_found_says_what_to_do(administrator_client: Client) -> None:
    assert "当てはまる記録はありません" in administrator_client.get(f"{PAGE}?words=ありえない").content.decode()


def test_the_empty_trail_says_so(administrator_client: Client) -> None:
    assert "記録はまだありません" in administrator_client.get(PAGE).content.decode()


def test_what_is_recorded_meanwhile_does_not_move_the_pages(administrator_client: Client) -> None:
    for n in range(120):
        audit.record(AuditKind.CHANGED, by=None, about=f"{n}番目")
    first = administrator_client.get(f"{PAGE}?kind=changed")
    link = re.search(r'href="(\?[^"]+)" rel="next"', first.content.decode())[1].replace("&amp;", "&")  # type: ignore[index]  # found, or the test fails
    audit.record(AuditKind.CHANGED, by=None, about="間に加わった")
    second = administrator_client.get(PAGE + link)
    assert listed(first) + listed(second) == list(range(120, 20, -1))
    assert "<strong>120件</strong>の記録があります。51件目から100件目を表示しています。" in second.content.decode()


@pytest.mark.parametrize("asked", ["", "?kind=changed&person=試験&since=2017-01-01&words=番目"])
def test_the_page_takes_the_same_few_queries_for_many_records(administrator_client: Client, asked: str) -> None:
    user = UserFactory.create()

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert administrator_client.get(PAGE + asked).status_code == 200
        return len(captured)

    audit.record(AuditKind.CHANGED, by=user, about="0番目")
    administrator_client.get(PAGE)  # the session is prolonged
    once = queries()
    for n in range(100):
        audit.record(AuditKind.CHANGED, by=user, about=f"{n}番目")
    assert (queries(), once <= MOST_QUERIES) == (once, True)


# ── Words, in a trail longer than is compared at once ────────────────────────
@pytest.fixture
def long_trail(monkeypatch: pytest.MonkeyPatch) -> None:
    """250 records, ten of each moment, and every hundredth about a needle; 100 are compared at once, two shown."""
    monkeypatch.setattr(audit_list, "LOOKED_THROUGH", 100)
    monkeypatch.setattr(audit_list, "PER_PAGE", 2)
    begun = datetime.datetime(2017, 5, 31, tzinfo=datetime.UTC)
    for number in range(1, 251):
        kind = AuditKind.EXPORTED if number % 2 else AuditKind.CHANGED
        about, moment = "針" if number % 100 == 50 else "藁", begun + datetime.timedelta(minutes=number // 10)
        audit.record(kind, by=None, about=about, details={"番号": f"第{number}"}, at=moment)


def _walk(client: Client, address: str) -> list[list[int]]:
    """What each page lists, by the links to older records."""
    pages = []
    while True:
        page = client.get(address)
        pages.append(listed(page))
        link = re.search(r'href="(\?[^"]+)" rel="next">さらに古い', page.content.decode())
        if link is None:
            return pages
        address = PAGE + link[1].replace("&amp;", "&")


@pytest.mark.usefixtures("long_trail")
@pytest.mark.parametrize(
    ("asked", "pages"),
    [
        ("words=針", [[250], [150], [50]]),
        ("words=針&kind=changed", [[250, 150], [50]]),
        ("words=針&newest=200", [[150], [50]]),
        ("words=針&since=2000-01-01", [[250], [150], [50]]),
        ("words=針&kind=changed&since=2000-01-01&newest=249", [[150, 50], []]),
        ("words=第24&since=2000-01-01", [[249, 248], [247, 246], [245, 244], [243, 242], [241, 240], [], [24]]),
        ("words=第24", [[249, 248], [247, 246], [245, 244], [243, 242], [241, 240], [], [24]]),
        ("words=ない&until=2000-01-01", [[]]),
    ],
)
def test_every_record_with_the_words_is_reached(
    administrator_client: Client, asked: str, pages: list[list[int]]
) -> None:
    assert _walk(administrator_client, f"{PAGE}?{quote(asked, safe='=&')}") == pages


@pytest.mark.usefixtures("long_trail")
def test_a_search_that_is_not_at_its_end_says_how_far_it_went(administrator_client: Client) -> None:
    first = administrator_client.get(f"{PAGE}?words=第24").content.decode()
    assert "<strong>2件</strong>を表示しています。番号248（" in first
    assert "すべて受け取る（CSV、すべての記録を調べます）" in first
    nothing = administrator_client.get(f"{PAGE}?words=第24&before=240").content.decode()
    assert "この範囲に、当てはまる記録はありません。番号140（" in nothing
    last = administrator_client.get(f"{PAGE}?words=ない&before=41").content.decode()
    assert "この範囲に、当てはまる記録はありません。最も古い記録まで調べました。" in last
    assert validate({"first": first, "nothing": nothing, "last": last}) == []


@pytest.mark.usefixtures("long_trail")
def test_words_are_compared_with_no_more_records_than_are_said(administrator_client: Client) -> None:
    administrator_client.get(PAGE)  # the session is prolonged
    with CaptureQueriesContext(connection) as captured:
        administrator_client.get(f"{PAGE}?words=針")
    (compared,) = (each["sql"] for each in captured if "LIKE" in each["sql"])
    assert '"accounts_auditentry"."number" >= 151' in compared


def test_looking_at_the_trail_and_the_roles_leaves_no_record(administrator_client: Client) -> None:
    administrator_client.get(PAGE)
    administrator_client.get("/accounts/roles/")
    assert AuditEntry.objects.count() == 0


# ── The file ─────────────────────────────────────────────────────────────────
@pytest.mark.usefixtures("records")
def test_the_file_holds_what_was_asked_for_and_is_itself_recorded(
    administrator_client: Client, administrator: User
) -> None:
    with time_machine.travel(datetime.datetime(2017, 6, 30, 3, tzinfo=datetime.UTC), tick=False):
        response = administrator_client.get(f"{FILE}?person=花子&kind=exported")
        rows = read(response)
    entry = AuditEntry.objects.get(number=5)
    assert rows == [
        {
            "番号": "5",
            "日時（日本時間）": "2017-06-03 12:00:00",
            "種類": "データの出力",
            "氏名": "試験 花子",
            "職員番号": "CD0456",
            "対象": "'=cmd",
            "詳細": "件数：1200",
            "アドレス": "",
            "接続元": "192.0.2.1",
            "前の記録のハッシュ値": entry.previous_hash,
            "ハッシュ値": entry.hash,
            "見本データ": "",
        }
    ]
    name = quote("監査記録_20170630.csv")
    assert response.headers["Content-Disposition"] == f"attachment; filename*=UTF-8''{name}"
    own = AuditEntry.objects.get(number=6)
    assert (own.kind, own.person, own.about, own.path, own.facts) == (
        "exported",
        administrator,
        "監査記録",
        FILE,
        {"件数": 1, "条件": "種類：データの出力、氏名または職員番号：花子"},
    )


@pytest.mark.usefixtures("records")
@pytest.mark.parametrize("made_up", ["people", "programme", ""])
def test_page_and_file_say_that_they_tell_of_samples(administrator_client: Client, made_up: str) -> None:
    """Every row does: a record does not tell whether what it is about was made up. Nothing does without samples."""
    User.objects.filter(name="試験 太郎").update(is_demo=made_up == "people")
    ProgramFactory.create(is_sample=made_up == "programme")
    marked = bool(made_up)
    assert ("見本データ" in administrator_client.get(PAGE).content.decode()) is marked
    response = administrator_client.get(FILE)
    assert {row["見本データ"] for row in read(response)} == {"見本データ" if marked else ""}
    assert response.headers["Content-Disposition"].endswith(f"{quote('_見本データ') if marked else ''}.csv")
    assert (quote("見本データ") in response.headers["Content-Disposition"]) is marked


@pytest.mark.usefixtures("records")
def test_the_file_of_all_records_ends_with_the_page_it_was_asked_from(administrator_client: Client) -> None:
    link = re.search(rf'href="({FILE}[^"]+)"', administrator_client.get(PAGE).content.decode())
    assert link is not None
    audit.record(AuditKind.CHANGED, by=None)
    rows = read(administrator_client.get(link[1].replace("&amp;", "&")))
    assert [row["番号"] for row in rows] == ["5", "4", "3", "2", "1"]


def test_the_file_takes_few_queries_for_many_records(administrator_client: Client) -> None:
    for n in range(300):
        audit.record(AuditKind.CHANGED, by=None, about=f"{n}番目")
    administrator_client.get(PAGE)  # the session is prolonged
    with CaptureQueriesContext(connection) as captured:
        rows = read(administrator_client.get(FILE))
    assert (len(rows), len(captured) <= MOST_QUERIES) == (300, True)


# ── Access and form ──────────────────────────────────────────────────────────
def test_administrators_without_their_second_factor_do_not_get_in(administrator_client: Client, settings: Any) -> None:
    settings.SECOND_FACTOR_ROLES = ["administrator"]
    for address in (PAGE, FILE, "/accounts/roles/"):
        assert administrator_client.get(address).headers["Location"] == "/accounts/2fa/"


def test_the_page_of_roles_shows_the_table(administrator_client: Client) -> None:
    page = administrator_client.get("/accounts/roles/").content.decode()
    rows = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    shown = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in rows]
    assert shown[0] == ["できること", *(role.label for role in Role)]
    marks = [["○" in cell for cell in row[1:]] for row in shown[1:]]
    assert [row[0] for row in shown[1:]] == [permission.label for permission in Permission]
    assert marks == [[permission in PERMISSIONS[role] for role in Role] for permission in Permission]


@pytest.mark.usefixtures("records")
def test_the_pages_are_valid_html(administrator_client: Client) -> None:
    addresses = [PAGE, f"{PAGE}?since=x", f"{PAGE}?words=ありえない", "/accounts/roles/"]
    assert validate({address: administrator_client.get(address).content.decode() for address in addresses}) == []
