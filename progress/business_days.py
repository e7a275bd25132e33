"""Days on which the city hall is open: not Saturdays, Sundays, holidays, nor 29 December to 3 January.

The closed days are those of 川崎市の休日を定める条例; national holidays come
from jpholiday.
"""

import datetime
from functools import lru_cache

import jpholiday

from plan.fiscal import date_label

_ONE_DAY = datetime.timedelta(days=1)


# A list of many deadlines asks for the same days again and again.
@lru_cache(maxsize=4096)
def is_business_day(day: datetime.date) -> bool:
    """Whether the city hall is open on `day`."""
    is_turn_of_year = (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)
    return day.weekday() < 5 and not is_turn_of_year and not jpholiday.is_holiday(day)


def when_closed(day: datetime.date) -> str:
    """Why a day on which the city hall is closed will not do, and the next one that will; "" for other days."""
    if is_business_day(day):
        return ""
    following = date_label(add_business_days(day, 1))
    return f"{date_label(day)}は閉庁日です。次の開庁日の{following}か、ほかの開庁日を入力してください。"


def add_business_days(day: datetime.date, count: int) -> datetime.date:
    """The `count`-th business day after `day` (before it, where `count` is negative); `day` itself for 0."""
    step = _ONE_DAY if count > 0 else -_ONE_DAY
    for _ in range(abs(count)):
        day += step
        while not is_business_day(day):
            day += step
    return day


def business_days_between(start: datetime.date, end: datetime.date) -> int:
    """How many business days lie after `start` up to and including `end`; negative where `end` is earlier.

    「あと3営業日」 on `start` for a deadline `end`. From a day to itself: 0.
    """
    if end < start:
        return -business_days_between(end, start)
    return sum(is_business_day(start + _ONE_DAY * offset) for offset in range(1, (end - start).days + 1))
