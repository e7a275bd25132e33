"""Business days: the city hall's, around Golden Week, the turn of the year and substitute holidays."""

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from progress.business_days import add_business_days, business_days_between, is_business_day

ONE_DAY = datetime.timedelta(days=1)
DAYS = st.dates(datetime.date(2015, 1, 1), datetime.date(2030, 12, 31))
COUNTS = st.integers(-40, 40)
# A busy machine may be slow at looking a holiday up for the first time.
unhurried = settings(max_examples=60, deadline=None)


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("closed", "why"),
    [
        ("2017-05-06", "a Saturday"),
        ("2017-05-07", "a Sunday"),
        ("2017-05-03", "憲法記念日"),
        ("2016-08-11", "山の日, new in 2016"),
        ("2015-09-22", "a day between two holidays"),
        ("2018-12-24", "the substitute of a holiday on a Sunday"),
        ("2020-05-06", "the substitute of a Sunday, three days later"),
        ("2019-05-01", "the accession"),
        ("2019-04-30", "the day before it"),
        ("2019-10-22", "the enthronement"),
        ("2020-07-24", "スポーツの日, moved for the Olympic Games"),
        ("2016-12-29", "the turn of the year"),
        ("2016-12-30", "the turn of the year"),
        ("2017-01-03", "the turn of the year"),
    ],
)
def test_the_city_hall_is_closed(closed: str, why: str) -> None:
    assert is_business_day(day(closed)) is False, why


@pytest.mark.parametrize(
    ("open_day", "why"),
    [
        ("2017-05-01", "a Monday before Golden Week"),
        ("2016-12-28", "the last day of the year's work"),
        ("2017-01-04", "the first one"),
        ("2020-10-12", "スポーツの日 was moved away that year"),
        ("2019-12-23", "no holiday since 2019"),
    ],
)
def test_the_city_hall_is_open(open_day: str, why: str) -> None:
    assert is_business_day(day(open_day)) is True, why


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2017-05-02", 1, "2017-05-08"),  # Golden Week
        ("2017-05-08", -1, "2017-05-02"),
        ("2019-04-26", 1, "2019-05-07"),  # ten days in a row
        ("2016-12-28", 1, "2017-01-04"),
        ("2017-01-04", -1, "2016-12-28"),
        ("2017-05-22", 7, "2017-05-31"),
        ("2017-05-31", 10, "2017-06-14"),
        ("2017-05-06", 0, "2017-05-06"),  # nothing is added to a Saturday
        ("2017-05-06", 1, "2017-05-08"),
        ("2017-05-06", -1, "2017-05-02"),
    ],
)
def test_known_days(start: str, count: int, end: str) -> None:
    assert add_business_days(day(start), count) == day(end)


@pytest.mark.parametrize(
    ("start", "end", "count"),
    [
        ("2017-05-31", "2017-05-31", 0),
        ("2017-05-30", "2017-05-31", 1),
        ("2017-05-31", "2017-05-30", -1),
        ("2017-05-02", "2017-05-07", 0),  # nothing but holidays in between
        ("2017-05-02", "2017-05-08", 1),
        ("2017-06-02", "2017-06-04", 0),  # from Friday to Sunday
    ],
)
def test_known_distances(start: str, end: str, count: int) -> None:
    assert business_days_between(day(start), day(end)) == count


@unhurried
@given(DAYS, st.integers(1, 40))
def test_what_is_added_lies_in_between(start: datetime.date, count: int) -> None:
    assert business_days_between(start, add_business_days(start, count)) == count


@unhurried
@given(DAYS.filter(is_business_day), COUNTS)
def test_adding_and_taking_away_comes_back(start: datetime.date, count: int) -> None:
    end = add_business_days(start, count)
    assert business_days_between(start, end) == count
    assert add_business_days(end, -count) == start


@unhurried
@given(DAYS, COUNTS.filter(bool))
def test_the_result_is_a_business_day(start: datetime.date, count: int) -> None:
    assert is_business_day(add_business_days(start, count))


@unhurried
@given(DAYS, st.integers(0, 20), st.integers(0, 20))
def test_days_can_be_added_in_two_steps(start: datetime.date, first: int, second: int) -> None:
    assert add_business_days(add_business_days(start, first), second) == add_business_days(start, first + second)


@unhurried
@given(DAYS, DAYS, DAYS)
def test_distances_add_up(first: datetime.date, second: datetime.date, third: datetime.date) -> None:
    near = [first, first + (second - first) % (60 * ONE_DAY), first + (third - first) % (60 * ONE_DAY)]
    one, two, three = near
    assert business_days_between(one, two) + business_days_between(two, three) == business_days_between(one, three)


@unhurried
@given(DAYS, st.integers(0, 60))
def test_a_distance_backwards_is_the_same_less_than_nought(start: datetime.date, days: int) -> None:
    end = start + days * ONE_DAY
    assert business_days_between(end, start) == -business_days_between(start, end)
