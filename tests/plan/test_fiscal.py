import re
import unicodedata
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plan.fiscal import (
    calendar_year_label,
    date_label,
    fiscal_year_label,
    fiscal_year_of,
    parse_fiscal_year,
    spellings,
)

YEARS = st.integers(1926, 2099)


def whole(message: str) -> str:
    """A pattern for exactly `message`."""
    return rf"\A{re.escape(message)}\Z"


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (date(2016, 3, 31), 2015),
        (date(2016, 4, 1), 2016),
        (date(2016, 12, 31), 2016),
        (date(2017, 1, 1), 2016),
        (date(2017, 3, 31), 2016),
        (date(2017, 4, 1), 2017),
    ],
)
def test_the_fiscal_year_begins_on_the_first_of_april(day: date, year: int) -> None:
    assert fiscal_year_of(day) == year


@pytest.mark.parametrize(
    ("year", "label"),
    [
        (1925, "1925年度"),
        (1926, "昭和元(1926)年度"),
        (1988, "昭和63(1988)年度"),
        (1989, "平成元(1989)年度"),
        (2016, "平成28(2016)年度"),
        (2018, "平成30(2018)年度"),
        (2019, "令和元(2019)年度"),
        (2020, "令和2(2020)年度"),
    ],
)
def test_fiscal_years_are_written_as_the_plan_does(year: int, label: str) -> None:
    assert fiscal_year_label(year) == label
    assert calendar_year_label(year) == label.removesuffix("度")


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("平成31年度", 2019),
        ("平成32年度", 2020),
        ("令和元年度", 2019),
        ("令和1年度", 2019),
        ("令和元(2019)年度", 2019),
        ("令和元（2019）年度", 2019),
        ("平成28年度(2016年度)", 2016),
        ("2016(平成28)年度", 2016),
        ("2016年度（平成28年度）", 2016),
        ("平成元年", 1989),
        ("昭和 60", 1985),
        ("H28", 2016),
        ("h28年度", 2016),
        ("Ｈ２８", 2016),
        ("R2", 2020),
        ("R元", 2019),
        ("S63", 1988),
        ("2016", 2016),
        (" ２０１６年度 ", 2016),
    ],
)
def test_fiscal_years_are_read_in_many_spellings(text: str, year: int) -> None:
    assert parse_fiscal_year(text) == year


@pytest.mark.parametrize(
    "text",
    [
        "",
        "年度",
        "28",
        "平成",
        "平成0年度",
        "2020(平成0)年度",
        "令和99年度",
        "平成123年度",
        "大正元年度",
        "T5",
        "20166",
        "1899",
        "2100",
        "2016年4月",
        "-2016",
        "x2016",
    ],
)
def test_what_is_no_fiscal_year_is_refused_with_a_way_to_mend_it(text: str) -> None:
    message = f"『{text}』は年度として読めません。「平成28年度」「令和2年度」「2016」のように入力してください。"
    with pytest.raises(ValueError, match=whole(message)):
        parse_fiscal_year(text)


@pytest.mark.parametrize("text", ["平成28(2017)年度", "2017(平成28)年度"])
def test_two_years_that_disagree_are_refused(text: str) -> None:
    message = f"『{text}』は和暦と西暦が合っていません。どちらか一方だけを入力してください。"
    with pytest.raises(ValueError, match=whole(message)):
        parse_fiscal_year(text)


@pytest.mark.parametrize(
    ("word", "others"),
    [
        (
            "平成31年度",
            ["令和元年度", "令和元(2019)年度", "令和1年度", "令和1(2019)年度", "平成31(2019)年度", "2019年度"],
        ),
        ("平成28年度", ["平成28(2016)年度", "2016年度"]),
        ("平成28(2016)年度", ["平成28年度", "2016年度"]),
        ("平成32年度", ["令和2年度", "令和2(2020)年度", "平成32(2020)年度", "2020年度"]),
        ("２０１８年度", ["平成30年度", "平成30(2018)年度"]),
        ("平成30年", ["平成30(2018)年", "2018年"]),
        ("2016", ["平成28年", "平成28(2016)年", "2016年"]),
        ("2016(平成28)年度", ["平成28年度", "平成28(2016)年度", "2016年度"]),
        ("平成2", ["平成2年", "平成2(1990)年", "昭和65年", "昭和65(1990)年", "1990年"]),
        ("H28", ["平成28年", "平成28(2016)年", "2016年"]),
        ("第2次平成28年度予算", ["第2次平成28(2016)年度予算", "第2次2016年度予算"]),
        ("令和11年度", ["令和11(2029)年度", "2029年度"]),
        ("昭和元年度", ["昭和元(1926)年度", "昭和1年度", "昭和1(1926)年度", "1926年度"]),
        ("クラウド", []),
        ("2016件", []),
        ("1,2016", []),
        ("PR2", []),
        ("12016年度", []),
        ("平成", []),
        ("平成0年度", []),
        ("1850年", []),
        ("", []),
    ],
)
def test_a_year_is_searched_in_its_other_spellings(word: str, others: list[str]) -> None:
    assert spellings(word) == others


def test_dates_are_written_with_their_weekday() -> None:
    assert date_label(date(2017, 5, 31)) == "2017年5月31日（水）"
    assert date_label(date(2016, 2, 7)) == "2016年2月7日（日）"


@given(YEARS)
@settings(max_examples=100)
def test_a_label_is_read_back_as_its_year(year: int) -> None:
    assert parse_fiscal_year(fiscal_year_label(year)) == year
    assert parse_fiscal_year(calendar_year_label(year)) == year


@given(YEARS, st.sampled_from(["年", "年度"]))
@settings(max_examples=100)
def test_every_other_spelling_of_a_year_is_the_same_year(year: int, suffix: str) -> None:
    assert {parse_fiscal_year(spelling) for spelling in spellings(f"{year}{suffix}")} == {year}


@given(st.text(st.sampled_from("平成令和元年度0123456789()HR予"), max_size=12) | st.text(max_size=20))
@settings(max_examples=100)
def test_a_word_is_never_another_spelling_of_itself(word: str) -> None:
    others = spellings(word)
    assert unicodedata.normalize("NFKC", word) not in others
    assert len(others) == len(set(others))
