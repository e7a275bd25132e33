"""How amounts are read, as people write them; the result is in thousand yen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs import reading
from programs.reading import Unreadable


@pytest.mark.parametrize(
    ("typed", "thousand_yen"),
    [
        (1234, 1234),
        (1234.0, 1234),
        (0, 0),
        ("1,234", 1234),
        ("1,234千円", 1234),
        ("１，２３４千円", 1234),
        ("1,234,000円", 1234),
        ("2百万円", 2000),
        ("1.5百万円", 1500),
        (" 12 千円 ", 12),
        ("9千円", 9),
        ("0円", 0),
        ("20百円", 2),
        ("1億円", 100_000),
        ("１億円", 100_000),
        ("1.5億円", 150_000),
        ("12,000億円", 1_200_000_000),
        ("9千7百万円", 97_000),
        ("9千7百5十万円", 97_500),
        ("9,700万円", 97_000),
        ("９，７００万円", 97_000),
        ("15百万円", 15_000),
        ("3千万円", 30_000),
        ("1.5千万円", 15_000),
        ("1億2千万円", 120_000),
        ("１億 ２千万円", 120_000),
        ("1億2,345万円", 123_450),
        ("1億0500万円", 105_000),
        ("1億2千3百万4千円", 123_004),
        ("1億5,000円", 100_005),
        ("10万5千円", 105),
    ],
)
def test_money_is_in_thousand_yen(typed: object, thousand_yen: int) -> None:
    assert reading.read_thousand_yen(typed) == thousand_yen


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("12,30o", "『12,30o』は金額として読めません。千円単位の数字で入力してください（例：1,234または1,234千円）。"),
        ("千円", "『千円』は金額として読めません。千円単位の数字で入力してください（例：1,234または1,234千円）。"),
        (
            "1,234ドル",
            "『1,234ドル』は金額として読めません。千円単位の数字で入力してください（例：1,234または1,234千円）。",
        ),
        (
            "1,234,567円",
            "『1,234,567円』は千円未満の端数があります。千円単位に丸めて入力してください（例：1,234千円）。",
        ),
        (12.5, "『12.5』は千円未満の端数があります。千円単位に丸めて入力してください（例：1,234千円）。"),
        (-1, "『-1』は金額の範囲を超えています。0千円以上、1兆千円未満で入力してください。"),
        ("△1千円", "『△1千円』は金額の範囲を超えています。0千円以上、1兆千円未満で入力してください。"),
        ("1,234円", "『1,234円』は千円未満の端数があります。千円単位に丸めて入力してください（例：1,234千円）。"),
        ("1億1円", "『1億1円』は千円未満の端数があります。千円単位に丸めて入力してください（例：1,234千円）。"),
        ("2万5百円", "『2万5百円』は千円未満の端数があります。千円単位に丸めて入力してください（例：1,234千円）。"),
        ("△1億円", "『△1億円』は金額の範囲を超えています。0千円以上、1兆千円未満で入力してください。"),
        (10**12, "『1000000000000』は金額の範囲を超えています。0千円以上、1兆千円未満で入力してください。"),
    ],
)
def test_what_is_no_amount(typed: object, message: str) -> None:
    with pytest.raises(Unreadable) as raised:
        reading.read_thousand_yen(typed)
    assert str(raised.value) == message


@pytest.mark.parametrize(
    "typed",
    [
        *("円", "億円", "万円", "百万円"),
        *("1億", "9千7百万", "5千", "1億2千万"),  # of yen, or of thousand yen?
        *("約1億円", "1億円余", "1億円以内", "1億円（税込）", "1億~2億円"),
        *("1億1.5万円", "1.5億2千万円", "1億2,34万円", "1億12345万円"),
        *("2千万1億円", "1億2億円", "1億万円", "1万億円", "7百9千万円", "12千5百万円"),
    ],
)
def test_an_amount_that_can_be_read_in_two_ways_or_none_is_refused(typed: str) -> None:
    with pytest.raises(Unreadable, match="は金額として読めません。"):
        reading.read_thousand_yen(typed)


@given(st.integers(min_value=0, max_value=10**9))
def test_an_amount_survives_being_written_with_its_places(thousand_yen: int) -> None:
    yen = thousand_yen * 1000
    oku, man, rest = yen // 10**8, yen // 10**4 % 10**4, yen % 10**4
    text = (f"{oku}億" if oku else "") + (f"{man}万" if man or not oku else "") + (f"{rest}" if rest else "") + "円"
    assert reading.read_thousand_yen(text) == thousand_yen
