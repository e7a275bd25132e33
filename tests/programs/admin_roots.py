"""One root of each kind of a programme, with rows, as the tests of the admin look at them."""

from plan.models.base import Versioned
from programs.models import Action, ActionYear, Indicator, Program
from tests.factories import DepartmentFactory
from tests.programs.factories import (
    ActionDirectionFactory,
    ActionFactory,
    ActionUpperFactory,
    ActionYearFactory,
    IndicatorFactory,
    IndicatorYearFactory,
    MilestoneFactory,
    ProgramFactory,
)

ROOTS: list[type[Versioned]] = [Program, Action, ActionYear, Indicator]


def whole_action(program: Program | None = None, code: str = "1-1-001") -> Action:
    """An action with everything that can hang on it but 調書."""
    action = ActionFactory.create(
        program=program or ProgramFactory.create(), code=code, owner=DepartmentFactory.create()
    )
    ActionDirectionFactory.create(action=action)
    ActionUpperFactory.create(action=action)
    MilestoneFactory.create(action_year=ActionYearFactory.create(action=action))
    IndicatorYearFactory.create(indicator=IndicatorFactory.create(action=action))
    return action


def root_of(model: type[Versioned], action: Action) -> Versioned:
    """The root of that kind that belongs to the action."""
    found: dict[type[Versioned], Versioned | None] = {
        Program: action.program,
        Action: action,
        ActionYear: action.years.first(),
        Indicator: action.indicators.first(),
    }
    root = found[model]
    assert root is not None
    return root
