"""The next programme: what continues, what is split, what is merged, what ends."""

import datetime
from decimal import Decimal

import pytest

from accounts.models import User
from programs.actions.succession import Succession, start_next_program
from programs.enums import LineageKind
from programs.errors import CannotSucceed
from programs.models import Action, Program
from progress.enums import RoundState
from tests.factories import DepartmentFactory
from tests.programs.factories import (
    ActionDirectionFactory,
    ActionFactory,
    ActionOwnerFactory,
    IndicatorFactory,
    IndicatorYearFactory,
    ProgramFactory,
    direction_of,
)
from tests.progress.factories import RoundFactory

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2017, 9, 1, tzinfo=datetime.UTC)


def _next(program: Program, by: User, codes: dict[Action, list[str]]) -> Program:
    return start_next_program(
        program=program,
        slug="next",
        title="次のプログラム",
        end_year=2019,
        succession=Succession({action.pk: names for action, names in codes.items()}),
        by=by,
    )


def _lineage(program: Program) -> list[tuple[str, str, LineageKind]]:
    return [
        (action.code, lineage.predecessor.code, LineageKind(lineage.kind))
        for action in program.actions.order_by("code")
        for lineage in action.lineages.order_by("predecessor__code")
    ]


def test_continued_split_merged_and_ended(ict_staff: User) -> None:
    program = ProgramFactory.create(is_sample=True)
    kept, split, one, two, gone = (ActionFactory.create(program=program, code=f"1-1-00{n}") for n in range(1, 6))
    following = _next(
        program, ict_staff, {kept: ["1-1-001"], split: ["1-1-010", "1-1-011"], one: ["1-1-020"], two: ["1-1-020"]}
    )
    assert _lineage(following) == [
        ("1-1-001", "1-1-001", LineageKind.CONTINUED),
        ("1-1-010", "1-1-002", LineageKind.SPLIT),
        ("1-1-011", "1-1-002", LineageKind.SPLIT),
        ("1-1-020", "1-1-003", LineageKind.MERGED),
        ("1-1-020", "1-1-004", LineageKind.MERGED),
    ]
    assert gone.descendants.count() == 0
    assert (following.start_year, following.end_year, following.predecessor, following.is_published) == (
        2018,
        2019,
        program,
        False,
    )
    assert following.is_sample is True
    assert str(following.actions.get(code="1-1-001").lineages.get()) == "前プログラムの取組 1-1-001 を継続"


def test_an_heir_keeps_words_owners_and_measures(ict_staff: User) -> None:
    program = ProgramFactory.create()
    department, ended = DepartmentFactory.create(), DepartmentFactory.create()
    action = ActionFactory.create(program=program, owner=department, purpose="目的です。")
    ActionOwnerFactory.create(action=action, department=ended, related=True, valid_to=datetime.date(2018, 3, 31))
    ActionDirectionFactory.create(action=action)
    indicator = IndicatorFactory.create(action=action, name="利用件数", baseline=1)
    IndicatorYearFactory.create(indicator=indicator, position=2016, actual=8)
    IndicatorYearFactory.create(indicator=indicator, position=2017, actual=None)
    RoundFactory.create(program=program, state=RoundState.PUBLISHED, opened_at=NOW, published_at=NOW)
    heir = _next(program, ict_staff, {action: [action.code]}).actions.get()
    assert (heir.title, heir.purpose, heir.start_year) == (action.title, "目的です。", 2018)
    assert [(owner.department, owner.valid_from) for owner in heir.owners.all()] == [
        (department, datetime.date(2018, 4, 1))
    ]
    assert [row.direction.code for row in heir.other_directions.all()] == ["1-1-2"]
    measured = heir.indicators.get()
    assert (measured.name, measured.baseline, measured.baseline_year) == ("利用件数", Decimal(8), 2016)
    assert [value.position for value in measured.years.all()] == [2018, 2019]
    assert [(year.year, year.planned_work) for year in heir.years.all()] == [(2018, ""), (2019, "")]
    assert heir.history.get().history_user == ict_staff


def test_what_is_not_published_is_no_baseline(ict_staff: User) -> None:
    """The new programme becomes public, and the value with it."""
    program = ProgramFactory.create()
    action = ActionFactory.create(program=program, owner=DepartmentFactory.create())
    indicator = IndicatorFactory.create(action=action, baseline=1, baseline_year=2015)
    for year, actual in ((2016, 8), (2017, 8765432)):
        IndicatorYearFactory.create(indicator=indicator, position=year, actual=actual)
    RoundFactory.create(program=program, year=2017, state=RoundState.OPEN, opened_at=NOW)
    before = _next(program, ict_staff, {action: [action.code]}).actions.get().indicators.get()
    assert (before.baseline, before.baseline_year) == (Decimal(1), 2015)


def test_a_department_that_came_to_lead_leads(ict_staff: User) -> None:
    """It was 関係課 as well, from the beginning."""
    program = ProgramFactory.create()
    first, second = DepartmentFactory.create(), DepartmentFactory.create()
    action = ActionFactory.create(program=program)
    begins = datetime.date(2016, 4, 1)
    ActionOwnerFactory.create(action=action, department=second, related=True, valid_from=begins, position=1)
    ActionOwnerFactory.create(action=action, department=first, valid_to=datetime.date(2017, 9, 30), position=2)
    ActionOwnerFactory.create(action=action, department=second, valid_from=datetime.date(2017, 10, 1), position=3)
    heir = _next(program, ict_staff, {action: [action.code]}).actions.get()
    assert [(owner.department, owner.kind) for owner in heir.owners.all()] == [(second, "lead")]


def test_a_merged_action_keeps_the_directions_and_owners_of_all(ict_staff: User) -> None:
    program = ProgramFactory.create()
    lead, other = DepartmentFactory.create(), DepartmentFactory.create()
    first = ActionFactory.create(program=program, code="1-1-001", owner=lead)
    second = ActionFactory.create(
        program=program, code="1-1-002", owner=other, main_direction=direction_of("2-1-1", program.plan)
    )
    heir = _next(program, ict_staff, {first: ["1-1-009"], second: ["1-1-009"]}).actions.get()
    assert [(owner.department, owner.kind) for owner in heir.owners.all()] == [(lead, "lead"), (other, "related")]
    assert [row.direction.code for row in heir.other_directions.all()] == ["2-1-1"]


def test_the_successor_takes_over_from_a_department_that_has_ended(ict_staff: User) -> None:
    """In a finished programme the 課 of its day owns on; the action that follows belongs to a 課 that is there."""
    program = ProgramFactory.create()
    first_day = datetime.date(program.end_year + 1, 4, 1)
    later = first_day + datetime.timedelta(days=365)
    gone, between, there, split = (DepartmentFactory.create() for _ in range(4))
    for department, last, followers in (
        (gone, first_day - datetime.timedelta(days=1), [between]),
        (between, later - datetime.timedelta(days=1), [there]),
        (split, first_day - datetime.timedelta(days=1), [between, there]),
    ):
        department.valid_to = last
        department.save()
        department.successors.set(followers)
    followed, unknown = (ActionFactory.create(program=program, code=f"1-1-00{number}") for number in (1, 2))
    for action, department in ((followed, gone), (unknown, split)):
        action.owners.all().delete()
        ActionOwnerFactory.create(action=action, department=department)
    following = _next(program, ict_staff, {followed: ["1-1-001"], unknown: ["1-1-002"]})
    owners = following.actions.get(code="1-1-001").owners.order_by("valid_from")
    assert list(owners.values_list("department", "valid_from", "valid_to")) == [
        (between.pk, first_day, later - datetime.timedelta(days=1)),
        (there.pk, later, None),
    ]
    assert not following.actions.get(code="1-1-002").owners.exists()


def test_everything_in_the_way_is_named_and_nothing_is_made(ict_staff: User) -> None:
    program = ProgramFactory.create(slug="next")
    ActionFactory.create(program=program)
    with pytest.raises(CannotSucceed) as error:
        start_next_program(
            program=program, slug="next", title="次", end_year=2017, succession=Succession(), by=ict_staff
        )
    assert error.value.problems == [
        "アドレス『next』は、すでに使われています。別のアドレスを入力してください。",
        "終了年度『2017』は、2018以後にしてください。",
        "引き継ぐ取組がありません。少なくとも1件に、次の取組コードを入力してください。",
    ]
    assert Program.objects.count() == 1
