"""How long there is until a deadline, in words: business days, as the city counts them. Pure."""

import datetime
from dataclasses import dataclass
from functools import lru_cache

from progress.business_days import business_days_between

# Beyond this, counting business days tells nobody anything.
_LONG_AGO = datetime.timedelta(days=365)


@dataclass(frozen=True)
class TimeLeft:
    """`days` are business days, negative once the deadline has passed."""

    deadline: datetime.date
    days: int
    is_late: bool
    words: str

    @property
    def is_near(self) -> bool:
        """Three business days or fewer: the day of the second reminder."""
        return not self.is_late and self.days <= 3


# A matrix of hundreds of departments has a handful of deadlines.
@lru_cache(maxsize=256)
def time_left(deadline: datetime.date, today: datetime.date) -> TimeLeft:
    """「あと3営業日」「今日まで」「2営業日過ぎています」. `deadline` itself is still in time."""
    if today - deadline > _LONG_AGO:
        return TimeLeft(deadline, -(today - deadline).days, True, "期限を1年以上過ぎています")
    days = business_days_between(today, deadline)
    if today == deadline:
        return TimeLeft(deadline, 0, False, "今日まで")
    if today < deadline:
        return TimeLeft(deadline, days, False, f"あと{days}営業日")
    # From a Friday's deadline to Saturday no business day has passed, and yet it is over.
    return TimeLeft(deadline, days, True, f"{-days}営業日過ぎています" if days else "期限を過ぎています")
