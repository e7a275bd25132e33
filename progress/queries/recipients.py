"""Who gets mail: people whose account and role are valid on the day."""

import datetime
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.conf import settings

from accounts.enums import Role
from accounts.models import Department, User
from progress.queries.staffing import in_office

DEPARTMENT_ROLES = (Role.LIAISON, Role.MANAGER)


@dataclass(frozen=True)
class Post:
    """A person in a role; `department` is None for ICT推進課, which works for the whole portal."""

    person: User
    role: Role
    department: Department | None


def posts(
    *roles: Role, on: datetime.date, departments: Collection[int] | None = None, of: User | None = None
) -> list[Post]:
    """Everybody who has one of the roles on the day, in one of the departments (None: wherever). One query.

    `of`: the posts of this person alone.

    Accounts out of their period are left out; those of the demo as well,
    unless this is the demo and mail goes to its console: their addresses do
    not exist.
    """
    found = in_office(on).filter(role__in=roles)
    if departments is not None:
        found = found.filter(department__in=departments)
    if of is not None:
        found = found.filter(user=of)
    if not reaches_demo_accounts():
        found = found.filter(user__is_demo=False)
    found = found.select_related("user", "department").order_by("user__staff_number", "department__code", "role")
    unique = {(row.user_id, row.role, row.department_id): row for row in found}
    return [Post(row.user, Role(row.role), row.department) for row in unique.values()]


def by_person(found: Iterable[Post]) -> Mapping[User, list[Post]]:
    """The posts of each person, in the order they came."""
    people: dict[User, list[Post]] = {}
    for post in found:
        people.setdefault(post.person, []).append(post)
    return people


def reaches_demo_accounts() -> bool:
    return bool(settings.DEMO and not settings.EMAIL_HOST)
