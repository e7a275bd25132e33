"""What stands beside an action where it is kept."""

import datetime
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from programs.models import ActionOwner
from programs.queries.neighbours import Neighbours, neighbours_of
from tests.factories import DepartmentFactory
from tests.programs import factories

pytestmark = pytest.mark.django_db
Count = Callable[[int], AbstractContextManager[object]]


def test_an_action_alone_has_nothing_beside_it() -> None:
    assert neighbours_of(factories.ActionFactory.create()) == Neighbours((), (), (), (), ())


def test_rows_of_the_action_alone_come_in_the_order_they_are_shown_in(django_assert_num_queries: Count) -> None:
    """Years and indicators by year and position, relatives by code; of another action and of 関係課 nothing."""
    action = factories.ActionFactory.create()
    for one in (factories.ActionFactory.create(program=action.program), action):  # what is the action's comes last
        years = [factories.ActionYearFactory.create(action=one, year=year).pk for year in (2017, 2016)]
        indicators = [factories.IndicatorFactory.create(action=one, position=position).pk for position in (2, 1)]
        before = [factories.ActionLineageFactory.create(action=one, predecessor__code=code) for code in ("2-9", "1-9")]
        after = [factories.ActionLineageFactory.create(predecessor=one, action__code=code) for code in ("3-2", "3-1")]
    with django_assert_num_queries(1):
        beside = neighbours_of(action)
    assert [(plan.pk, plan.year) for plan in beside.years] == [(years[1], 2016), (years[0], 2017)]
    assert [each.pk for each in beside.indicators] == [indicators[1], indicators[0]]
    assert [(each.pk, each.code) for each in beside.predecessors] == [
        (link.predecessor_id, link.predecessor.code) for link in reversed(before)
    ]
    assert [(each.pk, each.code) for each in beside.descendants] == [
        (link.action_id, link.action.code) for link in reversed(after)
    ]
    assert beside.planned == {2016, 2017}


def test_a_lead_counts_on_the_days_it_has() -> None:
    """The first and the last day belong to it; a 関係課 is no lead."""
    action = factories.ActionFactory.create()
    first, last = datetime.date(2016, 4, 1), datetime.date(2017, 3, 31)
    day = datetime.timedelta(days=1)
    department = DepartmentFactory.create()
    factories.ActionOwnerFactory.create(action=action, department=department, valid_from=first, valid_to=last)
    factories.ActionOwnerFactory.create(action=action, related=True, valid_from=first)
    beside = neighbours_of(action)
    counted = [len(beside.leads_on(each)) for each in (first - day, first, last, last + day)]
    assert counted == [0, 1, 1, 0]


def test_a_lead_that_is_no_department_any_more_is_known() -> None:
    """As opening a round asks: `ActionOwner.objects.filling_in_on`."""
    action = factories.ActionFactory.create()
    first, last = datetime.date(2016, 4, 1), datetime.date(2017, 3, 31)
    department = DepartmentFactory.create(valid_from=first, valid_to=last)
    factories.ActionOwnerFactory.create(action=action, department=department, valid_from=datetime.date(2015, 4, 1))
    day = datetime.timedelta(days=1)
    for on, is_there in ((first - day, False), (first, True), (last, True), (last + day, False)):
        (lead,) = neighbours_of(action).leads_on(on)
        assert (str(lead.department), lead.is_there_on(on)) == (department.name, is_there)
        assert ActionOwner.objects.filling_in_on(on).filter(action=action).exists() == is_there
