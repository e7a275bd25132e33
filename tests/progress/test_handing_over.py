"""The 主管課 of one action changes during a round: its 調書 follows, on one press, and says so to everybody."""

import datetime
from collections.abc import Callable

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.enums import AuditKind
from accounts.models import AuditEntry, Department, User
from programs.models import ActionOwner
from progress import permissions, workflow
from progress.actions.handing_over import hand_over
from progress.actions.publication import publish
from progress.actions.rounds import extend, set_exception
from progress.enums import MailKind, RoundState, Status
from progress.errors import NotYours
from progress.models import Evaluation, OutboxMail, Round
from progress.queries.led_elsewhere import led_elsewhere, page_of_moves, placed
from tests.factories import DepartmentFactory
from tests.programs.factories import ActionOwnerFactory
from tests.progress.factories import CHANGED_ON, department_of, given_to, opened

pytestmark = pytest.mark.django_db
Brought = Callable[[Status, Evaluation], Evaluation]


def again(user: User) -> User:
    """With the roles as a new request reads them."""
    return User.objects.get(pk=user.pk)


@pytest.fixture
def new_home(other_liaison: User) -> Department:
    return department_of(other_liaison)


@pytest.fixture
def strayed(evaluation: Evaluation, new_home: Department) -> Evaluation:
    given_to(evaluation.action, new_home)
    return evaluation


def test_the_new_department_sees_it_and_the_old_one_does_not(
    strayed: Evaluation, new_home: Department, liaison: User, other_liaison: User, ict_staff: User
) -> None:
    before = [list(permissions.visible_to(again(user))) for user in (liaison, other_liaison)]
    done = hand_over(round=strayed.round, keys=[strayed.pk], by=ict_staff)
    after = [list(permissions.visible_to(again(user))) for user in (liaison, other_liaison)]
    assert (before, after) == ([[strayed], []], [[], [strayed]])
    assert [(each.evaluation.pk, each.after) for each in done.moved] == [(strayed.pk, new_home)]
    assert list(led_elsewhere(strayed.round)) == []


WHO_MAY = {
    Status.DRAFT: {"other_liaison": ["save", "submit"]},
    Status.RETURNED: {"other_liaison": ["save", "submit"]},
    Status.SUBMITTED: {"other_manager": ["endorse", "return_by_manager"]},
    Status.ENDORSED: {"ict_staff": ["return_by_staff", "accept"]},
    Status.ACCEPTED: {"ict_staff": ["return_by_staff"]},
}


@pytest.mark.parametrize("status", WHO_MAY)
def test_the_chain_goes_on_in_the_new_department(
    status: Status, strayed: Evaluation, brought_to: Brought, request: pytest.FixtureRequest, ict_staff: User
) -> None:
    """Every state × every persona: what was filled in, submitted and endorsed stays so."""
    text = brought_to(status, strayed)
    hand_over(round=strayed.round, keys=[strayed.pk], by=ict_staff)
    moved = Evaluation.objects.with_everything().get(pk=strayed.pk)
    assert (moved.status, moved.results, moved.submitted_by, moved.version) == (
        status,
        text.results,
        text.submitted_by,
        text.version,
    )
    personas = ("liaison", "manager", "other_liaison", "other_manager", "committee_viewer", "ict_staff")
    steps = workflow.possible(status=status, round_state=RoundState.OPEN)
    may = {
        name: [each.name for each in permissions.permitted(again(request.getfixturevalue(name)), steps, moved)]
        for name in personas
    }
    assert {name: found for name, found in may.items() if found} == WHO_MAY[status]


@pytest.mark.parametrize(
    "persona", ["liaison", "manager", "other_liaison", "other_manager", "committee_viewer", "administrator"]
)
def test_only_staff_hand_over(persona: str, strayed: Evaluation, request: pytest.FixtureRequest) -> None:
    with pytest.raises(NotYours, match="調書は、ICT推進課の職員が主管課に移します。"):
        hand_over(round=strayed.round, keys=[strayed.pk], by=request.getfixturevalue(persona))
    assert [each.pk for each in led_elsewhere(strayed.round)] == [strayed.pk]


def test_it_is_on_record_and_both_departments_are_told(
    strayed: Evaluation,
    liaison: User,
    manager: User,
    other_liaison: User,
    other_manager: User,
    ict_staff: User,
    division: Department,
    new_home: Department,
) -> None:
    hand_over(round=strayed.round, keys=[strayed.pk], by=ict_staff)
    event = strayed.events.get()
    assert (event.transition, event.from_status, event.to_status, event.by, event.comment) == (
        "hand_over",
        Status.DRAFT,
        Status.DRAFT,
        ict_staff,
        f"取組の主管課が変わったため、{division}から{new_home}に移しました。",
    )
    entry = AuditEntry.objects.latest("number")
    assert (entry.kind, entry.person, entry.about, entry.facts) == (
        AuditKind.TRANSITION,
        ict_staff,
        f"主管課の変更：{strayed.round}",
        {"件数": 1, "調書": [f"{strayed}：{division} → {new_home}"]},
    )
    newest = strayed.history.latest()
    assert (newest.department, newest.history_user) == (new_home, ict_staff)
    mails = {mail.to: mail.body for mail in OutboxMail.objects.filter(kind=MailKind.HANDED_OVER)}
    assert set(mails) == {liaison, manager, other_liaison, other_manager}
    gained = f"■ {new_home}が引き継いだ調書\n提出期限：2017年5月31日（水）\n・{strayed}（記入中。{division}から）"
    assert [gained in mails[user] for user in (other_liaison, other_manager, liaison)] == [True, True, False]
    assert "記入して、期限までに提出してください。" in mails[other_liaison]
    assert "承認待ちのものを確かめ" in mails[other_manager]
    lost = f"■ {division}から移った調書\n・{strayed}（{new_home}へ）"
    assert [lost in mails[user] for user in (liaison, manager, other_liaison)] == [True, True, False]
    assert "主管課が違うときは、ICT推進課に知らせてください。" in mails[liaison]


def test_a_second_press_does_nothing(strayed: Evaluation, ict_staff: User) -> None:
    hand_over(round=strayed.round, keys=[strayed.pk], by=ict_staff)
    counts = (OutboxMail.objects.count(), AuditEntry.objects.count(), strayed.events.count())
    done = hand_over(round=strayed.round, keys=[strayed.pk], by=ict_staff)
    assert (done.moved, done.refused, done.needless) == ([], [], 1)
    assert (OutboxMail.objects.count(), AuditEntry.objects.count(), strayed.events.count()) == counts


def test_what_goes_back_later_is_told_again(strayed: Evaluation, division: Department, ict_staff: User) -> None:
    hand_over(round=strayed.round, keys=[strayed.pk], by=ict_staff)
    told = OutboxMail.objects.filter(kind=MailKind.HANDED_OVER).count()
    given_to(strayed.action, division, on=CHANGED_ON + datetime.timedelta(days=7))
    hand_over(round=strayed.round, keys=[strayed.pk], by=ict_staff)
    assert OutboxMail.objects.filter(kind=MailKind.HANDED_OVER).count() == 2 * told


def test_owners_that_changed_after_the_page_was_read_are_looked_at_again(
    strayed: Evaluation, division: Department, ict_staff: User
) -> None:
    seen_at = timezone.now()
    third = DepartmentFactory.create()
    given_to(strayed.action, third, on=CHANGED_ON + datetime.timedelta(days=7))
    done = hand_over(round=strayed.round, keys=[strayed.pk], by=ict_staff, seen_at=seen_at)
    assert (done.moved, [each.evaluation.pk for each in done.refused]) == ([], [strayed.pk])
    assert Evaluation.objects.get(pk=strayed.pk).department == division


def test_only_what_was_chosen_moves(division: Department, new_home: Department, ict_staff: User) -> None:
    round_ = opened(division, actions=3, by=ict_staff)
    first, second, third = round_.evaluations.order_by("pk")
    for each in (first, second):
        given_to(each.action, new_home)
    done = hand_over(round=round_, keys=[first.pk, third.pk], by=ict_staff)
    departments = list(round_.evaluations.order_by("pk").values_list("department", flat=True))
    assert departments == [new_home.pk, division.pk, division.pk]
    assert (len(done.moved), done.needless) == (1, 1)


def test_published_ones_keep_the_department_of_their_day_and_exceptions_follow(
    division: Department, new_home: Department, ict_staff: User, brought_to: Brought
) -> None:
    round_ = opened(division, actions=2, by=ict_staff)
    first, second = round_.evaluations.order_by("pk")
    brought_to(Status.ACCEPTED, first)
    set_exception(evaluation=second, by=ict_staff, reason="決算が確定していないため")
    publish(round=round_, by=ict_staff)
    for each in (first, second):
        given_to(each.action, new_home)
    assert [each.pk for each in led_elsewhere(round_)] == [second.pk]
    hand_over(round=round_, keys=[first.pk, second.pk], by=ict_staff)
    departments = list(round_.evaluations.order_by("pk").values_list("department", flat=True))
    assert departments == [division.pk, new_home.pk]


@pytest.mark.parametrize(
    ("day", "is_moved"), [(datetime.date(2017, 5, 8), False), (datetime.date(2017, 5, 9), True)], ids=["before", "on"]
)
def test_a_change_entered_ahead_counts_from_its_day(
    day: datetime.date, is_moved: bool, evaluation: Evaluation, new_home: Department
) -> None:
    given_to(evaluation.action, new_home, on=datetime.date(2017, 5, 9))
    assert led_elsewhere(evaluation.round, day).exists() is is_moved


def test_before_the_first_day_of_the_round_that_day_counts(evaluation: Evaluation, new_home: Department) -> None:
    """Opened ahead: it is with who leads on the first day, and whoever leads until then does not get it."""
    before = evaluation.round.opens_on - datetime.timedelta(days=3)
    ActionOwner.objects.filter(action=evaluation.action).update(valid_from=evaluation.round.opens_on)
    ActionOwnerFactory.create(
        action=evaluation.action, department=new_home, valid_from=before - datetime.timedelta(days=9), valid_to=before
    )
    assert not led_elsewhere(evaluation.round, before).exists()


def test_the_form_of_the_action_goes_by_the_same_day(evaluation: Evaluation, new_home: Department) -> None:
    """Before the first day of the round by who leads on that day."""
    first = evaluation.round.opens_on
    given_to(evaluation.action, new_home, on=first)
    for ahead in (3, 0):
        with time_machine.travel(first - datetime.timedelta(days=ahead), tick=False):
            said = [each.is_behind for each in placed(evaluation.action)]
            assert (said, led_elsewhere(evaluation.round).exists()) == ([True], True)


def test_who_leads_on_a_day(evaluation: Evaluation, division: Department, new_home: Department) -> None:
    """From the first day to the last; no 関係課."""
    given_to(evaluation.action, new_home)
    ActionOwnerFactory.create(action=evaluation.action, department=DepartmentFactory.create(), related=True)
    days = (CHANGED_ON - datetime.timedelta(days=1), CHANGED_ON)
    leads = [list(ActionOwner.objects.leading_on(day).values_list("department", flat=True)) for day in days]
    assert leads == [[division.pk], [new_home.pk]]


def test_what_nobody_leads_stays(evaluation: Evaluation) -> None:
    ActionOwner.objects.filter(action=evaluation.action).update(valid_to=CHANGED_ON)
    assert not led_elsewhere(evaluation.round).exists()


def test_a_department_that_has_ended_is_nobody_to_hand_over_to(strayed: Evaluation, new_home: Department) -> None:
    """Its period as owner may have been typed beyond its own end."""
    assert led_elsewhere(strayed.round).exists()
    Department.objects.filter(pk=new_home.pk).update(valid_to=CHANGED_ON)
    assert not led_elsewhere(strayed.round, CHANGED_ON + datetime.timedelta(days=1)).exists()


def test_an_extension_stays_with_a_department_that_goes_on(
    strayed: Evaluation, division: Department, new_home: Department, ict_staff: User
) -> None:
    extend(
        round=strayed.round, department=division, deadline=datetime.date(2017, 6, 7), reason="災害対応", by=ict_staff
    )
    hand_over(round=strayed.round, keys=[strayed.pk], by=ict_staff)
    assert list(strayed.round.extensions.values_list("department", flat=True)) == [division.pk]


def test_an_extension_goes_along_from_a_department_that_has_ended(
    strayed: Evaluation, division: Department, new_home: Department, ict_staff: User
) -> None:
    extend(
        round=strayed.round, department=division, deadline=datetime.date(2017, 6, 7), reason="災害対応", by=ict_staff
    )
    Department.objects.filter(pk=division.pk).update(valid_to=datetime.date(2017, 4, 30))
    (shown,) = page_of_moves(strayed.round, "").object_list
    hand_over(round=strayed.round, keys=[strayed.pk], by=ict_staff)
    kept = strayed.round.extensions.get().deadline
    assert strayed.round.extensions.get().department == new_home
    assert kept == shown.left.deadline == datetime.date(2017, 6, 7)


def test_many_take_as_many_queries_as_one(division: Department, new_home: Department, ict_staff: User) -> None:
    counts = []
    for actions in (1, 1, 30):  # the first one makes what there is once
        round_: Round = opened(division, actions=actions, by=ict_staff)
        for each in round_.evaluations.all():
            given_to(each.action, new_home)
        keys = list(round_.evaluations.values_list("pk", flat=True))
        with CaptureQueriesContext(connection) as captured:
            assert len(hand_over(round=round_, keys=keys, by=ict_staff).moved) == actions
        counts.append(len(captured))
    assert counts[1] == counts[2]


def test_interrupted_nothing_has_moved(strayed: Evaluation, division: Department, ict_staff: User) -> None:
    def stop(done: int, total: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        hand_over(round=strayed.round, keys=[strayed.pk], by=ict_staff, report=stop)
    assert (Evaluation.objects.get(pk=strayed.pk).department, strayed.events.count()) == (division, 0)
