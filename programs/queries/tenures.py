"""What the public is told of who owns actions: a change may be entered ahead, and is told once its day has come.

Pages that say it change on that day by themselves (docs/decisions/0003-caching-by-content-version.md).
"""

import datetime

from django.db.models import F, Q
from django.utils import timezone

from plan.fiscal import fiscal_year_of
from programs.models import Action, Program


def told_until(program: Program) -> datetime.date:
    """Today, or the first day of a programme that is still to come."""
    return max(timezone.localdate(), datetime.date(program.start_year, 4, 1))


def begun(day: datetime.date) -> Q:
    """Of `ActionOwner`: those that have begun, and those an action begins with in a year to come; the 課 is there."""
    later = Q(action__start_year__gt=fiscal_year_of(day), valid_from__year__lte=F("action__start_year"))
    return Q(later | Q(valid_from__lte=day), department__valid_from__lte=day)


def has_begun(start: datetime.date, set_up: datetime.date, action: Action, day: datetime.date) -> bool:
    """The same of one: when it begins, and when its 課 was set up."""
    begins_later = action.start_year > fiscal_year_of(day) and start.year <= action.start_year
    return set_up <= day and (start <= day or begins_later)


def told_end(end: datetime.date | None, day: datetime.date) -> datetime.date | None:
    """An end that is still to come is told as open."""
    return None if end is None or end > day else end
