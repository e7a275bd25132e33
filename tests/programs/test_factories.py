"""The test data obeys the rules that people's data has to obey."""

import pytest

from programs.models import ActionYear, IndicatorYear
from tests.factories import DepartmentFactory
from tests.programs import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "factory",
    [
        factories.ProgramFactory,
        factories.UpperItemFactory,
        factories.ActionFactory,
        factories.ActionOwnerFactory,
        factories.ActionDirectionFactory,
        factories.ActionUpperFactory,
        factories.ActionLineageFactory,
        factories.ActionYearFactory,
        factories.MilestoneFactory,
        factories.IndicatorFactory,
        factories.IndicatorYearFactory,
    ],
    ids=lambda factory: factory.__name__,
)
def test_what_a_factory_makes_is_valid(factory: type[factories.ProgramFactory]) -> None:
    factory.create().full_clean()


def test_the_original_is_the_plan_unless_it_was_changed() -> None:
    factories.ActionYearFactory.create(action__code="1-1-900")
    factories.ActionYearFactory.create(action__code="1-1-901", changed=True)
    factories.IndicatorYearFactory.create()
    assert [row.is_changed for row in ActionYear.objects.order_by("action__code")] == [False, True]
    assert [row.is_target_changed for row in IndicatorYear.objects.all()] == [False]


def test_an_action_gets_its_owner() -> None:
    division = DepartmentFactory.create()
    action = factories.ActionFactory.create(owner=division)
    assert [(owner.department, owner.kind) for owner in action.owners.all()] == [(division, "lead")]
