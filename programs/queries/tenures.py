"""What the public is told of who owns actions: a change may be entered ahead, and is told once its day has come.

Pages that say it change on that day by themselves (docs/decisions/0003-caching-by-content-version.md).
"""

import datetime
from collections.abc import Iterable

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from plan.fiscal import fiscal_year_of
from programs.enums import OwnerKind
from programs.models import Action, ActionOwner, Program


def told_until(program: Program) -> datetime.date:
    """Today, or the first day of a programme that is still to come."""
    return max(timezone.localdate(), datetime.date(program.start_year, 4, 1))


def told(programs: Iterable[Program]) -> Q:
    """Of `ActionOwner`: those of the programmes that the public is told of."""
    found = Q(pk__in=())
    for program in programs:
        found |= Q(begun(told_until(program)), action__program=program)
    return found


def begun(day: datetime.date) -> Q:
    """Of `ActionOwner`: those that have begun, and those an action begins with in a year to come; the 課 is there."""
    return Q(_begins_later(day) | Q(valid_from__lte=day), department__valid_from__lte=day)


def has_begun(start: datetime.date, set_up: datetime.date, action: Action, day: datetime.date) -> bool:
    """The same of one: when it begins, and when its 課 was set up."""
    begins_later = action.start_year > fiscal_year_of(day) and start <= datetime.date(action.start_year, 4, 1)
    return set_up <= day and (start <= day or begins_later)


def leading(day: datetime.date) -> QuerySet[ActionOwner]:
    """The 主管課 of the day; where nobody leads yet, those an action begins with in a year to come; the 課 is there."""
    start = F("action__start_year")
    goes_on = Q(valid_to__isnull=True) | Q(valid_to__year__gt=start) | Q(valid_to__year=start, valid_to__month__gte=4)
    first = Q(_begins_later(day) & goes_on, department__valid_from__lte=day, kind=OwnerKind.LEAD)
    now = ActionOwner.objects.leading_on(day)
    return now | ActionOwner.objects.filter(first, ~Exists(now.filter(action=OuterRef("action"))))


def _begins_later(day: datetime.date) -> Q:
    """Of `ActionOwner`: its action begins in a fiscal year to come, and it has begun by the first of April of that."""
    start = F("action__start_year")
    by_then = Q(valid_from__year__lt=start) | Q(
        Q(valid_from__month__lt=4) | Q(valid_from__month=4, valid_from__day=1), valid_from__year=start
    )
    return Q(by_then, action__start_year__gt=fiscal_year_of(day))


def told_end(end: datetime.date | None, day: datetime.date) -> datetime.date | None:
    """An end that is still to come is told as open."""
    return None if end is None or end > day else end
