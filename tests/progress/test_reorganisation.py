"""組織改編: old years keep the old name, open 調書 and people move."""

import dataclasses
import datetime
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.enums import Role
from accounts.models import Department, Membership, User
from programs.models import ActionOwner
from progress import permissions
from progress.actions.publication import publish
from progress.actions.reorganisation import realign, reorganise
from progress.actions.rounds import extend
from progress.enums import Status
from progress.errors import CannotReorganise, NotYours
from progress.models import Evaluation, PublishedEvaluation
from progress.queries.reorganisation import moves
from progress.reorganising import Reorganisation, Successor
from tests.factories import DepartmentFactory, MembershipFactory, UserFactory
from tests.programs.factories import ActionOwnerFactory
from tests.progress.factories import action_of, opened

pytestmark = pytest.mark.django_db

DAY = datetime.date(2017, 5, 1)
LAST = datetime.date(2017, 4, 30)


@pytest.fixture(autouse=True)
def _in_may_2017() -> object:
    with time_machine.travel(datetime.datetime(2017, 5, 8, 1, tzinfo=datetime.UTC), tick=False):
        yield


def _renamed(department: Department, name: str = "新しい課", **more: Any) -> Reorganisation:
    return Reorganisation(
        DAY, (department,), (Successor(code=department.code, name=name, bureau=department.bureau),), **more
    )


def _published_before(
    division: Department, ict_staff: User, brought_to: Callable[[Status, Evaluation], Evaluation]
) -> Evaluation:
    """What the department published, as it is stored after the department was renamed."""
    round_ = opened(division, by=ict_staff)
    brought_to(Status.ACCEPTED, round_.evaluations.get())
    publish(round=round_, by=ict_staff)
    reorganise(reorganisation=_renamed(division), by=ict_staff)
    return round_.evaluations.get()


def test_a_renamed_department_passes_on_everything(
    division: Department, liaison: User, manager: User, ict_staff: User
) -> None:
    round_ = opened(division, by=ict_staff)
    (successor,) = reorganise(reorganisation=_renamed(division), by=ict_staff)
    division.refresh_from_db()
    assert (division.valid_to, list(division.successors.all())) == (LAST, [successor])
    assert (successor.name, successor.code, successor.valid_from) == ("新しい課", division.code, DAY)
    owners = ActionOwner.objects.order_by("valid_from").values_list("department", "valid_from", "valid_to")
    assert list(owners) == [
        (division.pk, datetime.date(2016, 4, 1), LAST),
        (successor.pk, DAY, None),
    ]
    assert round_.evaluations.get().department == successor
    for person in (liaison, manager):
        assert permissions.departments_of(User.objects.get(pk=person.pk), Role.LIAISON, Role.MANAGER) == {successor.pk}
        assert person.memberships.get(department=division).valid_to == LAST


def test_what_was_published_keeps_the_department_of_its_day(
    division: Department, ict_staff: User, brought_to: Callable[[Status, Evaluation], Evaluation]
) -> None:
    published = _published_before(division, ict_staff, brought_to)
    assert published.department == division
    assert PublishedEvaluation.objects.get().department_name == "試験福祉課"


def test_people_still_read_what_their_department_published_under_its_old_name(
    division: Department,
    liaison: User,
    other_liaison: User,
    ict_staff: User,
    brought_to: Callable[[Status, Evaluation], Evaluation],
) -> None:
    published = _published_before(division, ict_staff, brought_to)
    assert published.department == division
    readers = [list(permissions.visible_to(User.objects.get(pk=user.pk))) for user in (liaison, other_liaison)]
    assert readers == [[published], []]


def test_merged_departments(ict_staff: User) -> None:
    first, second = DepartmentFactory.create(), DepartmentFactory.create()
    round_ = opened(first, second, by=ict_staff)
    shared = round_.evaluations.get(department=first).action
    ActionOwnerFactory.create(action=shared, department=second, related=True)
    both = UserFactory.create(role=Role.LIAISON, role__department=first)
    MembershipFactory.create(user=both, role=Role.LIAISON, department=second)
    merged = Successor(code="M1", name="統合した課", bureau=first.bureau)
    (successor,) = reorganise(reorganisation=Reorganisation(DAY, (first, second), (merged,)), by=ict_staff)
    assert {evaluation.department for evaluation in round_.evaluations.all()} == {successor}
    assert [owner.kind for owner in shared.owners.filter(department=successor)] == ["lead"]
    assert both.memberships.filter(department=successor).count() == 1
    assert set(successor.predecessors.all()) == {first, second}


def test_merged_into_one_that_goes_on(ict_staff: User) -> None:
    ending, staying = DepartmentFactory.create(), DepartmentFactory.create()
    round_ = opened(ending, staying, by=ict_staff)
    reorganise(reorganisation=Reorganisation(DAY, (ending,), (Successor(existing=staying),)), by=ict_staff)
    assert {evaluation.department for evaluation in round_.evaluations.all()} == {staying}
    staying.refresh_from_db()
    assert staying.valid_to is None


def test_a_split_department_divides_actions_and_people(division: Department, ict_staff: User) -> None:
    round_ = opened(division, actions=2, by=ict_staff)
    first, second = (evaluation.action for evaluation in round_.evaluations.order_by("pk"))
    stays, goes = (UserFactory.create(role=Role.LIAISON, role__department=division) for _ in range(2))
    halves = tuple(
        Successor(code=code, name=name, bureau=division.bureau) for code, name in (("S1", "一課"), ("S2", "二課"))
    )
    one, two = reorganise(
        reorganisation=Reorganisation(DAY, (division,), halves, action_to={second.pk: 1}, person_to={goes.pk: 1}),
        by=ict_staff,
    )
    departments = dict(round_.evaluations.values_list("action", "department"))
    assert departments == {first.pk: one.pk, second.pk: two.pk}
    in_force = Membership.objects.filter(valid_to__isnull=True, department__in=[one, two])
    assert dict(in_force.values_list("user", "department")) == {stays.pk: one.pk, goes.pk: two.pk}


def test_a_renamed_bureau_takes_its_divisions_along(ict_staff: User) -> None:
    bureau = DepartmentFactory.create(is_bureau=True, name="総務局")
    division = DepartmentFactory.create(bureau=bureau, name="情報課", code="B-01")
    round_ = opened(division, by=ict_staff)
    new = Reorganisation(DAY, (bureau,), (Successor(code=bureau.code, name="総務企画局"),))
    (successor,) = reorganise(reorganisation=new, by=ict_staff)
    renewed = round_.evaluations.get().department
    assert (renewed.name, renewed.code, renewed.bureau, renewed.valid_from) == ("情報課", "B-01", successor, DAY)
    division.refresh_from_db()
    assert (division.bureau, division.valid_to) == (bureau, LAST)


def test_what_is_entered_ahead_moves_the_open_ones_on_the_day(division: Department, ict_staff: User) -> None:
    round_ = opened(division, by=ict_staff)
    day = datetime.date(2017, 6, 1)
    new = Reorganisation(day, (division,), (Successor(code="N1", name="新しい課", bureau=division.bureau),))
    (successor,) = reorganise(reorganisation=new, by=ict_staff)
    assert round_.evaluations.get().department == division
    assert realign(today=datetime.date(2017, 5, 31)) == 0
    assert realign(today=day) == 1
    assert round_.evaluations.get().department == successor
    assert realign(today=day) == 0


def test_an_extension_moves_too(division: Department, ict_staff: User) -> None:
    round_ = opened(division, by=ict_staff)
    extend(round=round_, department=division, deadline=datetime.date(2017, 6, 7), reason="改組のため", by=ict_staff)
    (successor,) = reorganise(reorganisation=_renamed(division), by=ict_staff)
    assert round_.extensions.get(department=successor).deadline == datetime.date(2017, 6, 7)


def test_what_moves_is_listed_before(division: Department, liaison: User, manager: User, ict_staff: User) -> None:
    round_ = opened(division, actions=2, by=ict_staff)
    listed = moves(_renamed(division))
    assert [owner.action for owner in listed.owners] == [
        evaluation.action for evaluation in round_.evaluations.order_by("action__code")
    ]
    assert {membership.user for membership in listed.memberships} == {liaison, manager}
    assert listed.evaluations.count() == 2
    division.refresh_from_db()
    assert division.valid_to is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"predecessors": ()}, "終わる組織を選んでください。"),
        ({"successors": ()}, "引き継ぐ組織を入力してください。"),
        ({"successors": (Successor(code="X", name=""),)}, "引き継ぐ組織の、組織コードと名称を入力してください。"),
        (
            {"successors": (Successor(code="X", name="甲"), Successor(code="X", name="乙"))},
            "組織コード『X』が重なっています。別のコードを入力してください。",
        ),
        (
            {"day": datetime.date(2016, 4, 1)},
            "『試験福祉課』の設置日は改編の日より後です。改編の日を確かめてください。",
        ),
    ],
)
def test_what_stands_in_the_way_is_named(
    division: Department, ict_staff: User, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(CannotReorganise) as error:
        reorganise(reorganisation=dataclasses.replace(_renamed(division), **change), by=ict_staff)
    assert message in error.value.problems
    division.refresh_from_db()
    assert division.valid_to is None


def test_a_code_of_another_department_is_refused(division: Department, ict_staff: User) -> None:
    other = DepartmentFactory.create()
    new = Reorganisation(DAY, (division,), (Successor(code=other.code, name="新しい課"),))
    with pytest.raises(CannotReorganise) as error:
        reorganise(reorganisation=new, by=ict_staff)
    assert error.value.problems == [
        f"組織コード『{other.code}』は、ほかの組織が使っています。別のコードを入力してください。"
    ]


@pytest.mark.parametrize("persona", ["liaison", "manager", "committee_viewer"])
def test_only_staff_and_administrators_reorganise(
    persona: str, division: Department, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(NotYours):
        reorganise(reorganisation=_renamed(division), by=request.getfixturevalue(persona))


def test_many_actions_take_as_many_queries_as_one(ict_staff: User) -> None:
    counts = []
    for actions in (1, 1, 40):  # the first one makes the content version
        department = DepartmentFactory.create()
        round_ = opened(department, by=ict_staff)
        for _ in range(actions - 1):
            action_of(round_.program, department)
        with CaptureQueriesContext(connection) as captured:
            reorganise(reorganisation=_renamed(department), by=ict_staff)
        counts.append(len(captured))
    assert counts[1] == counts[2]


def test_interrupted_nothing_has_moved(division: Department, ict_staff: User) -> None:
    round_ = opened(division, by=ict_staff)

    def stop(done: int, total: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reorganise(reorganisation=_renamed(division), by=ict_staff, report=stop)
    division.refresh_from_db()
    assert (division.valid_to, round_.evaluations.get().department) == (None, division)
