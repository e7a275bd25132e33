"""Reminders by the clock and 催促 by hand: on which days, to whom, once a day, by the deadline that counts."""

import datetime
from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.enums import Role
from accounts.models import Department, User
from progress import workflow
from progress.actions.evaluations import perform
from progress.actions.publication import publish
from progress.actions.reminders import remind, send_reminders
from progress.actions.rounds import extend, set_exception
from progress.business_days import is_business_day
from progress.enums import MailKind, Status
from progress.errors import NotNow, NotYours
from progress.models import Evaluation, OutboxMail, Round
from tests.factories import DepartmentFactory, MembershipFactory, UserFactory
from tests.progress.factories import RoundFactory, action_of, department_of, fill_in, opened

pytestmark = pytest.mark.django_db
Brought = Callable[[Status, Evaluation], Evaluation]
PREFIX = "【川崎市情報化推進プラン】"
# The deadline of the factories is Wednesday, 31 May 2017.
DUE = {"2017-05-22": 7, "2017-05-26": 3, "2017-05-30": 1}
OVERDUE = {"2017-06-01": 1, "2017-06-07": 5, "2017-06-14": 10}


@pytest.fixture(autouse=True)
def _in_april(time_machine: object) -> None:
    time_machine.move_to("2017-04-18T10:00:00+09:00", tick=False)  # type: ignore[attr-defined]


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def reminded(on: str) -> set[str]:
    """The names of those for whom something new is queued on the day."""
    return {mail.to.name for mail in send_reminders(day(on))}


def reminder(on: str, to: User) -> OutboxMail:
    return OutboxMail.objects.get(key=f"reminder:{on}:{to.pk}")


def days_with_reminders(first: str, last: str) -> list[str]:
    days = [day(first) + datetime.timedelta(days=n) for n in range((day(last) - day(first)).days + 1)]
    return [str(each) for each in days if send_reminders(each)]


# ── On which days ─────────────────────────────────────────────────────────────


def test_reminders_go_out_on_six_days_and_no_others(liaison: User, round_: Round) -> None:
    assert days_with_reminders("2017-05-01", "2017-07-31") == [*DUE, *OVERDUE]
    assert OutboxMail.objects.filter(kind=MailKind.REMINDER).count() == 6


def test_around_golden_week_business_days_count(liaison: User, division: Department, ict_staff: User) -> None:
    opened(division, by=ict_staff, deadline=day("2017-05-09"))
    # Back from Tuesday, 9 May: the 8th; the 1st, for the 3rd to the 7th are closed; 25 April.
    before = ["2017-04-25", "2017-05-01", "2017-05-08"]
    assert days_with_reminders("2017-04-18", "2017-05-31") == [*before, "2017-05-10", "2017-05-16", "2017-05-23"]


def test_a_deadline_that_became_a_closed_day_is_reminded_of_as_often(liaison: User, round_: Round) -> None:
    Round.objects.update(deadline=day("2017-05-28"))  # a Sunday; the forms refuse it
    assert len(days_with_reminders("2017-05-01", "2017-06-30")) == 6


@pytest.mark.parametrize(("on", "left"), DUE.items())
def test_it_says_how_many_business_days_are_left(on: str, left: int, liaison: User, round_: Round) -> None:
    assert reminded(on) == {liaison.name}
    sent = reminder(on, liaison)
    assert sent.subject == f"{PREFIX}調書の提出期限が近づいています（1件）"
    assert f"提出期限：2017年5月31日（水）（あと{left}営業日）" in sent.body


@pytest.mark.parametrize(("on", "past"), OVERDUE.items())
def test_it_says_how_many_business_days_it_is_overdue(on: str, past: int, liaison: User, round_: Round) -> None:
    assert reminded(on) == {liaison.name}
    sent = reminder(on, liaison)
    assert sent.subject == f"{PREFIX}提出期限を過ぎた調書があります（1件）"
    assert f"提出期限：2017年5月31日（水）（{past}営業日過ぎています）" in sent.body


def test_the_day_is_that_of_japan(liaison: User, round_: Round, time_machine: object) -> None:
    time_machine.move_to("2017-05-29T15:30:00+00:00")  # type: ignore[attr-defined]
    assert [mail.key for mail in send_reminders()] == [f"reminder:2017-05-30:{liaison.pk}"]


# ── To whom ───────────────────────────────────────────────────────────────────


def test_liaisons_fill_in_and_managers_endorse(
    liaison: User, manager: User, ict_staff: User, division: Department, brought_to: Brought
) -> None:
    opened(division, actions=4, by=ict_staff)
    draft, returned, submitted, endorsed = Evaluation.objects.order_by("action__code")
    brought_to(Status.RETURNED, returned)
    brought_to(Status.SUBMITTED, submitted)
    brought_to(Status.ENDORSED, endorsed)

    assert reminded("2017-05-30") == {liaison.name, manager.name}
    assert [line for line in reminder("2017-05-30", liaison).body.splitlines() if line.startswith("・")] == [
        f"・{draft}",
        f"・{returned}（差し戻されています）",
    ]
    assert [line for line in reminder("2017-05-30", manager).body.splitlines() if line.startswith("・")] == [
        f"・{submitted}"
    ]


def test_a_manager_is_not_reminded_of_what_was_submitted_by_the_same_person(
    liaison: User, manager: User, evaluation: Evaluation
) -> None:
    MembershipFactory.create(user=liaison, role=Role.MANAGER, department=evaluation.department)
    person = User.objects.get(pk=liaison.pk)
    fill_in(evaluation, person)
    perform(evaluation=evaluation, transition=workflow.SUBMIT, by=person)
    assert reminded("2017-05-30") == {manager.name}


def test_nobody_is_reminded_of_what_is_done(evaluation: Evaluation, brought_to: Brought) -> None:
    brought_to(Status.ACCEPTED, evaluation)
    assert days_with_reminders("2017-05-01", "2017-06-30") == []


def test_nobody_is_reminded_of_an_exception_or_of_a_published_round(
    evaluation: Evaluation, liaison: User, ict_staff: User
) -> None:
    set_exception(evaluation=evaluation, by=ict_staff, reason="災害対応のため遅れています。")
    assert reminded("2017-05-26") == set()
    publish(round=evaluation.round, by=ict_staff)
    assert reminded("2017-05-30") == set()


def test_nobody_is_reminded_of_a_round_that_is_not_open(liaison: User, division: Department) -> None:
    action_of(RoundFactory.create().program, division)
    assert reminded("2017-05-30") == set()


@pytest.mark.parametrize("period", ["ended", "coming"])
def test_a_role_out_of_its_period_gets_none(period: str, round_: Round, division: Department) -> None:
    person = UserFactory.create()
    end = {"valid_to": day("2017-05-29")} if period == "ended" else {"valid_from": day("2017-05-31")}
    MembershipFactory.create(user=person, role=Role.LIAISON, department=division, **end)
    assert reminded("2017-05-30") == set()


@pytest.mark.parametrize("period", ["ended", "coming"])
def test_an_account_out_of_its_period_gets_none(period: str, round_: Round, division: Department) -> None:
    end = {"active_to": day("2017-05-29")} if period == "ended" else {"active_from": day("2017-05-31")}
    UserFactory.create(role=Role.LIAISON, role__department=division, **end)
    assert reminded("2017-05-30") == set()


# ── By the deadline that counts ───────────────────────────────────────────────


def test_an_extension_counts_for_its_department_only(
    liaison: User, other_liaison: User, division: Department, ict_staff: User
) -> None:
    round_ = opened(division, department_of(other_liaison), by=ict_staff)
    extend(round=round_, department=division, deadline=day("2017-06-09"), reason="改組", by=ict_staff)
    assert reminded("2017-05-30") == {other_liaison.name}
    assert reminded("2017-06-01") == {other_liaison.name}
    assert reminded("2017-06-08") == {liaison.name}
    assert "提出期限：2017年6月9日（金）（あと1営業日）" in reminder("2017-06-08", liaison).body


# ── One digest a person a day ─────────────────────────────────────────────────


def test_the_digest_joins_rounds_and_departments(
    liaison: User, other_liaison: User, division: Department, ict_staff: User
) -> None:
    other = department_of(other_liaison)
    MembershipFactory.create(user=liaison, role=Role.LIAISON, department=other)
    opened(division, by=ict_staff)  # due on 31 May: 1 business day left
    opened(division, other, by=ict_staff, deadline=day("2017-05-29"))  # 1 business day past
    assert reminded("2017-05-30") == {liaison.name, other_liaison.name}

    sent = reminder("2017-05-30", liaison)
    assert sent.subject == f"{PREFIX}提出期限を過ぎた調書があります（2件）"
    assert "提出期限を過ぎた調書が2件、期限が近い調書が1件あります。" in sent.body
    assert [line for line in sent.body.splitlines() if line.startswith(("■", "提出期限："))] == [
        "■ 平成28(2016)年度の評価／試験福祉課",
        "提出期限：2017年5月29日（月）（1営業日過ぎています）",
        f"■ 平成28(2016)年度の評価／{other}",
        "提出期限：2017年5月29日（月）（1営業日過ぎています）",
        "■ 平成28(2016)年度の評価／試験福祉課",
        "提出期限：2017年5月31日（水）（あと1営業日）",
    ]


def test_a_second_run_on_the_day_adds_nothing(liaison: User, round_: Round) -> None:
    assert reminded("2017-05-30") == {liaison.name}
    assert reminded("2017-05-30") == set()
    assert OutboxMail.objects.filter(kind=MailKind.REMINDER).count() == 1


# ── ICT推進課 ─────────────────────────────────────────────────────────────────


def test_ict_is_told_in_the_morning_what_was_endorsed_since_the_business_day_before(
    evaluation: Evaluation, brought_to: Brought, ict_staff: User, other_staff: User, time_machine: object
) -> None:
    time_machine.move_to("2017-05-02T16:00:00+09:00")  # type: ignore[attr-defined]
    brought_to(Status.ENDORSED, evaluation)
    assert reminded("2017-05-02") == set()  # the same day: tomorrow morning is soon enough
    assert reminded("2017-05-08") == {ict_staff.name, other_staff.name}  # after Golden Week
    assert reminded("2017-05-09") == set()  # nothing new since
    sent = reminder("2017-05-08", ict_staff)
    assert sent.subject == f"{PREFIX}確認を待っている調書があります（1件）"
    assert "・試験福祉課　1件" in sent.body


def test_ict_hears_of_all_that_waits_in_the_round_once_something_is_new(
    ict_staff: User, division: Department, brought_to: Brought, time_machine: object, liaison: User
) -> None:
    opened(division, actions=2, by=ict_staff)
    first, second = Evaluation.objects.all()
    brought_to(Status.ENDORSED, first)
    time_machine.move_to("2017-05-10T16:00:00+09:00")  # type: ignore[attr-defined]
    brought_to(Status.ENDORSED, second)
    assert reminded("2017-05-11") == {ict_staff.name}
    assert "・試験福祉課　2件" in reminder("2017-05-11", ict_staff).body


def test_who_is_of_ict_and_of_a_department_gets_one_digest(
    evaluation: Evaluation, brought_to: Brought, ict_staff: User, time_machine: object
) -> None:
    other = DepartmentFactory.create()
    MembershipFactory.create(user=ict_staff, role=Role.LIAISON, department=other)
    opened(other, by=ict_staff, deadline=day("2017-05-10"))
    time_machine.move_to("2017-05-08T16:00:00+09:00")  # type: ignore[attr-defined]
    brought_to(Status.ENDORSED, evaluation)
    assert reminded("2017-05-09") == {ict_staff.name}
    body = reminder("2017-05-09", ict_staff).body
    assert ("あと1営業日" in body, "確認を待っている調書：1件" in body) == (True, True)


# ── The command ───────────────────────────────────────────────────────────────


def test_the_command_prints_what_it_queued(liaison: User, round_: Round) -> None:
    first, second = StringIO(), StringIO()
    call_command("send_reminders", "--today", "2017-05-30", stdout=first)
    call_command("send_reminders", "--today", "2017-05-30", stdout=second)
    assert first.getvalue().splitlines() == [
        "2017年5月30日（火）のお知らせを1通用意しました。",
        f"・試験 担当（{liaison.email}）：{PREFIX}調書の提出期限が近づいています（1件）",
    ]
    assert second.getvalue().splitlines() == ["2017年5月30日（火）のお知らせを0通用意しました。"]


@pytest.mark.parametrize("closed", ["2017-05-27", "2017-05-28", "2017-05-03", "2018-01-03"])
def test_the_command_does_nothing_on_closed_days(closed: str, liaison: User, division: Department) -> None:
    assert not is_business_day(day(closed))
    out = StringIO()
    call_command("send_reminders", "--today", closed, stdout=out)
    assert out.getvalue().strip().endswith("は閉庁日のため、お知らせはありません。")
    assert OutboxMail.objects.count() == 0


def test_the_command_names_a_day_it_cannot_read() -> None:
    with pytest.raises(CommandError, match="『5月30日』は日付として読めません。2017-05-31 のように書いてください。"):
        call_command("send_reminders", "--today", "5月30日")


def test_reminding_asks_the_database_the_same_for_many(division: Department, ict_staff: User, liaison: User) -> None:
    def queries_on(on: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert send_reminders(day(on))
        return len(captured)

    opened(division, by=ict_staff)
    few = queries_on("2017-05-26")
    for _ in range(20):
        UserFactory.create(role=Role.LIAISON, role__department=division)
    opened(*(DepartmentFactory.create() for _ in range(10)), division, actions=2, by=ict_staff)
    assert (queries_on("2017-05-30"), few <= 10) == (few, True)
    assert OutboxMail.objects.filter(key__startswith="reminder:2017-05-30").count() == 21


# ── 催促 ──────────────────────────────────────────────────────────────────────


def test_chasing_asks_those_whose_turn_it_is_whatever_the_deadline(
    liaison: User, manager: User, other_liaison: User, ict_staff: User, division: Department, brought_to: Brought
) -> None:
    round_ = opened(division, department_of(other_liaison), actions=2, by=ict_staff)
    first = Evaluation.objects.filter(department=division).order_by("action__code")[0]
    brought_to(Status.SUBMITTED, first)
    chased = remind(round=round_, departments=[division], by=ict_staff)
    assert {mail.to.name for mail in chased.queued} == {liaison.name, manager.name}
    assert (chased.already_today, chased.unreachable) == (0, [])
    sent = OutboxMail.objects.get(kind=MailKind.CHASE, to=manager)
    assert sent.subject == f"{PREFIX}平成28(2016)年度の評価の調書の提出のお願い（1件）"
    assert f"・{first}" in sent.body
    assert "提出期限：2017年5月31日（水）（あと28営業日）" in sent.body


def test_chasing_reaches_a_person_once_a_day_for_a_round(liaison: User, round_: Round, ict_staff: User) -> None:
    departments = [department_of(liaison)]
    monday, tuesday = day("2017-06-05"), day("2017-06-06")
    counts = [
        (len(chased.queued), chased.already_today)
        for chased in (
            remind(round=round_, departments=departments, by=ict_staff, today=on) for on in (monday, monday, tuesday)
        )
    ]
    assert counts == [(1, 0), (0, 1), (1, 0)]


def test_chasing_names_the_departments_nobody_answers_for(liaison: User, ict_staff: User, division: Department) -> None:
    deserted = DepartmentFactory.create()
    round_ = opened(division, deserted, by=ict_staff)
    chased = remind(round=round_, departments=[division, deserted], by=ict_staff)
    assert (len(chased.queued), chased.unreachable) == (1, [deserted])


def test_on_the_saturday_after_the_deadline_it_is_over(liaison: User, division: Department, ict_staff: User) -> None:
    round_ = opened(division, by=ict_staff, deadline=day("2017-06-02"))
    (mail,) = remind(round=round_, departments=[division], by=ict_staff, today=day("2017-06-03")).queued
    assert "提出期限：2017年6月2日（金）（期限を過ぎています）" in mail.body


def test_mails_tell_how_late_it_is_as_the_desk_does(liaison: User, division: Department, ict_staff: User) -> None:
    round_ = opened(division, by=ict_staff)
    (mail,) = remind(round=round_, departments=[division], by=ict_staff, today=day("2018-06-04")).queued
    assert "提出期限：2017年5月31日（水）（期限を1年以上過ぎています）" in mail.body


@pytest.mark.parametrize("persona", ["liaison", "manager", "committee_viewer", "administrator"])
def test_only_ict_chases(persona: str, round_: Round, request: pytest.FixtureRequest) -> None:
    person: User = request.getfixturevalue(persona)
    with pytest.raises(NotYours, match="催促は、ICT推進課の職員が行います。"):
        remind(round=round_, departments=[], by=person)


def test_a_published_round_is_not_chased(evaluation: Evaluation, brought_to: Brought, ict_staff: User) -> None:
    brought_to(Status.ACCEPTED, evaluation)
    publish(round=evaluation.round, by=ict_staff)
    with pytest.raises(NotNow, match="平成28\\(2016\\)年度の評価は「公表済み」のため、催促できません。"):
        remind(round=evaluation.round, departments=[evaluation.department], by=ict_staff)
