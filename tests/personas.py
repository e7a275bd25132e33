"""The people of the portal as fixtures, and clients logged in as them.

`liaison` and `manager` belong to the same 課, `other_liaison` to another one.
"""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from accounts.enums import Role
from accounts.models import Department, User
from tests.factories import DepartmentFactory, UserFactory

PERSONAS = ["citizen", "liaison", "other_liaison", "manager", "ict_staff", "committee_viewer", "administrator"]


@pytest.fixture
def division(db: None) -> Department:
    """The 課 of `liaison` and `manager`."""
    return DepartmentFactory.create(name="試験福祉課")


@pytest.fixture
def citizen(db: None) -> AnonymousUser:
    return AnonymousUser()


@pytest.fixture
def liaison(division: Department) -> User:
    return UserFactory.create(name="試験 担当", role=Role.LIAISON, role__department=division)


@pytest.fixture
def other_liaison(db: None) -> User:
    return UserFactory.create(name="試験 他課担当", role=Role.LIAISON)


@pytest.fixture
def manager(division: Department) -> User:
    return UserFactory.create(name="試験 課長", role=Role.MANAGER, role__department=division)


@pytest.fixture
def ict_staff(db: None) -> User:
    return UserFactory.create(name="試験 推進課", role=Role.ICT_STAFF)


@pytest.fixture
def committee_viewer(db: None) -> User:
    return UserFactory.create(name="試験 委員", role=Role.COMMITTEE_VIEWER)


@pytest.fixture
def administrator(db: None) -> User:
    return UserFactory.create(name="試験 管理者", role=Role.ADMINISTRATOR)


@pytest.fixture(params=PERSONAS)
def persona(request: pytest.FixtureRequest) -> User | AnonymousUser:
    """Each of them in turn; the test's id names the persona."""
    user: User | AnonymousUser = request.getfixturevalue(request.param)
    return user


@pytest.fixture
def client_of(db: None) -> Callable[[User | AnonymousUser], Client]:
    """A client logged in as the person; for the citizen one that is not logged in."""

    def client_of(user: User | AnonymousUser) -> Client:
        client = Client()
        if isinstance(user, User):
            client.force_login(user)
        return client

    return client_of
