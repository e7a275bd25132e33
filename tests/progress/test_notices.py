"""Mail about what happens in a round: who gets which, what it says, and that it goes with what it tells of."""

import datetime
from collections.abc import Callable
from io import StringIO

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.enums import Role
from accounts.models import Department, User
from progress import workflow
from progress.actions import notices
from progress.actions.corrections import publish_late
from progress.actions.evaluations import accept_many, perform
from progress.actions.handing_over import hand_over
from progress.actions.outbox import Draft, queue
from progress.actions.publication import publish
from progress.actions.rounds import extend, set_exception
from progress.enums import EvaluationField, MailKind, Status
from progress.errors import ReasonRequired
from progress.models import Evaluation, OutboxMail, Round
from tests.factories import MembershipFactory, UserFactory
from tests.progress.factories import bring_to, department_of, fill_in, given_to, opened

pytestmark = pytest.mark.django_db
Brought = Callable[[Status, Evaluation], Evaluation]
PREFIX = "【川崎市情報化推進プラン】"


@pytest.fixture(autouse=True)
def _in_the_month_of_may(time_machine: object) -> None:
    time_machine.move_to("2017-05-10T10:00:00+09:00", tick=False)  # type: ignore[attr-defined]


def told(kind: MailKind) -> set[str]:
    """The names of those who have a mail of this kind in the outbox."""
    return set(OutboxMail.objects.filter(kind=kind).values_list("to__name", flat=True))


def one(kind: MailKind, to: User) -> OutboxMail:
    return OutboxMail.objects.get(kind=kind, to=to)


# ── 照会の開始 ────────────────────────────────────────────────────────────────


def test_opening_tells_each_department_its_actions_and_its_deadline(
    liaison: User, manager: User, other_liaison: User, ict_staff: User, division: Department
) -> None:
    round_ = opened(division, department_of(other_liaison), actions=2, by=ict_staff)
    mine = [str(evaluation) for evaluation in Evaluation.objects.filter(department=division)]
    others = [str(evaluation) for evaluation in Evaluation.objects.exclude(department=division)]

    assert told(MailKind.OPENED) == {liaison.name, manager.name, other_liaison.name}
    sent = one(MailKind.OPENED, liaison)
    assert (sent.subject, sent.address) == (f"{PREFIX}平成28(2016)年度の評価の照会を始めました", liaison.email)
    assert [line for line in sent.body.splitlines() if line.startswith(("・", "■", "提出期限"))] == [
        "■ 試験福祉課",
        "提出期限：2017年5月31日（水）",
        *(f"・{action}" for action in mine),
    ]
    assert "記入して、期限までに提出してください" in sent.body
    assert "http://testserver/desk/" in sent.body
    assert [action for action in others if action in sent.body] == []
    assert "記入して、期限までに提出してください" not in one(MailKind.OPENED, manager).body
    assert one(MailKind.OPENED, liaison).key == f"opened:round-{round_.pk}:{liaison.pk}"


def test_an_extension_given_beforehand_is_the_deadline_in_the_mail(
    liaison: User, division: Department, ict_staff: User
) -> None:
    round_ = opened(division, by=ict_staff)
    extend(round=round_, department=division, deadline=datetime.date(2017, 6, 7), reason="改組", by=ict_staff)
    OutboxMail.objects.all().delete()
    notices.tell_opened(round_)
    assert "提出期限：2017年6月7日（水）" in one(MailKind.OPENED, liaison).body


def test_who_works_for_two_departments_gets_one_mail_for_both(
    liaison: User, other_liaison: User, division: Department, ict_staff: User
) -> None:
    other = department_of(other_liaison)
    MembershipFactory.create(user=liaison, role=Role.MANAGER, department=other)
    opened(division, other, by=ict_staff)
    body = one(MailKind.OPENED, liaison).body
    assert ("■ 試験福祉課" in body, f"■ {other}" in body) == (True, True)


def test_a_long_list_ends_in_how_many_more_there_are(liaison: User, division: Department, ict_staff: User) -> None:
    opened(division, actions=53, by=ict_staff)
    lines = one(MailKind.OPENED, liaison).body.splitlines()
    assert (sum(line.startswith("・") for line in lines), "（ほか3件）" in lines) == (50, True)


@pytest.mark.parametrize("ended", ["membership", "account", "coming account", "coming membership"])
def test_who_is_not_valid_today_gets_nothing(ended: str, division: Department, ict_staff: User) -> None:
    account = {"account": {"ended": True}, "coming account": {"coming": True}}.get(ended, {})
    role = {"membership": {"ended": True}, "coming membership": {"coming": True}}.get(ended, {})
    person = UserFactory.create(**account)
    MembershipFactory.create(user=person, role=Role.LIAISON, department=division, **role)
    opened(division, by=ict_staff)
    assert told(MailKind.OPENED) == set()


@pytest.mark.parametrize(
    ("demo", "host", "expected"), [(True, "", True), (True, "mail.example.jp", False), (False, "", False)]
)
def test_demo_accounts_get_mail_on_the_demos_console_only(
    demo: bool, host: str, expected: bool, settings: object, division: Department, ict_staff: User
) -> None:
    settings.DEMO, settings.EMAIL_HOST = demo, host  # type: ignore[attr-defined]
    UserFactory.create(name="見本 太郎", is_demo=True, role=Role.LIAISON, role__department=division)
    opened(division, by=ict_staff)
    assert told(MailKind.OPENED) == ({"見本 太郎"} if expected else set())


def test_sample_data_is_marked_in_subject_and_text(liaison: User, division: Department, ict_staff: User) -> None:
    opened(division, by=ict_staff, program__is_sample=True)
    sent = one(MailKind.OPENED, liaison)
    assert sent.subject.startswith(f"{PREFIX}【見本データ】")
    assert "※ このメールは見本データについてのものです。" in sent.body


# ── 決裁の流れ ────────────────────────────────────────────────────────────────


def test_submitting_tells_the_managers_of_the_department(
    evaluation: Evaluation, brought_to: Brought, manager: User
) -> None:
    UserFactory.create(name="他課の課長", role=Role.MANAGER)
    brought_to(Status.SUBMITTED, evaluation)
    assert told(MailKind.SUBMITTED) == {manager.name}
    sent = one(MailKind.SUBMITTED, manager)
    assert sent.subject == f"{PREFIX}承認のお願い：{evaluation}"
    assert "試験 担当さんが、次の調書を提出しました。" in sent.body
    assert "提出期限：2017年5月31日（水）" in sent.body
    assert f"http://testserver/desk/evaluations/{evaluation.pk}/\n" in sent.body


def test_a_manager_who_submitted_as_liaison_is_not_asked_to_endorse(evaluation: Evaluation, liaison: User) -> None:
    MembershipFactory.create(user=liaison, role=Role.MANAGER, department=evaluation.department)
    person = User.objects.get(pk=liaison.pk)
    fill_in(evaluation, person)
    perform(evaluation=evaluation, transition=workflow.SUBMIT, by=person)
    assert told(MailKind.SUBMITTED) == set()


def test_endorsing_tells_who_submitted(evaluation: Evaluation, brought_to: Brought, liaison: User) -> None:
    UserFactory.create(name="同じ課の担当", role=Role.LIAISON, role__department=evaluation.department)
    brought_to(Status.ENDORSED, evaluation)
    assert told(MailKind.ENDORSED) == {liaison.name}
    assert "課長の試験 課長さんが承認しました" in one(MailKind.ENDORSED, liaison).body


def test_a_return_by_the_manager_tells_the_liaisons_why_and_where(
    evaluation: Evaluation, brought_to: Brought, liaison: User, manager: User
) -> None:
    UserFactory.create(name="同じ課の担当", role=Role.LIAISON, role__department=evaluation.department)
    UserFactory.create(name="同じ課の課長", role=Role.MANAGER, role__department=evaluation.department)
    brought_to(Status.SUBMITTED, evaluation)
    perform(
        evaluation=evaluation,
        transition=workflow.RETURN_BY_MANAGER,
        by=manager,
        comment="実績の数値を確かめてください。\n<資料2>と違います。",
        fields=[EvaluationField.RESULTS, EvaluationField.SETTLEMENT],
    )
    assert told(MailKind.RETURNED) == {liaison.name, "同じ課の担当"}
    body = one(MailKind.RETURNED, liaison).body
    assert "理由：\n実績の数値を確かめてください。\n<資料2>と違います。\n" in body
    assert "確かめる項目：実績、決算額" in body
    assert "期限までにもう一度提出してください" in body


def test_a_return_after_the_deadline_says_so(
    evaluation: Evaluation, brought_to: Brought, manager: User, liaison: User, time_machine: object
) -> None:
    brought_to(Status.SUBMITTED, evaluation)
    time_machine.move_to("2017-06-01T10:00:00+09:00")  # type: ignore[attr-defined]
    perform(evaluation=evaluation, transition=workflow.RETURN_BY_MANAGER, by=manager, comment="直してください。")
    assert "もう一度提出してください。提出期限を過ぎています。" in one(MailKind.RETURNED, liaison).body


def test_a_return_by_ict_tells_who_submitted_and_the_manager_too(
    evaluation: Evaluation, brought_to: Brought, liaison: User, manager: User, ict_staff: User
) -> None:
    brought_to(Status.ACCEPTED, evaluation)
    perform(evaluation=evaluation, transition=workflow.RETURN_BY_STAFF, by=ict_staff, comment="直してください。")
    assert told(MailKind.RETURNED) == {liaison.name, manager.name}
    assert "ICT推進課の試験 推進課さんが、次の調書を差し戻しました。" in one(MailKind.RETURNED, manager).body


def test_who_submitted_and_has_left_the_department_hears_nothing_more(
    evaluation: Evaluation, brought_to: Brought, liaison: User, manager: User, ict_staff: User
) -> None:
    brought_to(Status.ENDORSED, evaluation)
    liaison.memberships.update(valid_to=datetime.date(2017, 5, 9))
    MembershipFactory.create(user=liaison, role=Role.LIAISON)
    perform(evaluation=evaluation, transition=workflow.RETURN_BY_STAFF, by=ict_staff, comment="直してください。")
    assert told(MailKind.RETURNED) == {manager.name}


def test_accepting_tells_who_submitted_and_the_manager(
    evaluation: Evaluation, brought_to: Brought, liaison: User, manager: User
) -> None:
    brought_to(Status.ACCEPTED, evaluation)
    assert told(MailKind.ACCEPTED) == {liaison.name, manager.name}
    assert one(MailKind.ACCEPTED, liaison).subject == f"{PREFIX}平成28(2016)年度の評価の調書1件の確認が済みました"


def test_accepting_many_tells_each_person_once(
    liaison: User, manager: User, ict_staff: User, division: Department, brought_to: Brought
) -> None:
    opened(division, actions=4, by=ict_staff)
    evaluations = list(Evaluation.objects.order_by("action__code"))
    for evaluation in evaluations[:3]:
        brought_to(Status.ENDORSED, evaluation)
    done, refused = accept_many(evaluations=evaluations, by=ict_staff)
    assert (len(done), len(refused), told(MailKind.ACCEPTED)) == (3, 1, {liaison.name, manager.name})
    sent = one(MailKind.ACCEPTED, manager)
    assert [line for line in sent.body.splitlines() if line.startswith("・")] == [f"・{row}" for row in evaluations[:3]]


def test_the_acceptances_before_a_failure_are_told(
    liaison: User, manager: User, ict_staff: User, division: Department, brought_to: Brought
) -> None:
    opened(division, actions=2, by=ict_staff)
    first, second = (brought_to(Status.ENDORSED, evaluation) for evaluation in Evaluation.objects.all())
    missing = Evaluation(pk=0)
    with pytest.raises(Evaluation.DoesNotExist):
        accept_many(evaluations=[first, missing, second], by=ict_staff)
    assert told(MailKind.ACCEPTED) == {liaison.name, manager.name}


@pytest.mark.parametrize("transition", [workflow.SAVE, workflow.WITHDRAW])
def test_saving_and_withdrawing_are_told_to_nobody(
    transition: workflow.Transition, evaluation: Evaluation, brought_to: Brought, liaison: User
) -> None:
    brought_to(Status.SUBMITTED, evaluation)
    OutboxMail.objects.all().delete()
    perform(evaluation=evaluation, transition=workflow.WITHDRAW, by=liaison)
    if transition is workflow.SAVE:
        fill_in(evaluation, liaison, results="書き直しました。")
    assert OutboxMail.objects.count() == 0


def test_each_turn_of_a_submission_is_told_again(
    evaluation: Evaluation, brought_to: Brought, liaison: User, manager: User
) -> None:
    brought_to(Status.SUBMITTED, evaluation)
    perform(evaluation=evaluation, transition=workflow.WITHDRAW, by=liaison)
    perform(evaluation=evaluation, transition=workflow.SUBMIT, by=liaison)
    assert OutboxMail.objects.filter(kind=MailKind.SUBMITTED, to=manager).count() == 2


@pytest.mark.parametrize(
    ("steps", "sent"),
    [
        ([], 1),
        ([workflow.WITHDRAW], 0),
        ([workflow.WITHDRAW, workflow.SUBMIT], 1),  # the mail of the second 提出 alone
        ([workflow.ENDORSE], 0),
    ],
)
def test_the_wish_for_endorsement_is_not_sent_when_nothing_waits_for_it(
    steps: list[workflow.Transition],
    sent: int,
    evaluation: Evaluation,
    brought_to: Brought,
    liaison: User,
    manager: User,
) -> None:
    brought_to(Status.SUBMITTED, evaluation)
    for step in steps:
        perform(evaluation=evaluation, transition=step, by=manager if step is workflow.ENDORSE else liaison)
    asked = OutboxMail.objects.filter(kind=MailKind.SUBMITTED)
    total = asked.count()
    out = StringIO()
    call_command("send_outbox", stdout=out)
    assert (asked.filter(sent_at__isnull=False).count(), asked.filter(unneeded_at__isnull=False).count()) == (
        sent,
        total - sent,
    )
    assert ("送る必要のなくなった1通は、送りませんでした。" in out.getvalue()) == (sent < total)
    assert len([each for each in mail.outbox if "承認のお願い" in each.subject]) == sent
    assert OutboxMail.objects.unsent().filter(to__is_demo=False).count() == 0


def test_the_wish_for_endorsement_is_not_sent_when_it_waits_in_another_department(
    evaluation: Evaluation, brought_to: Brought, manager: User, other_manager: User, ict_staff: User
) -> None:
    brought_to(Status.SUBMITTED, evaluation)
    given_to(evaluation.action, department_of(other_manager))
    hand_over(round=evaluation.round, keys=[evaluation.pk], by=ict_staff)
    call_command("send_outbox", stdout=StringIO())
    assert OutboxMail.objects.get(kind=MailKind.SUBMITTED, to=manager).unneeded_at is not None
    told_of_move = OutboxMail.objects.filter(kind=MailKind.HANDED_OVER, sent_at__isnull=False)
    assert {manager, other_manager} <= {each.to for each in told_of_move}


# ── 公表 ──────────────────────────────────────────────────────────────────────


def test_publishing_tells_everybody_of_the_round_where_to_read_it(
    evaluation: Evaluation, brought_to: Brought, liaison: User, manager: User, ict_staff: User, other_liaison: User
) -> None:
    brought_to(Status.ACCEPTED, evaluation)
    publish(round=evaluation.round, by=ict_staff)
    assert told(MailKind.PUBLISHED) == {liaison.name, manager.name, ict_staff.name}
    sent = one(MailKind.PUBLISHED, liaison)
    assert sent.subject == f"{PREFIX}平成28(2016)年度の評価を公表しました"
    assert f"http://testserver{evaluation.round.get_absolute_url()}" in sent.body


def test_publishing_an_exception_later_tells_its_department(
    evaluation: Evaluation, liaison: User, manager: User, ict_staff: User
) -> None:
    set_exception(evaluation=evaluation, by=ict_staff, reason="遅れています。")
    publish(round=evaluation.round, by=ict_staff)
    bring_to(Status.ACCEPTED, evaluation, liaison=liaison, manager=manager, staff=ict_staff)
    publish_late(evaluation=evaluation, by=ict_staff, reason="確認が済んだため")
    late = OutboxMail.objects.filter(kind=MailKind.PUBLISHED, key__contains=":event-")
    assert {row.to.name for row in late} == {liaison.name, manager.name}
    assert f"http://testserver{evaluation.action.get_absolute_url()}" in late[0].body


# ── The outbox ────────────────────────────────────────────────────────────────


def test_nothing_is_sent_by_what_people_do(evaluation: Evaluation, brought_to: Brought) -> None:
    brought_to(Status.ACCEPTED, evaluation)
    assert (mail.outbox, OutboxMail.objects.filter(sent_at__isnull=False).count()) == ([], 0)


def test_what_is_undone_leaves_no_mail(evaluation: Evaluation, liaison: User, manager: User) -> None:
    fill_in(evaluation, liaison)
    with transaction.atomic():
        perform(evaluation=evaluation, transition=workflow.SUBMIT, by=liaison)
        assert told(MailKind.SUBMITTED) == {manager.name}
        transaction.set_rollback(True)
    assert told(MailKind.SUBMITTED) == set()


def test_what_is_refused_leaves_no_mail(evaluation: Evaluation, brought_to: Brought, manager: User) -> None:
    brought_to(Status.SUBMITTED, evaluation)
    with pytest.raises(ReasonRequired):
        perform(evaluation=evaluation, transition=workflow.RETURN_BY_MANAGER, by=manager)
    assert told(MailKind.RETURNED) == set()


def test_the_same_mail_is_queued_once(liaison: User, round_: Round) -> None:
    expected = [(f"opened:round-{round_.pk}:{liaison.pk}", liaison.name)]
    assert list(OutboxMail.objects.values_list("key", "to__name")) == expected
    notices.tell_opened(round_)
    assert list(OutboxMail.objects.values_list("key", "to__name")) == expected


def test_queueing_says_what_is_new(liaison: User, manager: User) -> None:
    drafts = [
        Draft(f"opened:x:{person.pk}", MailKind.OPENED, person, "件名", "本文\n") for person in (liaison, manager)
    ]
    assert queue(drafts[:1]) == drafts[:1]
    assert queue(drafts) == drafts[1:]
    assert queue(drafts) == []


def test_a_long_title_does_not_break_the_subject(
    liaison: User, manager: User, division: Department, ict_staff: User, brought_to: Brought
) -> None:
    opened(division, by=ict_staff)
    evaluation = Evaluation.objects.get()
    evaluation.action.title = "題" * 198 + "\n"
    evaluation.action.save()
    brought_to(Status.SUBMITTED, evaluation)
    subject = one(MailKind.SUBMITTED, manager).subject
    assert (len(subject), "\n" in subject, subject[-1]) == (200, False, "…")


def test_opening_asks_the_database_the_same_for_many_people(division: Department, ict_staff: User) -> None:
    def queries_of(people: int) -> int:
        for _ in range(people):
            UserFactory.create(role=Role.LIAISON, role__department=division)
        OutboxMail.objects.all().delete()
        with CaptureQueriesContext(connection) as captured:
            notices.tell_opened(round_)
        return len(captured)

    round_ = opened(division, by=ict_staff)
    few = queries_of(2)
    assert (queries_of(40), few <= 6) == (few, True)
    assert OutboxMail.objects.count() == 42
