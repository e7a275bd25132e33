"""Who can act for a 課: fill in and submit its 調書, and endorse them."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, When, Window

from accounts.enums import Role
from accounts.models import Department, Membership
from programs.queries.first_of import FirstOf

NEEDED = {Role.LIAISON: "担当者", Role.MANAGER: "課長"}
"""Without the one nothing of a 課 is submitted, without the other nothing endorsed; nobody endorses their own."""


@dataclass(frozen=True)
class Unstaffed:
    """A 課 in which nobody has one of the roles, or either; or (`lacking` is empty) the same one person both alone."""

    department: str
    lacking: tuple[Role, ...]

    def __str__(self) -> str:
        if not self.lacking:
            return f"『{self.department}』では、担当者も課長も同じ1人だけです。"
        words = "も".join(NEEDED[role] for role in self.lacking)
        return f"『{self.department}』には、{words}{'も' if len(self.lacking) > 1 else 'が'}いません。"


@dataclass(frozen=True)
class Staffing:
    """How many 課 there are, and those that cannot submit and endorse."""

    departments: int
    unstaffed: FirstOf


def in_office(day: datetime.date) -> QuerySet[Membership]:
    """The roles that people have on the day: both the role and the account are in their period."""
    found: QuerySet[Membership] = Membership.objects.valid_on(day)
    return found.filter(
        Q(user__active_from__isnull=True) | Q(user__active_from__lte=day),
        Q(user__active_to__isnull=True) | Q(user__active_to__gte=day),
    )


def staffing(departments: QuerySet[Department], day: datetime.date, count: int) -> Staffing:
    """Of `departments` on the day; the first `count` of the unstaffed, by their codes. One query."""
    there = in_office(day).filter(department=OuterRef("pk")).order_by()
    has = {f"has_{role.value}": Exists(there.filter(role=role)) for role in NEEDED}
    bosses = in_office(day).filter(department=OuterRef("department"), role=Role.MANAGER).order_by()
    endorsed_by_another = there.filter(Exists(bosses.exclude(user=OuterRef("user"))), role=Role.LIAISON)
    found = departments.annotate(**has, is_staffed=Exists(endorsed_by_another))
    counted = found.annotate(all=Window(Count("pk")), lacking=Window(Count(Case(When(is_staffed=False, then="pk")))))
    rows = list(counted.select_related("bureau").order_by("is_staffed", "code", "valid_from")[:count])
    named = [
        Unstaffed(row.full_name, tuple(role for role in NEEDED if not getattr(row, f"has_{role.value}")))
        for row in rows
        if not row.is_staffed
    ]
    return Staffing(rows[0].all, FirstOf(rows[0].lacking, named)) if rows else Staffing(0, FirstOf(0, []))


def unstaffed_with(department: str, present: Collection[tuple[int, str]]) -> Unstaffed | None:
    """The 課 if it cannot submit and endorse with those people (id and role of each); None if it can."""
    liaisons, managers = ({person for person, role in present if role == each} for each in NEEDED)
    if any(liaison != manager for liaison in liaisons for manager in managers):
        return None
    return Unstaffed(department, tuple(role for role in NEEDED if role not in {role for _, role in present}))
