"""The list of a round's 調書: filters, order, file, exceptions."""

import csv
import io
import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.enums import AuditKind
from accounts.models import AuditEntry, Department, User
from progress.actions.opening import open_round
from progress.actions.publication import publish
from progress.actions.rounds import set_exception, set_exceptions
from progress.enums import Status
from progress.models import Evaluation, Round
from tests.factories import DepartmentFactory
from tests.plan.reading import words
from tests.programs.factories import direction_of
from tests.progress.factories import RoundFactory, action_of, bring_to, opened
from tests.progress.pages import messages_of

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
LIST = "/desk/rounds/2016/evaluations/"


@pytest.fixture
def round_(division: Department, liaison: User, manager: User, ict_staff: User) -> Round:
    """Three 調書 of `division`, endorsed, drafted and accepted, the second of another measure; past its deadline."""
    round_ = RoundFactory.create(slug="2016")
    action_of(round_.program, division, code="1-1-001", title="窓口の改善")
    action_of(round_.program, division, code="1-1-002", title="=危険な題名", main_direction=direction_of("2-1-1"))
    action_of(round_.program, division, code="1-1-003", title="防災無線の更新")
    open_round(round=round_, by=ict_staff)
    first, _, third = round_.evaluations.order_by("action__code")
    bring_to(Status.ENDORSED, first, liaison=liaison, manager=manager, staff=ict_staff)
    bring_to(Status.ACCEPTED, third, liaison=liaison, manager=manager, staff=ict_staff)
    return round_


def codes(response: object) -> list[str]:
    return [row.evaluation.action.code for row in response.context["rows"]]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["1-1-001", "1-1-002", "1-1-003"]),
        ("?state=endorsed", ["1-1-001"]),
        ("?q=防災", ["1-1-003"]),
        ("?q=１－１－００２", ["1-1-002"]),
        ("?q=福祉課+窓口", ["1-1-001"]),
        ("?late=True", ["1-1-002"]),
        ("?exception=True", []),
        ("?sort=-code", ["1-1-003", "1-1-002", "1-1-001"]),
        ("?sort=nonsense&state=nonsense&measure=x&page=99", ["1-1-001", "1-1-002", "1-1-003"]),
        ("?q=%00", ["1-1-001", "1-1-002", "1-1-003"]),
    ],
)
def test_the_list_can_be_narrowed_and_sorted(
    client_of: ClientOf, ict_staff: User, round_: Round, query: str, shown: list[str]
) -> None:
    assert codes(client_of(ict_staff).get(LIST + query)) == shown


def test_the_list_can_be_narrowed_to_department_and_measure(
    client_of: ClientOf, ict_staff: User, round_: Round, division: Department
) -> None:
    client = client_of(ict_staff)
    measure = direction_of("2-1-1").measure_id
    assert codes(client.get(f"{LIST}?department={division.pk}&measure={measure}")) == ["1-1-002"]


def test_the_list_takes_no_more_queries_for_more(client_of: ClientOf, ict_staff: User, round_: Round) -> None:
    client = client_of(ict_staff)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(LIST)
        return len(captured)

    queries()  # prolongs the session
    once = queries()
    for department in DepartmentFactory.create_batch(30):
        action = action_of(round_.program, department)
        Evaluation.objects.create(round=round_, action=action, direction=action.main_direction, department=department)
    assert (queries(), once <= 12) == (once, True)


def test_the_file_holds_what_the_list_shows(
    client_of: ClientOf, ict_staff: User, round_: Round, division: Department
) -> None:
    response = client_of(ict_staff).get(f"{LIST}csv/?state=draft&late=True")
    content = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    (row,) = csv.DictReader(io.StringIO(content))
    assert {
        name: row[name]
        for name in ("取組コード", "取組名", "所管課", "状態", "提出期限", "期限超過", "達成度", "見本データ")
    } == {
        "取組コード": "1-1-002",
        "取組名": "'=危険な題名",
        "所管課": "試験福祉課",
        "状態": "記入中",
        "提出期限": "2017-05-31",
        "期限超過": "期限超過",
        "達成度": "",
        "見本データ": "",
    }
    entry = AuditEntry.objects.get(kind=AuditKind.EXPORTED)
    assert (entry.person, entry.about, entry.facts) == (
        ict_staff,
        "平成28(2016)年度の評価の調書の一覧",
        {"件数": 1, "条件": "状態：記入中、期限を過ぎた調書だけ"},
    )


def test_sample_data_says_so_in_the_file(client_of: ClientOf, ict_staff: User, round_: Round) -> None:
    round_.program.is_sample = True
    round_.program.save()
    response = client_of(ict_staff).get(f"{LIST}csv/")
    content = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert [row["見本データ"] for row in csv.DictReader(io.StringIO(content))] == ["見本データ"] * 3
    assert "%E8%A6%8B%E6%9C%AC%E3%83%87%E3%83%BC%E3%82%BF" in response.headers["Content-Disposition"]


# ── Exceptions ────────────────────────────────────────────────────────────────


def test_an_exception_is_set_with_a_reason_and_taken_off(client_of: ClientOf, ict_staff: User, round_: Round) -> None:
    draft = round_.evaluations.get(action__code="1-1-002")
    client, address = client_of(ict_staff), f"{LIST}{draft.pk}/exception/"
    response = client.post(address, {"reason": "決算が確定していないため"}, follow=True)
    draft.refresh_from_db()
    assert (draft.exception_reason, messages_of(response)) == (
        "決算が確定していないため",
        ["調書『1-1-002 =危険な題名』を公表の例外にしました。"],
    )
    assert response.redirect_chain == [("/desk/rounds/2016/publish/", 302)]
    client.post(address, {"clear": "1"})
    draft.refresh_from_db()
    assert draft.exception_reason == ""


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        ("", "理由を入力してください。"),
        ("　 ", "理由を入力してください。"),
        ("長" * 301, "301字あります。300字以内になるように、あと1字減らしてください。"),
    ],
)
def test_an_exception_needs_a_reason(
    client_of: ClientOf, ict_staff: User, round_: Round, reason: str, message: str
) -> None:
    draft = round_.evaluations.get(action__code="1-1-002")
    response = client_of(ict_staff).post(f"{LIST}{draft.pk}/exception/", {"reason": reason})
    assert response.context["form"].errors == {"reason": [message]}


def test_what_is_accepted_is_no_exception(client_of: ClientOf, ict_staff: User, round_: Round) -> None:
    accepted = round_.evaluations.get(action__code="1-1-003")
    response = client_of(ict_staff).post(f"{LIST}{accepted.pk}/exception/", {"reason": "理由"}, follow=True)
    assert messages_of(response) == ["確認が済んでいる調書は、例外にする必要がありません。"]


def test_the_page_of_an_exception_is_not_opened_for_what_cannot_be_done(
    client_of: ClientOf, ict_staff: User, round_: Round
) -> None:
    draft, accepted = (round_.evaluations.get(action__code=code) for code in ("1-1-002", "1-1-003"))
    client = client_of(ict_staff)
    response = client.get(f"{LIST}{accepted.pk}/exception/", follow=True)
    assert messages_of(response) == ["確認が済んでいる調書は、例外にする必要がありません。"]
    assert client.get(f"{LIST}{draft.pk}/exception/").status_code == 200
    set_exceptions(evaluations=round_.evaluations.exclude(pk=accepted.pk), by=ict_staff, reason="未確定")
    publish(round=round_, by=ict_staff)
    response = client.get(f"{LIST}{draft.pk}/exception/", follow=True)
    assert messages_of(response) == ["例外から外せるのは、照会中の調書だけです。"]
    assert response.redirect_chain == [("/desk/rounds/2016/publish/", 302)]


def test_another_rounds_evaluation_is_not_found(client_of: ClientOf, ict_staff: User, round_: Round) -> None:
    other = opened(DepartmentFactory.create(), by=ict_staff).evaluations.get()
    assert client_of(ict_staff).get(f"{LIST}{other.pk}/exception/").status_code == 404


def test_exceptions_stand_in_the_list(client_of: ClientOf, ict_staff: User, round_: Round) -> None:
    set_exception(evaluation=round_.evaluations.get(action__code="1-1-002"), by=ict_staff, reason="係争中のため")
    response = client_of(ict_staff).get(f"{LIST}?exception=True")
    assert (codes(response), "係争中のため" in words(response.content.decode())) == (["1-1-002"], True)


def test_every_cell_stands_beside_the_word_of_its_column(client_of: ClientOf, ict_staff: User, round_: Round) -> None:
    """On a phone it is a list, but for the buttons that sort."""
    page = client_of(ict_staff).get(LIST).content.decode()
    assert '<div class="table-frame table-stack"' in page
    heads = re.findall(r'<th role="columnheader".*?>(?:<button.*?>)?([^<]+)', page)
    labels = re.findall(r'<td role="cell"[^>]* data-label="(.*?)">', page)
    assert labels == [head for head in heads if head != "取組"] * 3
