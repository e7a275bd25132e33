"""An open round with the people of its departments."""

from collections.abc import Callable

import pytest

from accounts.enums import Role
from accounts.models import Department, User
from progress.actions.opening import open_round
from progress.enums import Status
from progress.models import Evaluation, Round
from tests.factories import UserFactory
from tests.programs.factories import ActionYearFactory, IndicatorFactory, IndicatorYearFactory, MilestoneFactory
from tests.progress import factories


@pytest.fixture
def round_(division: Department, ict_staff: User) -> Round:
    """An open round with one blank 調書 of `liaison`'s department."""
    return factories.opened(division, by=ict_staff)


@pytest.fixture
def evaluation(round_: Round) -> Evaluation:
    return Evaluation.objects.with_everything().get(round=round_)


@pytest.fixture
def brought_to(liaison: User, manager: User, ict_staff: User) -> Callable[[Status, Evaluation], Evaluation]:
    """Moves a 調書 along the chain, by `liaison`, `manager` and `ict_staff`."""

    def brought_to(status: Status, evaluation: Evaluation) -> Evaluation:
        return factories.bring_to(status, evaluation, liaison=liaison, manager=manager, staff=ict_staff)

    return brought_to


@pytest.fixture
def other_manager(other_liaison: User) -> User:
    department = factories.department_of(other_liaison)
    return UserFactory.create(name="試験 他課課長", role=Role.MANAGER, role__department=department)


@pytest.fixture
def other_staff(db: None) -> User:
    return UserFactory.create(name="試験 推進課その二", role=Role.ICT_STAFF)


@pytest.fixture
def full(division: Department, ict_staff: User) -> Evaluation:
    """A blank 調書 with a milestone and an indicator, of a programme with a next year."""
    round_ = factories.RoundFactory.create(program__is_sample=True)
    action = factories.action_of(round_.program, division, title="窓口の見直し")
    MilestoneFactory.create(action_year=action.years.get(year=2016))
    ActionYearFactory.create(action=action, year=2017)
    indicator = IndicatorFactory.create(action=action, name="利用件数")
    IndicatorYearFactory.create(indicator=indicator, position=2016, target=10)
    IndicatorYearFactory.create(indicator=indicator, position=2017, target=20)
    open_round(round=round_, by=ict_staff)
    return Evaluation.objects.with_everything().get(round=round_)
