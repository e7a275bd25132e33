"""What people type into cells, and what is made of it."""

import datetime
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs import reading
from programs.reading import Unreadable

# What openpyxl gives for a cell with a date: without a time zone.
moment = datetime.datetime.fromisoformat


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        (1230, "1230"),
        (12.5, "12.5"),
        (0.1, "0.1"),
        ("1230", "1230"),
        ("１２３０", "1230"),
        ("1,230", "1230"),
        ("１，２３４，５６７．５", "1234567.5"),
        (" 12 ", "12"),
        ("-5", "-5"),
        ("△5", "-5"),
        ("▲1,000", "-1000"),
        ("−3", "-3"),
        ("0", "0"),
        ("99999999999.9999", "99999999999.9999"),
        (1e3, "1000"),
    ],
)
def test_numbers(typed: object, number: str) -> None:
    assert reading.read_number(typed) == Decimal(number)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("12,30o", "『12,30o』は数として読めません。半角または全角の数字で入力してください（例：1230）。"),
        ("12,30", "『12,30』は数として読めません。半角または全角の数字で入力してください（例：1230）。"),
        ("1,2345", "『1,2345』は数として読めません。半角または全角の数字で入力してください（例：1230）。"),
        ("約100", "『約100』は数として読めません。半角または全角の数字で入力してください（例：1230）。"),
        (True, "『TRUE』は数として読めません。半角または全角の数字で入力してください（例：1230）。"),
        (float("nan"), "『nan』は数として読めません。半角または全角の数字で入力してください（例：1230）。"),
        (float("inf"), "『inf』は数として読めません。半角または全角の数字で入力してください（例：1230）。"),
        (
            "0.00001",
            "『0.00001』は桁数が多すぎます。整数は11桁、小数点より下は4桁までで入力してください。",
        ),
        (
            10**11,
            "『100000000000』は桁数が多すぎます。整数は11桁、小数点より下は4桁までで入力してください。",
        ),
        (
            "9" * 1_000_001,
            f"『{'9' * 60}…』は桁数が多すぎます。半角または全角の数字で入力してください（例：1230）。",
        ),
        (
            "0." + "9" * 40,
            f"『0.{'9' * 40}』は桁数が多すぎます。半角または全角の数字で入力してください（例：1230）。",
        ),
    ],
)
def test_what_is_no_number(typed: object, message: str) -> None:
    with pytest.raises(Unreadable) as raised:
        reading.read_number(typed)
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("typed", "year"),
    [
        (2016, 2016),
        (2016.0, 2016),
        ("２０１６", 2016),
        ("平成28年度", 2016),
        ("H28", 2016),
        ("平成28(2016)年度", 2016),
        ("平成31年度", 2019),
        ("令和元(2019)年度", 2019),
    ],
)
def test_fiscal_years(typed: object, year: int) -> None:
    assert reading.read_year(typed) == year


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (
            "来年度",
            "『来年度』は年度として読めません。「平成28年度」「令和2年度」「2016」のように入力してください。",
        ),
        (
            "平成28(2017)年度",
            "『平成28(2017)年度』は和暦と西暦が合っていません。どちらか一方だけを入力してください。",
        ),
        (
            moment("2016-04-01"),
            "『2016/04/01』は日付になっています。年度だけを入力してください（例：2016または平成28年度）。",
        ),
    ],
)
def test_what_is_no_fiscal_year(typed: object, message: str) -> None:
    with pytest.raises(Unreadable) as raised:
        reading.read_year(typed)
    assert str(raised.value) == message


@pytest.mark.parametrize(("typed", "month"), [(4, 4), (12.0, 12), ("4", 4), ("４月", 4), ("12 月", 12)])
def test_months(typed: object, month: int) -> None:
    assert reading.read_month(typed) == month


@pytest.mark.parametrize("typed", [0, 13, 1.5, "四月", "上半期", True])
def test_what_is_no_month(typed: object) -> None:
    with pytest.raises(Unreadable) as raised:
        reading.read_month(typed)
    assert str(raised.value) == (
        f"『{reading.shown(typed)}』は月として読めません。1から12までの数字で入力してください（例：9または9月）。"
    )


@pytest.mark.parametrize(
    "typed",
    [
        moment("2017-04-01"),
        moment("2017-04-01T12:30"),
        datetime.date(2017, 4, 1),
        "2017-04-01",
        "2017-4-1",
        "2017/4/1",
        "２０１７／４／１",
        "2017.4.1",
        "20170401",
        20170401,
        "2017年4月1日",
        "2017 年 4 月 1 日",
        "平成29年4月1日",
        "平成２９年４月１日",
        "H29.4.1",
        "h29/4/1",
        "H29-4-1",
    ],
)
def test_days(typed: object) -> None:
    assert reading.read_day(typed) == datetime.date(2017, 4, 1)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("令和元年5月1日", datetime.date(2019, 5, 1)),
        ("平成31年5月1日", datetime.date(2019, 5, 1)),
        ("昭和64年1月7日", datetime.date(1989, 1, 7)),
    ],
)
def test_days_about_a_change_of_era(typed: str, day: datetime.date) -> None:
    assert reading.read_day(typed) == day


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("4月1日", "日付として読めません。"),
        ("2017-4/1", "日付として読めません。"),
        ("平成29年度", "日付として読めません。"),
        (42826, "日付として読めません。"),
        ("0001-01-01", "日付として読めません。"),
        (datetime.time(12), "日付として読めません。"),
        ("2017/2/29", "暦にない日です。"),
        ("平成29年13月1日", "暦にない日です。"),
    ],
)
def test_what_is_no_day(typed: object, problem: str) -> None:
    with pytest.raises(Unreadable) as raised:
        reading.read_day(typed)
    assert str(raised.value) == (
        f"『{reading.shown(typed)}』は{problem}「2017/4/1」「平成29年4月1日」「H29.4.1」のように入力してください。"
    )


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("1-1-003", "1-1-003"),
        ("１－１－００３", "1-1-003"),
        ("1‐1−003", "1-1-003"),
        (" A1 ", "A1"),
        (12, "12"),
        (12.0, "12"),
    ],
)
def test_codes(typed: object, code: str) -> None:
    assert reading.read_code(typed) == code


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        (moment("2001-01-01"), "日付になっています。"),
        ("1-1-", "コードとして読めません。"),
        ("一-1", "コードとして読めません。"),
        (1.5, "コードとして読めません。"),
    ],
)
def test_what_is_no_code(typed: object, problem: str) -> None:
    with pytest.raises(Unreadable) as raised:
        reading.read_code(typed)
    assert raised.value.problem == problem


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("見本-0102", "見本-0102"),
        (" 見本－０１０２ ", "見本-0102"),
        ("１７０１", "1701"),
        (1701, "1701"),
        ("課 一", "課一"),
    ],
)
def test_codes_that_others_give(typed: object, code: str) -> None:
    assert reading.read_registered_code(typed) == code


def test_a_date_is_no_code_that_others_give() -> None:
    with pytest.raises(Unreadable, match="日付になっています。"):
        reading.read_registered_code(moment("2001-01-01"))


@pytest.mark.parametrize("typed", ["成果指標", " 成果 指標 ", "成果指標\n"])
def test_choices(typed: str) -> None:
    assert reading.read_choice(typed, {"活動指標": "activity", "成果指標": "outcome"}) == "outcome"


def test_an_unknown_choice_is_told_the_words() -> None:
    with pytest.raises(Unreadable) as raised:
        reading.read_choice("成果", {"活動指標": "activity", "成果指標": "outcome"})
    assert str(raised.value) == (
        "『成果』は選べる言葉ではありません。「活動指標」「成果指標」のどれかを入力してください。"
    )


@pytest.mark.parametrize(("typed", "number"), [(1, 1), ("３", 3), (2.0, 2)])
def test_whole_numbers(typed: object, number: int) -> None:
    assert reading.read_whole(typed) == number


@pytest.mark.parametrize("typed", [0, -1, 1.5, 32768, "一", "1番"])
def test_what_is_no_whole_number(typed: object) -> None:
    with pytest.raises(Unreadable):
        reading.read_whole(typed)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("  前後の空白　", "前後の空白"),
        ("見え\x00ない\x1f文字", "見えない文字"),
        ("改行_x000D_\n", "改行"),
        ("_x3042_", "_x3042_"),
        (12.0, "12"),
        (moment("2017-04-01"), "2017/04/01"),
        (True, "TRUE"),
    ],
)
def test_texts(typed: object, text: str) -> None:
    assert reading.read_text(typed) == text


def test_a_name_has_no_line_breaks() -> None:
    assert reading.read_line("窓口の\n見直し") == "窓口の 見直し"


def test_a_long_value_is_quoted_in_part() -> None:
    assert reading.shown("あ" * 100) == "あ" * 60 + "…"


@given(st.decimals(min_value=-(10**10), max_value=10**10, places=4))
def test_a_number_survives_every_way_of_writing_it(number: Decimal) -> None:
    wide = str.maketrans("0123456789.,-", "０１２３４５６７８９．，－")
    for text in (reading.plain_number(number), f"{number:,}", f"{number:,}".translate(wide)):
        assert reading.read_number(text) == number


@given(st.dates(min_value=datetime.date(1989, 1, 8), max_value=datetime.date(2087, 12, 31)))
def test_a_day_survives_every_way_of_writing_it(day: datetime.date) -> None:
    count = day.year - 1988
    forms = [day.isoformat(), f"{day:%Y%m%d}", f"{day.year}年{day.month}月{day.day}日"]
    if count < 100:
        forms += [f"平成{count}年{day.month}月{day.day}日", f"H{count}.{day.month}.{day.day}"]
    assert {reading.read_day(form) for form in forms} == {day}


_ANYTHING = st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.datetimes(), st.times())
_READERS = [
    reading.read_number,
    reading.read_thousand_yen,
    reading.read_year,
    reading.read_month,
    reading.read_day,
    reading.read_code,
    reading.read_registered_code,
    reading.read_whole,
    reading.read_text,
]


@pytest.mark.parametrize("reader", _READERS, ids=lambda reader: reader.__name__)
@given(typed=_ANYTHING)
def test_nothing_people_can_type_breaks_a_reader(reader: Callable[[object], object], typed: object) -> None:
    try:
        reader(typed)
    except Unreadable as error:
        sentences = (error.problem[-1:], error.remedy[-1:])
    else:
        return
    assert sentences == ("。", "。")


@pytest.mark.parametrize(
    ("typed", "text"),
    [("\u200b", ""), (" \ufeff\u2060 \n", ""), ("理由\u200bです。", "理由です。"), ("👩\u200d💻", "👩\u200d💻")],
)
def test_what_nobody_can_see_is_no_text(typed: str, text: str) -> None:
    assert reading.clean_text(typed) == text


@given(st.text())
def test_a_clean_text_stays_as_it_is(text: str) -> None:
    once = reading.clean_text(text)
    assert reading.clean_text(once) == once
