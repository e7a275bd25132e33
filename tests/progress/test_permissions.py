"""Who may know of which 調書."""

import datetime
from collections.abc import Callable

import pytest
from django.utils import timezone

from accounts.enums import Role
from accounts.models import Department, User
from programs.models import ActionOwner
from progress import permissions
from progress.actions.evaluations import perform
from progress.actions.rounds import release_to_committee, withdraw_from_committee
from progress.enums import Status
from progress.models import Evaluation, Round
from progress.workflow import ACCEPT, ENDORSE, SAVE, SUBMIT
from tests.factories import DepartmentFactory, MembershipFactory, UserFactory
from tests.programs.factories import ActionOwnerFactory
from tests.progress.factories import department_of, fill_in, opened

pytestmark = pytest.mark.django_db
ONE_DAY = datetime.timedelta(days=1)


def _seen(person: User) -> set[Evaluation]:
    return set(permissions.visible_to(User.objects.get(pk=person.pk)))


def test_a_department_sees_its_own_and_no_others(
    division: Department, liaison: User, other_liaison: User, manager: User, ict_staff: User
) -> None:
    other = department_of(other_liaison)
    round_ = opened(division, other, by=ict_staff)
    own = Evaluation.objects.get(round=round_, department=division)
    others = Evaluation.objects.get(round=round_, department=other)
    assert (_seen(liaison), _seen(manager), _seen(other_liaison)) == ({own}, {own}, {others})
    assert _seen(ict_staff) == {own, others}


def test_a_related_department_reads_but_does_not_edit(evaluation: Evaluation, other_liaison: User) -> None:
    department = department_of(other_liaison)
    ActionOwnerFactory.create(action=evaluation.action, department=department, related=True)
    assert _seen(other_liaison) == {evaluation}
    assert permissions.refusal(other_liaison, SAVE, evaluation) == "保存は、試験福祉課の担当者が行います。"


def test_a_related_department_reads_from_its_first_day_to_its_last(evaluation: Evaluation, other_liaison: User) -> None:
    owner = ActionOwnerFactory.create(action=evaluation.action, department=department_of(other_liaison), related=True)
    today = timezone.localdate()
    for first, last, sees in (
        (today, today, True),
        (today + ONE_DAY, None, False),
        (today - 2 * ONE_DAY, today - ONE_DAY, False),
    ):
        ActionOwner.objects.filter(pk=owner.pk).update(valid_from=first, valid_to=last)
        assert (_seen(other_liaison) == {evaluation}, permissions.is_in_chain(other_liaison, evaluation)) == (
            sees,
            sees,
        )


def test_a_role_that_has_ended_shows_nothing(evaluation: Evaluation, division: Department) -> None:
    person = UserFactory.create()
    MembershipFactory.create(user=person, role=Role.LIAISON, department=division, ended=True)
    assert _seen(person) == set()


def test_administrators_have_no_desk(evaluation: Evaluation, administrator: User) -> None:
    assert (_seen(administrator), permissions.may_enter_desk(administrator)) == (set(), False)


def test_the_committee_sees_what_was_released_and_accepted_and_nothing_else(
    division: Department,
    liaison: User,
    committee_viewer: User,
    ict_staff: User,
    brought_to: Callable[[Status, Evaluation], Evaluation],
) -> None:
    round_ = opened(division, actions=2, by=ict_staff)
    first, second = round_.evaluations.order_by("pk")
    brought_to(Status.ACCEPTED, first)
    fill_in(second, liaison)
    perform(evaluation=second, transition=SUBMIT, by=liaison)
    assert _seen(committee_viewer) == set()
    release_to_committee(round=round_, by=ict_staff)
    assert _seen(committee_viewer) == {first}
    withdraw_from_committee(round=round_, by=ict_staff)
    assert _seen(committee_viewer) == set()


def test_rounds_that_are_being_prepared_are_known_to_staff_only(
    round_: Round, liaison: User, ict_staff: User, committee_viewer: User
) -> None:
    Round.objects.filter(pk=round_.pk).update(state="planned", opened_at=None)
    assert set(permissions.rounds_visible_to(ict_staff)) == {round_}
    assert set(permissions.rounds_visible_to(liaison)) == set()
    assert set(permissions.rounds_visible_to(committee_viewer)) == set()


def test_who_submitted_neither_endorses_nor_accepts(division: Department, evaluation: Evaluation) -> None:
    """A person with every role still needs somebody else."""
    person = UserFactory.create(role=Role.ICT_STAFF)
    for role in (Role.LIAISON, Role.MANAGER):
        MembershipFactory.create(user=person, role=role, department=division)
    person = User.objects.get(pk=person.pk)
    fill_in(evaluation, person)
    perform(evaluation=evaluation, transition=SUBMIT, by=person)
    evaluation = Evaluation.objects.with_everything().get(pk=evaluation.pk)
    for transition in (ENDORSE, ACCEPT):
        assert permissions.refusal(person, transition, evaluation) == (
            f"自分が提出した調書の{transition.noun}はできません。ほかの人に依頼してください。"
        )


def test_a_department_that_ended_keeps_its_people_of_the_day(ict_staff: User) -> None:
    department = DepartmentFactory.create(valid_to=datetime.date(2099, 3, 31))
    round_ = opened(department, by=ict_staff)
    person = UserFactory.create(role=Role.LIAISON, role__department=department)
    assert _seen(person) == set(round_.evaluations.all())
