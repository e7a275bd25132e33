"""The overview of a round: counts, who is late, whom to ask; 催促; the release to the committee."""

import datetime
from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.enums import AuditKind, Role
from accounts.models import AuditEntry, Department, User
from progress import business_days
from progress.actions.corrections import publish_late
from progress.actions.rounds import extend, set_exception
from progress.enums import MailKind, Status
from progress.models import Evaluation, OutboxMail, Round
from tests.factories import DepartmentFactory, UserFactory
from tests.plan.reading import items_of, links, main_of, part, words
from tests.progress.factories import action_of, bring_to, fill_in, opened, published_with_an_exception
from tests.progress.pages import messages_of

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
Brought = Callable[[Status, Evaluation], Evaluation]


@pytest.fixture(autouse=True)
def on_a_business_day() -> Iterator[None]:
    """A Wednesday: from a Saturday, five business days before are four days late."""
    with time_machine.travel(datetime.datetime(2026, 11, 25, 3, tzinfo=datetime.UTC), tick=False):
        yield


def business_day(offset: int) -> datetime.date:
    return business_days.add_business_days(timezone.localdate(), offset)


@pytest.fixture
def late_round(division: Department, liaison: User, manager: User, ict_staff: User) -> Round:
    """Five business days late: of `division` two blank 調書 and one accepted; another department has handed in."""
    other = DepartmentFactory.create(code="T09999", name="試験税務課", bureau__name="試験財政局")
    deadline = business_day(-5)
    opens_on = min(deadline, datetime.date(2017, 4, 17))
    round_ = opened(division, actions=3, by=ict_staff, slug="2016", opens_on=opens_on, deadline=deadline)
    bring_to(Status.ACCEPTED, round_.evaluations.all()[0], liaison=liaison, manager=manager, staff=ict_staff)
    evaluation = _added(round_, other)
    person = UserFactory.create(role=Role.LIAISON, role__department=other)
    boss = UserFactory.create(role=Role.MANAGER, role__department=other)
    bring_to(Status.ENDORSED, evaluation, liaison=person, manager=boss, staff=ict_staff)
    return round_


def _added(round_: Round, department: Department) -> Evaluation:
    """One more 調書 of an open round."""
    action = action_of(round_.program, department)
    return Evaluation.objects.create(
        round=round_, action=action, direction=action.main_direction, department=department
    )


def test_the_counts_stand_in_words_and_add_up(client_of: ClientOf, ict_staff: User, late_round: Round) -> None:
    page = main_of(client_of(ict_staff).get("/desk/rounds/2016/"))
    whole = part(page, "whole")
    assert [words(item).replace(" ", "") for item in items_of(whole)] == [
        "◎確認済み1件",
        "◇ICT推進課の確認待ち1件",
        "△課長の承認待ち0件",
        "▼差戻し0件",
        "○記入中2件",
        "計4件",
    ]
    assert (
        'aria-label="調書の進み具合：確認済み1件、ICT推進課の確認待ち1件、課長の承認待ち0件、差戻し0件、記入中2件"'
        in whole
    )
    assert "提出期限を過ぎた調書が2件、1課にあります。" in words(whole)


def test_late_departments_come_first_with_whom_to_ask(
    client_of: ClientOf, ict_staff: User, late_round: Round, liaison: User, manager: User, division: Department
) -> None:
    response = client_of(ict_staff).get("/desk/rounds/2016/")
    page = main_of(response)
    (late,) = items_of(part(page, "late"), "li")[:1]
    assert "試験福祉課" in late
    assert "5営業日過ぎています" in late
    addresses = [link for link in links(part(page, "late")) if link.startswith("mailto:")]
    assert addresses == [f"mailto:{liaison.email}", f"mailto:{manager.email}"]
    assert [row.department.name for row in response.context["page"]] == ["試験福祉課", "試験税務課"]
    entry = AuditEntry.objects.filter(kind=AuditKind.SAW_PERSONAL_DATA).get()
    assert (entry.person, entry.about, entry.facts) == (
        ict_staff,
        "平成28(2016)年度の評価の所管課の連絡先",
        {"人数": 2},
    )


def test_numbers_lead_to_the_list_they_count(
    client_of: ClientOf, ict_staff: User, late_round: Round, division: Department
) -> None:
    client = client_of(ict_staff)
    matrix = part(main_of(client.get("/desk/rounds/2016/")), "matrix")
    address = f"/desk/rounds/2016/evaluations/?department={division.pk}&state=draft"
    assert address in links(matrix)
    assert client.get(address).context["page"].paginator.count == 2


def test_an_extension_counts_and_an_exception_is_excused(
    client_of: ClientOf, ict_staff: User, late_round: Round, division: Department
) -> None:
    client = client_of(ict_staff)
    first, second = late_round.evaluations.filter(department=division, status=Status.DRAFT)
    set_exception(evaluation=first, by=ict_staff, reason="決算が確定していないため")
    assert client.get("/desk/rounds/2016/").context["watched"].late_count == 1
    extend(round=late_round, department=division, deadline=business_day(2), reason="災害対応", by=ict_staff)
    watched = client.get("/desk/rounds/2016/").context["watched"]
    row = next(row for row in watched.rows if row.department == division)
    assert (watched.late_count, row.is_late, row.left.words, row.exceptions) == (0, False, "あと2営業日", 1)
    set_exception(evaluation=second, by=ict_staff, reason="決算が確定していないため")
    assert [row.owed for row in client.get("/desk/rounds/2016/").context["watched"].rows] == [0, 0]


def test_of_a_published_round_the_exceptions_that_are_still_open_are_counted(
    client_of: ClientOf, division: Department, liaison: User, manager: User, ict_staff: User
) -> None:
    round_ = published_with_an_exception(division, liaison=liaison, manager=manager, staff=ict_staff)
    client, address = client_of(ict_staff), "/desk/rounds/2016/evaluations/?exception=True"

    def told() -> tuple[str, bool, int]:
        """The section of the whole, whether it leads to the list, and how many are on it."""
        whole = part(main_of(client.get("/desk/rounds/2016/")), "whole")
        return words(whole), address in links(whole), client.get(address).context["page"].paginator.count

    text, *listed = told()
    assert ("例外としたまま公表していない調書が1件あります。" in text, "追加で公表" in text, listed) == (
        True,
        False,
        [True, 1],
    )
    excused = round_.evaluations.exclude(status=Status.PUBLISHED).get()
    accepted = bring_to(Status.ACCEPTED, excused, liaison=liaison, manager=manager, staff=ict_staff)
    assert told()[1:] == (True, 1)
    publish_late(evaluation=accepted, by=ict_staff, reason="決算が確定したため")
    text, *listed = told()
    assert "公表の例外とした調書のうち1件は、追加で公表しました。" in text
    assert ("1件あります。" in text, listed) == (False, [False, 0])
    assert [row.exceptions for row in client.get("/desk/rounds/2016/").context["page"]] == [0]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["試験福祉課", "試験税務課"]),
        ("?late=True", ["試験福祉課"]),
        ("?state=endorsed", ["試験税務課"]),
        ("?state=published", []),
        ("?state=nonsense", ["試験福祉課", "試験税務課"]),
        ("?bureau=-1&page=x", ["試験福祉課", "試験税務課"]),
    ],
)
def test_departments_can_be_narrowed(
    client_of: ClientOf, ict_staff: User, late_round: Round, query: str, shown: list[str]
) -> None:
    response = client_of(ict_staff).get(f"/desk/rounds/2016/{query}")
    assert [row.department.name for row in response.context["page"]] == shown


def test_departments_can_be_narrowed_to_a_bureau(client_of: ClientOf, ict_staff: User, late_round: Round) -> None:
    bureau = Department.objects.get(name="試験財政局")
    response = client_of(ict_staff).get(f"/desk/rounds/2016/?bureau={bureau.pk}")
    assert [row.department.name for row in response.context["page"]] == ["試験税務課"]


def test_departments_are_paged(client_of: ClientOf, ict_staff: User) -> None:
    opened(*DepartmentFactory.create_batch(51), by=ict_staff, slug="2016")
    client = client_of(ict_staff)
    counts = [len(client.get(f"/desk/rounds/2016/?page={number}").context["page"].object_list) for number in (1, 2, 3)]
    assert counts == [20, 20, 11]


def test_many_departments_take_no_more_queries(client_of: ClientOf, ict_staff: User, late_round: Round) -> None:
    client = client_of(ict_staff)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get("/desk/rounds/2016/")
        return len(captured)

    queries()  # prolongs the session
    once = queries()
    for department in DepartmentFactory.create_batch(20):
        UserFactory.create(role=Role.LIAISON, role__department=department)
        _added(late_round, department)
    assert (queries(), once <= 12) == (once, True)


# ── 催促 ──────────────────────────────────────────────────────────────────────


def _chased() -> list[User]:
    return [mail.to for mail in OutboxMail.objects.filter(kind=MailKind.CHASE).order_by("pk")]


def test_one_click_reminds_a_department(
    client_of: ClientOf, ict_staff: User, late_round: Round, division: Department, liaison: User
) -> None:
    client = client_of(ict_staff)
    first = client.post("/desk/rounds/2016/remind/", {"department": division.pk}, follow=True)
    second = client.post("/desk/rounds/2016/remind/", {"department": division.pk}, follow=True)
    assert _chased() == [liaison]
    assert messages_of(first) == ["試験福祉課に催促のメールを送ります（1人）。"]
    assert messages_of(second) == ["1人には、今日すでに催促しています。もう一度は送りません。"]


def test_one_click_reminds_all_that_are_late(
    client_of: ClientOf, ict_staff: User, late_round: Round, liaison: User, manager: User
) -> None:
    waiting = late_round.evaluations.filter(status=Status.DRAFT).first()
    assert waiting is not None
    bring_to(Status.SUBMITTED, waiting, liaison=liaison, manager=manager, staff=ict_staff)
    client_of(ict_staff).post("/desk/rounds/2016/remind/", {"late": "1"})
    assert set(_chased()) == {liaison, manager}


def test_a_department_without_people_is_named(client_of: ClientOf, ict_staff: User) -> None:
    empty = DepartmentFactory.create(name="試験無人課")
    opened(empty, by=ict_staff, slug="2016")
    response = client_of(ict_staff).post("/desk/rounds/2016/remind/", {"department": empty.pk}, follow=True)
    assert messages_of(response) == [
        "試験無人課には、メールを送る相手が登録されていません。電話などで連絡してください。"
    ]


@pytest.mark.parametrize("data", [{}, {"department": "x"}, {"department": "99999999999999999999"}, {"late": "1"}])
def test_nobody_to_remind_is_said(
    client_of: ClientOf, ict_staff: User, division: Department, data: dict[str, str]
) -> None:
    opened(division, by=ict_staff, slug="2016", deadline=business_day(5))
    response = client_of(ict_staff).post("/desk/rounds/2016/remind/", data, follow=True)
    assert (messages_of(response), _chased()) == (["催促する課がありません。"], [])


# ── Committee ─────────────────────────────────────────────────────────────────


def test_the_round_is_released_and_withdrawn(client_of: ClientOf, ict_staff: User, division: Department) -> None:
    opened(division, by=ict_staff, slug="2016")
    client = client_of(ict_staff)
    client.post("/desk/rounds/2016/release/")
    released = Round.objects.get()
    assert (released.released_at is not None, released.released_by) == (True, ict_staff)
    client.post("/desk/rounds/2016/withdraw/")
    withdrawn = Round.objects.get()
    assert (withdrawn.released_at, withdrawn.released_by) == (None, None)


def test_a_draft_that_is_saved_stays_late(
    client_of: ClientOf, ict_staff: User, late_round: Round, liaison: User, division: Department
) -> None:
    """Filling in is not handing in."""
    evaluation = late_round.evaluations.filter(department=division, status=Status.DRAFT).first()
    assert evaluation is not None
    fill_in(evaluation, liaison)
    assert client_of(ict_staff).get("/desk/rounds/2016/").context["watched"].late_count == 2
