"""Test data of accounts. Traits reach a state through valid fields only."""

import datetime
from typing import Any

import factory
from django.utils import timezone

from accounts.enums import Role
from accounts.models import Department, Membership, User

PASSWORD = "correct-horse-battery"


def _day(offset: int) -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=offset)


class DepartmentFactory(factory.django.DjangoModelFactory[Department]):
    """A 課 under a 局 of its own; `is_bureau=True` makes a 局, `abolished=True` one that ended yesterday."""

    class Meta:
        model = Department

    class Params:
        is_bureau = factory.Trait(bureau=None, name=factory.Sequence(lambda n: f"試験{n}局"))
        abolished = factory.Trait(valid_to=factory.LazyFunction(lambda: _day(-1)))

    code = factory.Sequence(lambda n: f"T{n:05}")
    name = factory.Sequence(lambda n: f"試験{n}課")
    bureau = factory.SubFactory("tests.factories.DepartmentFactory", is_bureau=True)
    valid_from = datetime.date(2016, 4, 1)


class UserFactory(factory.django.DjangoModelFactory[User]):
    """A person without a role, whose password is `PASSWORD`; `role=…` gives one, in a new 課 where it needs one."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        ended = factory.Trait(active_to=factory.LazyFunction(lambda: _day(-1)))
        coming = factory.Trait(active_from=factory.LazyFunction(lambda: _day(1)))

    staff_number = factory.Sequence(lambda n: f"S{n:05}")
    name = factory.Sequence(lambda n: f"試験 職員{n}")
    email = factory.LazyAttribute(lambda user: f"{user.staff_number.lower()}@city.example")
    password = factory.django.Password(PASSWORD)

    @factory.post_generation
    def role(self: Any, create: bool, extracted: Role | None, **membership: Any) -> None:
        if extracted:
            MembershipFactory.create(user=self, role=extracted, **membership)


class MembershipFactory(factory.django.DjangoModelFactory[Membership]):
    """A role valid today; `ended=True` one that ended yesterday, `coming=True` one that begins tomorrow."""

    class Meta:
        model = Membership

    class Params:
        ended = factory.Trait(valid_to=factory.LazyFunction(lambda: _day(-1)))
        coming = factory.Trait(valid_from=factory.LazyFunction(lambda: _day(1)))
        of_department = factory.LazyAttribute(lambda m: m.role in {Role.LIAISON, Role.MANAGER})

    user = factory.SubFactory(UserFactory)
    role = Role.LIAISON
    department = factory.Maybe("of_department", yes_declaration=factory.SubFactory(DepartmentFactory))
