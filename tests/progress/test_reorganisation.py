"""組織改編: old years keep the old name, open 調書 and people move."""

import dataclasses
import datetime
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.enums import Role
from accounts.models import Department, Membership, User
from programs.models import ActionOwner, Program
from programs.queries.found_departments import found_departments
from progress import permissions
from progress.actions.publication import publish
from progress.actions.reorganisation import realign, reorganise
from progress.actions.rounds import extend
from progress.enums import Status
from progress.errors import CannotReorganise, NotYours
from progress.models import Evaluation, Extension, PublishedEvaluation, Round
from progress.queries.reorganisation import finished_programs, moves
from progress.reorganising import Reorganisation, Successor
from tests.factories import DepartmentFactory, MembershipFactory, UserFactory
from tests.programs.factories import ActionOwnerFactory, ProgramFactory
from tests.progress.factories import RoundFactory, action_of, department_of, opened

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
    people = [User.objects.get(pk=user.pk) for user in (liaison, other_liaison)]
    assert [list(permissions.visible_to(each)) for each in people] == [[published], []]
    # With the 経過: who returned it, and why.
    assert [permissions.is_in_chain(each, published) for each in people] == [True, False]


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
    assert list(round_.extensions.values_list("department", "deadline")) == [(successor.pk, datetime.date(2017, 6, 7))]
    assert Extension.history.filter(department=division, history_type="-", history_user=ict_staff).exists()


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


# ── Finished programmes ───────────────────────────────────────────────────────


AFTER_ITS_END = datetime.date(2017, 4, 1)


@pytest.fixture
def finished(division: Department, ict_staff: User, brought_to: Callable[[Status, Evaluation], Evaluation]) -> Round:
    """The round of the only year of a published programme, published."""
    fields: dict[str, Any] = {"program__end_year": 2016, "program__is_published": True, "program__slug": "2016"}
    round_ = opened(division, by=ict_staff, slug="2016", **fields)
    brought_to(Status.ACCEPTED, round_.evaluations.get())
    publish(round=round_, by=ict_staff)
    return Round.objects.get(pk=round_.pk)


def _renamed_on(department: Department, day: datetime.date) -> Reorganisation:
    return dataclasses.replace(_renamed(department), day=day)


def test_a_finished_programme_keeps_the_department_of_its_day(
    division: Department, finished: Round, ict_staff: User
) -> None:
    going_on = opened(division, by=ict_staff, program__end_year=2017)
    reorganise(reorganisation=_renamed_on(division, AFTER_ITS_END), by=ict_staff)
    owners = ActionOwner.objects.order_by("valid_from").values_list("department__name", "valid_to")
    assert list(owners.filter(action__program=finished.program)) == [("試験福祉課", None)]
    assert list(owners.filter(action__program=going_on.program)) == [
        ("試験福祉課", datetime.date(2017, 3, 31)),
        ("新しい課", None),
    ]


def test_the_public_pages_of_a_finished_programme_name_who_did_it(
    client: Client, division: Department, finished: Round, ict_staff: User
) -> None:
    (action,) = finished.program.actions.all()
    addresses = [
        finished.program.get_absolute_url(),
        action.get_absolute_url(),
        f"/programs/2016/departments/{division.code}/",
        "/programs/2016/departments/",
        f"/progress/2016/departments/{division.code}/",
        f"/search/?q={division.name}",
    ]
    before = [client.get(address).content.decode().count("試験福祉課") for address in addresses]
    assert all(before)
    reorganise(reorganisation=_renamed_on(division, AFTER_ITS_END), by=ict_staff)
    pages = [client.get(address).content.decode() for address in addresses]
    assert [page.count("試験福祉課") for page in pages] == before
    assert ["新しい課" in page for page in pages] == [False] * len(addresses)
    titles = [page.title for page in found_departments(finished.program.plan)]
    assert titles == [f"試験福祉課の取組（{finished.program}）{finished.program.sample_mark}"]


def _in_its_last_year(round_: Round) -> datetime.date:
    return datetime.date(2017, 3, 31)


def _next_year_to_come(round_: Round) -> datetime.date:
    Program.objects.filter(pk=round_.program_id).update(end_year=2017)
    return datetime.date(2018, 4, 1)


def _next_year_prepared(round_: Round) -> datetime.date:
    RoundFactory.create(program=round_.program, year=2017)
    Program.objects.filter(pk=round_.program_id).update(end_year=2016)
    return AFTER_ITS_END


def _exception_waits(round_: Round) -> datetime.date:
    nobody = {f"{name}_{end}": None for name in ("submitted", "endorsed", "accepted") for end in ("at", "by")}
    round_.evaluations.update(status=Status.DRAFT, exception_reason="決算が確定していないため", **nobody)
    return AFTER_ITS_END


def _never_evaluated(round_: Round) -> datetime.date:
    """As in the year in which the portal is introduced: its round may still be prepared."""
    _without_rounds(round_)
    return AFTER_ITS_END


def _without_rounds(round_: Round) -> None:
    """Its round is that of another programme."""
    other = ProgramFactory.create(plan=round_.program.plan)
    Round.objects.filter(pk=round_.pk).update(program=other)


@pytest.mark.parametrize(
    "change", [_in_its_last_year, _next_year_to_come, _next_year_prepared, _exception_waits, _never_evaluated]
)
def test_what_may_still_be_evaluated_moves(
    change: Callable[[Round], datetime.date], division: Department, finished: Round, ict_staff: User
) -> None:
    program, day = finished.program, change(finished)
    assert program not in finished_programs(day)
    (successor,) = reorganise(reorganisation=_renamed_on(division, day), by=ict_staff)
    assert ActionOwner.objects.filter(action__program=program, department=successor).exists()


def test_a_programme_of_before_the_portal_is_finished_once_its_follower_is_evaluated(
    division: Department, finished: Round, ict_staff: User
) -> None:
    program = finished.program
    _without_rounds(finished)
    assert program not in finished_programs(AFTER_ITS_END)
    Program.objects.filter(rounds=finished).update(predecessor=program)
    assert program in finished_programs(AFTER_ITS_END)


def test_a_finished_programme_is_counted_among_what_stays(division: Department, finished: Round) -> None:
    listed = moves(_renamed_on(division, AFTER_ITS_END))
    assert (listed.owners.count(), listed.kept.count()) == (0, 1)


@pytest.mark.parametrize("is_related", [True, False])
def test_people_of_the_departments_read_on_after_each_reorganisation(
    is_related: bool, division: Department, finished: Round, liaison: User, other_liaison: User, ict_staff: User
) -> None:
    """Those of the 関係課 of a finished programme, and those of the one that led it."""
    theirs = department_of(other_liaison) if is_related else division
    if is_related:
        ActionOwnerFactory.create(action=finished.program.actions.get(), department=theirs, related=True)
    key = (other_liaison if is_related else liaison).pk
    seen = [list(permissions.visible_to(User.objects.get(pk=key)))]
    for day in (datetime.date(2017, 4, 1), datetime.date(2017, 4, 20), datetime.date(2017, 5, 8)):
        (theirs,) = reorganise(reorganisation=_renamed_on(theirs, day), by=ict_staff)
        person = User.objects.get(pk=key)
        seen.append(list(permissions.visible_to(person)))
        assert permissions.is_in_chain(person, finished.evaluations.get()) or not is_related
    assert seen == [[finished.evaluations.get()]] * 4


def test_nothing_is_taken_over_before_its_day(division: Department, ict_staff: User) -> None:
    (second,) = reorganise(reorganisation=_renamed_on(division, AFTER_ITS_END), by=ict_staff)
    (third,) = reorganise(reorganisation=_renamed_on(second, datetime.date(2017, 5, 9)), by=ict_staff)
    assert set(Department.objects.taken_over_by([third.pk])) == set()
    with time_machine.travel(datetime.datetime(2017, 5, 9, 1, tzinfo=datetime.UTC), tick=False):
        assert set(Department.objects.taken_over_by([third.pk])) == {division, second}
    # Back and forth: one that was set up again.
    Department.objects.filter(pk=second.pk).update(valid_to=LAST)
    Department.objects.filter(pk=third.pk).update(valid_from=LAST, valid_to=LAST)
    third.successors.add(division)
    assert set(Department.objects.taken_over_by([division.pk])) == {division, second, third}
