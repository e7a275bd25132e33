"""How long there is until a deadline."""

import datetime

import pytest

from progress.deadlines import time_left

DEADLINE = datetime.date(2017, 5, 31)  # a Wednesday


@pytest.mark.parametrize(
    ("today", "days", "is_late", "words"),
    [
        ("2017-05-24", 5, False, "あと5営業日"),
        ("2017-05-26", 3, False, "あと3営業日"),
        ("2017-05-27", 3, False, "あと3営業日"),  # Saturday
        ("2017-05-30", 1, False, "あと1営業日"),
        ("2017-05-31", 0, False, "今日まで"),
        ("2017-06-01", -1, True, "1営業日過ぎています"),
        ("2017-06-05", -3, True, "3営業日過ぎています"),
        ("2018-05-31", -245, True, "245営業日過ぎています"),
        ("2019-05-31", -730, True, "期限を1年以上過ぎています"),
    ],
)
def test_time_left(today: str, days: int, is_late: bool, words: str) -> None:
    left = time_left(DEADLINE, datetime.date.fromisoformat(today))
    assert (left.days, left.is_late, left.words) == (days, is_late, words)


def test_the_saturday_after_a_friday_is_late_though_no_business_day_has_passed() -> None:
    left = time_left(datetime.date(2017, 6, 2), datetime.date(2017, 6, 3))
    assert (left.days, left.is_late, left.words) == (0, True, "期限を過ぎています")


@pytest.mark.parametrize(("today", "is_near"), [("2017-05-25", False), ("2017-05-26", True), ("2017-06-01", False)])
def test_three_business_days_are_near(today: str, is_near: bool) -> None:
    assert time_left(DEADLINE, datetime.date.fromisoformat(today)).is_near is is_near
