"""An open round with the people of its departments."""

from collections.abc import Callable

import pytest

from accounts.enums import Role
from accounts.models import Department, User
from progress.enums import Status
from progress.models import Evaluation, Round
from tests.factories import UserFactory
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
def other_staff(db: None) -> User:
    return UserFactory.create(name="試験 推進課その二", role=Role.ICT_STAFF)
