"""Reminders and 催促 that waited in the outbox: sent as of now, or not at all."""

import datetime
from collections.abc import Callable
from io import StringIO

import pytest
from django.core import mail
from django.core.management import call_command
from django.db.models import F

from accounts.enums import Role
from accounts.models import Department, Membership, User
from progress import workflow
from progress.actions.evaluations import accept_many, perform
from progress.actions.handing_over import hand_over
from progress.actions.outbox import Draft
from progress.actions.publication import publish
from progress.actions.reminders import remind, send_reminders
from progress.actions.reorganisation import reorganise
from progress.actions.rounds import extend, set_exception
from progress.enums import MailKind, Status
from progress.models import Evaluation, OutboxMail, Round
from progress.reorganising import Reorganisation, Successor
from tests.factories import DepartmentFactory, MembershipFactory
from tests.progress.factories import department_of, fill_in, given_to, opened

pytestmark = pytest.mark.django_db
Brought = Callable[[Status, Evaluation], Evaluation]
Happening = Callable[[Evaluation, User, User], object]
TODAY = datetime.date(2017, 5, 30)  # the deadline of the factories is the day after


@pytest.fixture(autouse=True)
def _on_the_day_before_the_deadline(time_machine: object) -> None:
    time_machine.move_to("2017-05-30T08:00:00+09:00", tick=False)  # type: ignore[attr-defined]


def reminded(round_: Round, by: User) -> list[Draft]:
    return send_reminders()


def chased(round_: Round, by: User) -> list[Draft]:
    return remind(
        round=round_, departments=Department.objects.filter(evaluations__round=round_).distinct(), by=by
    ).queued


def sent_to(person: User) -> list[str]:
    """The bodies of the reminders and 催促 that the person gets when the mail server is back."""
    asking = OutboxMail.objects.filter(kind__in=[MailKind.REMINDER, MailKind.CHASE])
    OutboxMail.objects.exclude(pk__in=asking).delete()
    call_command("send_outbox", stdout=StringIO())
    assert asking.unsent().count() == 0
    stored = sorted(asking.filter(to=person, sent_at__isnull=False).values_list("body", flat=True))
    assert stored == sorted(str(each.body) for each in mail.outbox if each.to == [person.email])
    return stored


def submitted(evaluation: Evaluation, liaison: User, staff: User) -> None:
    fill_in(evaluation, liaison)
    perform(evaluation=evaluation, transition=workflow.SUBMIT, by=liaison)


def excepted(evaluation: Evaluation, liaison: User, staff: User) -> None:
    set_exception(evaluation=evaluation, by=staff, reason="災害対応のため遅れています。")


def published(evaluation: Evaluation, liaison: User, staff: User) -> None:
    excepted(evaluation, liaison, staff)
    publish(round=evaluation.round, by=staff)


def left(evaluation: Evaluation, liaison: User, staff: User) -> None:
    Membership.objects.filter(user=liaison).update(valid_to=TODAY - datetime.timedelta(days=1))


def extended(evaluation: Evaluation, liaison: User, staff: User, *, to: str = "2017-06-30") -> None:
    deadline = datetime.date.fromisoformat(to)
    extend(round=evaluation.round, department=evaluation.department, deadline=deadline, reason="改組", by=staff)


@pytest.mark.parametrize("ask", [reminded, chased])
@pytest.mark.parametrize("happens", [submitted, excepted, published, left])
def test_what_asks_for_what_is_done_is_not_sent(
    ask: Callable[[Round, User], list[Draft]],
    happens: Happening,
    evaluation: Evaluation,
    liaison: User,
    manager: User,
    ict_staff: User,
) -> None:
    assert [each.to for each in ask(evaluation.round, ict_staff)] == [liaison]
    happens(evaluation, liaison, ict_staff)
    assert sent_to(liaison) == []
    assert OutboxMail.objects.get().unneeded_at is not None


@pytest.mark.parametrize("ask", [reminded, chased])
def test_what_is_open_still_is_asked_for_alone(
    ask: Callable[[Round, User], list[Draft]], division: Department, liaison: User, ict_staff: User
) -> None:
    round_ = opened(division, actions=2, by=ict_staff)
    done, due = Evaluation.objects.order_by("action__code")
    ask(round_, ict_staff)
    submitted(done, liaison, ict_staff)
    (body,) = sent_to(liaison)
    assert (str(done) in body, str(due) in body) == (False, True)
    assert ["（1件）" in each.subject for each in mail.outbox] == [True]
    assert [each.subject for each in mail.outbox] == [each.subject for each in OutboxMail.objects.filter(to=liaison)]


@pytest.mark.parametrize("ask", [reminded, chased])
def test_a_manager_is_not_asked_for_what_is_endorsed(
    ask: Callable[[Round, User], list[Draft]], evaluation: Evaluation, liaison: User, manager: User, ict_staff: User
) -> None:
    submitted(evaluation, liaison, ict_staff)
    assert [each.to for each in ask(evaluation.round, ict_staff)] == [manager]
    perform(evaluation=evaluation, transition=workflow.ENDORSE, by=manager)
    assert sent_to(manager) == []


def test_a_reminder_of_a_deadline_that_was_put_off_is_not_sent(
    evaluation: Evaluation, liaison: User, ict_staff: User
) -> None:
    send_reminders()
    extended(evaluation, liaison, ict_staff)
    assert sent_to(liaison) == []


def test_a_deadline_put_off_by_days_of_which_people_are_reminded_is_told_as_it_is_now(
    evaluation: Evaluation, liaison: User, ict_staff: User
) -> None:
    send_reminders()
    extended(evaluation, liaison, ict_staff, to="2017-06-02")
    (body,) = sent_to(liaison)
    assert "提出期限：2017年6月2日（金）（あと3営業日）" in body


def test_chasing_names_the_deadline_and_the_days_left_of_when_it_is_sent(
    evaluation: Evaluation, liaison: User, ict_staff: User, time_machine: object
) -> None:
    chased(evaluation.round, ict_staff)
    extended(evaluation, liaison, ict_staff, to="2017-06-01")
    time_machine.move_to("2017-05-31T09:00:00+09:00")  # type: ignore[attr-defined]
    (body,) = sent_to(liaison)
    assert "提出期限：2017年6月1日（木）（あと1営業日）" in body


def test_a_reminder_of_an_earlier_day_is_not_sent(
    evaluation: Evaluation, liaison: User, ict_staff: User, time_machine: object
) -> None:
    """It was for that day; the mail server may be away for some."""
    send_reminders()
    time_machine.move_to("2017-05-31T00:01:00+09:00")  # type: ignore[attr-defined]
    assert sent_to(liaison) == []


def test_nobody_is_reminded_again_on_the_day_once_it_was_not_needed(
    evaluation: Evaluation, liaison: User, ict_staff: User
) -> None:
    send_reminders()
    extended(evaluation, liaison, ict_staff)
    assert sent_to(liaison) == []
    extended(evaluation, liaison, ict_staff, to="2017-06-02")
    assert send_reminders() == []
    assert sent_to(liaison) == []


def test_a_digest_keeps_the_rounds_in_which_something_is_to_be_done(
    division: Department, liaison: User, ict_staff: User
) -> None:
    first, second = (opened(division, by=ict_staff) for _ in range(2))
    send_reminders()
    submitted(first.evaluations.get(), liaison, ict_staff)
    (body,) = sent_to(liaison)
    assert (str(first.evaluations.get()) in body, str(second.evaluations.get()) in body) == (False, True)


def test_ict_is_not_told_of_what_is_accepted_meanwhile(
    evaluation: Evaluation, brought_to: Brought, ict_staff: User, other_staff: User
) -> None:
    brought_to(Status.ENDORSED, evaluation)
    Evaluation.objects.update(endorsed_at=F("endorsed_at") - datetime.timedelta(days=1))
    assert {each.to for each in send_reminders()} == {ict_staff, other_staff}
    accept_many(evaluations=[evaluation], by=ict_staff)
    assert sent_to(other_staff) == []


def test_chasing_for_one_department_asks_nothing_of_another(
    evaluation: Evaluation, liaison: User, other_liaison: User, ict_staff: User
) -> None:
    """Who works for both gets a 催促 for each; what went to the other 課 has a mail of its own."""
    other = department_of(other_liaison)
    MembershipFactory.create(user=liaison, role=Role.LIAISON, department=other)
    chased(evaluation.round, ict_staff)
    given_to(evaluation.action, other)
    hand_over(round=evaluation.round, keys=[evaluation.pk], by=ict_staff)
    assert sent_to(liaison) == []


def test_after_a_reorganisation_the_people_who_took_over_are_chased(
    evaluation: Evaluation, division: Department, liaison: User, ict_staff: User
) -> None:
    chased(evaluation.round, ict_staff)
    successor = Successor(code=division.code, name="新しい課", bureau=division.bureau)
    reorganise(reorganisation=Reorganisation(TODAY, (division,), (successor,)), by=ict_staff)
    (body,) = sent_to(liaison)
    assert ("新しい課" in body, str(evaluation) in body) == (True, True)


@pytest.mark.parametrize(("days", "count"), [(0, 1), (1, 2)])
def test_two_departments_that_became_one_are_asked_once(
    days: int, count: int, division: Department, liaison: User, ict_staff: User
) -> None:
    """Not before they are one."""
    MembershipFactory.create(user=liaison, role=Role.LIAISON, department=(other := DepartmentFactory.create()))
    round_ = opened(division, other, by=ict_staff)
    chased(round_, ict_staff)
    successor = Successor(code="merged", name="新しい課", bureau=division.bureau)
    day = TODAY + datetime.timedelta(days=days)
    reorganise(reorganisation=Reorganisation(day, (division, other), (successor,)), by=ict_staff)
    bodies = sent_to(liaison)
    assert len(bodies) == count
    assert all(str(each) in "".join(bodies) for each in round_.evaluations.all())


def test_who_takes_over_on_a_later_day_is_not_asked_before(
    division: Department, liaison: User, ict_staff: User
) -> None:
    MembershipFactory.create(user=liaison, role=Role.LIAISON, department=(heir := DepartmentFactory.create()))
    round_ = opened(division, heir, by=ict_staff)
    remind(round=round_, departments=[division], by=ict_staff)
    day = TODAY + datetime.timedelta(days=1)
    reorganise(reorganisation=Reorganisation(day, (division,), (Successor(existing=heir),)), by=ict_staff)
    (body,) = sent_to(liaison)
    asked_for = [each.department for each in round_.evaluations.select_related("department") if str(each) in body]
    assert asked_for == [division]
