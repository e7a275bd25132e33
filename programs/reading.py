"""Reading what people type into cells: numbers, money, dates, fiscal years, months, codes. No Django, no Excel.

A value is what a spreadsheet hands over: text, a number, a date, or None for
an empty cell. Everything that cannot be read raises `Unreadable`, whose text
says what was typed and how to mend it. Empty cells are for the caller to judge:
the readers here are never called with one.
"""

import datetime
import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from accounts.controls import CONTROL, without_controls
from plan.fiscal import ERAS, FIRST_YEAR, LAST_YEAR, parse_fiscal_year

LONGEST_SHOWN = 60
# SQLite keeps 15 figures of a number; one with more could be written, and never be read again.
MOST_DIGITS, MOST_DECIMALS = 11, 4
MOST_THOUSAND_YEN = 10**12
# Decimals are reckoned with 28 figures: with more, 0.99… is rounded to 1, and a million of them are an error.
MOST_FIGURES = 28

# Excel writes a control character inside a text as _x000D_.
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
# A hyphen as it comes out of a Japanese keyboard or a word processor; of NFKC only －becomes one.
_HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—―−ｰー─━", "-"))
_MINUS = str.maketrans(dict.fromkeys("‐−–△▲", "-"))
_NUMBER = re.compile(r"-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?")
_CODE = re.compile(r"[0-9A-Za-z]+(?:-[0-9A-Za-z]+)*")
_MONEY = re.compile(r"(?P<number>.+?)(?P<unit>(?P<place>[千百十]?)(?P<myriad>[億万]?)円)?")
# What stands before 億, 万 or 円 where an amount is made of several: 9千7百, 9,700, 9700.
_PLACES = r"(?:[1-9]千)?(?:[1-9]百)?(?:[1-9]十)?[1-9]?|[0-9]{1,4}|[0-9],[0-9]{3}"
_PARTS_OF_MONEY = re.compile(rf"(?=[0-9])(?:({_PLACES})億)?(?:(?=[0-9])({_PLACES})万)?({_PLACES})円")
_PLACED = re.compile(r"([0-9]+)([千百十]?)")
_TIMES = {"千": 1000, "百": 100, "十": 10, "億": 10**8, "万": 10**4, "": 1}
_WESTERN_DAY = re.compile(
    r"(?P<year>[0-9]{4})(?:-(?P<a>[0-9]{1,2})-(?P<b>[0-9]{1,2})|/(?P<c>[0-9]{1,2})/(?P<d>[0-9]{1,2})"
    r"|\.(?P<e>[0-9]{1,2})\.(?P<f>[0-9]{1,2})|年(?P<g>[0-9]{1,2})月(?P<h>[0-9]{1,2})日|(?P<i>[0-9]{2})(?P<j>[0-9]{2}))"
)
_ERA_DAY = re.compile(
    r"(?P<era>令和|平成|昭和|[RHSrhs])(?P<count>元|[0-9]{1,2})"
    r"(?:年(?P<a>[0-9]{1,2})月(?P<b>[0-9]{1,2})日|\.(?P<c>[0-9]{1,2})\.(?P<d>[0-9]{1,2})"
    r"|/(?P<e>[0-9]{1,2})/(?P<f>[0-9]{1,2})|-(?P<g>[0-9]{1,2})-(?P<h>[0-9]{1,2}))"
)


class Unreadable(ValueError):
    """A value that cannot be read; `problem` and `remedy` are Japanese sentences, `str()` all of it."""

    def __init__(self, value: object, problem: str, remedy: str) -> None:
        self.value, self.problem, self.remedy = shown(value), problem, remedy
        super().__init__(f"『{self.value}』は{problem}{remedy}")


def shown(value: object) -> str:
    """A cell's value as a message quotes it: one line, at most 60 characters; "" for an empty cell."""
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case datetime.datetime():
            return value.strftime("%Y/%m/%d") if value.time() == datetime.time() else str(value)
        case datetime.date():
            return value.strftime("%Y/%m/%d")
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case Decimal():
            return plain_number(value)
    text = " ".join(without_controls(str(value)).split())
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def plain_number(number: Decimal) -> str:
    """Without exponent and without noughts at the end: 12.50 → 12.5, 1E+3 → 1000."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


# Zero-width space, word joiner, byte order mark: a text of these alone is none. Joiners of letters and emoji stay.
_INVISIBLE = dict.fromkeys((0x200B, 0x2060, 0xFEFF))


def clean_text(text: str) -> str:
    """The text as it is kept: line breaks as \\n, no control or invisible characters, no space at either end."""
    if text.isprintable() and "_x" not in text:
        return text.strip()
    text = _ESCAPED.sub(_unescaped, text)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return without_controls(text).translate(_INVISIBLE).strip()


def _unescaped(match: "re.Match[str]") -> str:
    """Only what no cell can hold is written so; 「_x3042_」 in a text stays what it is."""
    character = chr(int(match[1], 16))
    return character if character in "\r\n\t" or CONTROL.match(character) else match[0]


def read_text(value: object) -> str:
    """Any cell as text; numbers and dates the way the cell shows them."""
    return clean_text(value) if isinstance(value, str) else shown(value)


def read_line(value: object) -> str:
    """A text without line breaks: names, units. A break inside becomes a space."""
    return " ".join(read_text(value).split("\n"))


def read_code(value: object) -> str:
    """A code such as 1-1-003: any width, any hyphen. A date is what Excel makes of 1-1-1, and is refused."""
    if isinstance(value, datetime.date | datetime.time):
        raise Unreadable(
            value,
            "日付になっています。",
            "Excelがコードを日付に変えています。セルの表示形式を「文字列」にしてから入力し直してください（例：1-1-1）。",
        )
    text = "".join(unicodedata.normalize("NFKC", shown(value)).translate(_HYPHENS).split())
    if not _CODE.fullmatch(text):
        raise Unreadable(
            value, "コードとして読めません。", "英数字をハイフンでつないで入力してください（例：1-1-003）。"
        )
    return text


def read_registered_code(value: object) -> str:
    """A code that somebody else gives: 見本-0102 is one as well. In another width it is read as `read_code` does."""
    try:
        return read_code(value)
    except Unreadable:
        if isinstance(value, datetime.date | datetime.time):
            raise
        return _narrow(shown(value))


def read_number(value: object) -> Decimal:
    """A number: 1234, 1,234, １２３４, -5, △5, 12.5. A comma must stand before every three figures.

    At most 11 figures before and 4 after the point: what both databases keep exactly.
    """
    number = _number(value, "半角または全角の数字で入力してください（例：1230）。", "数として読めません。")
    whole, _, decimals = plain_number(abs(number)).partition(".")
    if len(whole) > MOST_DIGITS or len(decimals) > MOST_DECIMALS:
        raise Unreadable(
            value,
            "桁数が多すぎます。",
            f"整数は{MOST_DIGITS}桁、小数点より下は{MOST_DECIMALS}桁までで入力してください。",
        )
    return number


def read_whole(value: object) -> int:
    """A whole number from 1 to 32767: an order or a number within a list."""
    number = _number(value, "1以上の整数を入力してください（例：3）。", "整数として読めません。")
    if number != number.to_integral_value() or not 1 <= number <= 32767:
        raise Unreadable(value, "使えない数です。", "1から32767までの整数を入力してください（例：3）。")
    return int(number)


def read_thousand_yen(value: object) -> int:
    """An amount in thousand yen.

    Accepted, in any width and with or without commas: a number alone is in
    thousand yen (1,234 → 1234); 「1,234千円」 → 1234; 「2百万円」 → 2000;
    「1,234,000円」 → 1234, where it is whole thousands; 「1.5億円」 → 150000;
    「1億2千万円」 → 120000. 億 and 万 without 円 are refused: nobody knows of
    what they are so many. Never below nought.
    """
    remedy, problem = "千円単位の数字で入力してください（例：1,234または1,234千円）。", "金額として読めません。"
    amount = _typed_money(value, remedy, problem) if isinstance(value, str) else _number(value, remedy, problem)
    if amount != amount.to_integral_value():
        raise Unreadable(value, "千円未満の端数があります。", "千円単位に丸めて入力してください（例：1,234千円）。")
    if not 0 <= amount < MOST_THOUSAND_YEN:
        raise Unreadable(value, "金額の範囲を超えています。", "0千円以上、1兆千円未満で入力してください。")
    return int(amount)


def _typed_money(typed: str, remedy: str, problem: str) -> Decimal:
    """In thousand yen, with what there is below a thousand."""
    text = _narrow(typed)
    if parts := _PARTS_OF_MONEY.fullmatch(text):
        yen = sum(_in_places(part) * times for part, times in zip(parts.groups(""), (10**8, 10**4, 1), strict=True))
        return Decimal(yen) / 1000
    match = _MONEY.fullmatch(text)
    if match is None:
        raise Unreadable(typed, problem, remedy)
    number = _number(match["number"], remedy, problem, typed=typed)
    return number * _TIMES[match["place"]] * _TIMES[match["myriad"]] / 1000 if match["unit"] else number


def _in_places(text: str) -> int:
    """9千7百 → 9700; 9,700 → 9700."""
    return sum(int(digits) * _TIMES[place] for digits, place in _PLACED.findall(text.replace(",", "")))


def read_year(value: object) -> int:
    """A fiscal year as a Western number, in every form of `plan.fiscal.parse_fiscal_year`: 2016, H28, 平成28年度."""
    if isinstance(value, datetime.date | datetime.time):
        raise Unreadable(value, "日付になっています。", "年度だけを入力してください（例：2016または平成28年度）。")
    try:
        return parse_fiscal_year(shown(value))
    except ValueError as error:
        problem, _, remedy = str(error).partition("は")[2].partition("。")
        raise Unreadable(value, f"{problem}。", remedy) from error


def read_month(value: object) -> int:
    """A month, 1 to 12: 4, ４, 4月."""
    remedy = "1から12までの数字で入力してください（例：9または9月）。"
    text = _narrow(value).removesuffix("月") if isinstance(value, str) else value
    number = _number(text, remedy, "月として読めません。", typed=value)
    if number != number.to_integral_value() or not 1 <= number <= 12:
        raise Unreadable(value, "月として読めません。", remedy)
    return int(number)


def read_day(value: object) -> datetime.date:
    """A day: a date cell, 2017-04-01, 2017/4/1, 2017.4.1, 20170401, 2017年4月1日, 平成29年4月1日, H29.4.1, H29/4/1.

    An era may count on past its end: 平成31年5月1日 is 令和元年5月1日. Years 1900 to 2099.
    """
    problem = "日付として読めません。"
    remedy = "「2017/4/1」「平成29年4月1日」「H29.4.1」のように入力してください。"
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    text = _narrow(shown(value))
    match = _WESTERN_DAY.fullmatch(text) or _ERA_DAY.fullmatch(text)
    if match is None:
        raise Unreadable(value, problem, remedy)
    groups = match.groupdict()
    month, day = (int(groups[name]) for name in "abcdefghij" if groups.get(name))
    try:
        found = datetime.date(_western(groups), month, day)
    except ValueError as error:
        raise Unreadable(value, "暦にない日です。", remedy) from error
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise Unreadable(value, problem, remedy)
    return found


def read_choice(value: object, words: Mapping[str, str]) -> str:
    """The value behind one of `words` (label → value); width, spaces and case do not matter."""
    typed = _folded(shown(value))
    for label, kept in words.items():
        if typed == _folded(label):
            return kept
    raise Unreadable(value, "選べる言葉ではありません。", f"「{'」「'.join(words)}」のどれかを入力してください。")


def _number(value: object, remedy: str, problem: str, *, typed: object = None) -> Decimal:
    """`typed` is what the message quotes, where it is not `value` itself."""
    quoted = value if typed is None else typed
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise Unreadable(quoted, problem, remedy)
    if isinstance(value, str):
        text = _narrow(value).translate(_MINUS)
        if not _NUMBER.fullmatch(text):
            raise Unreadable(quoted, problem, remedy)
        if len(text) > MOST_FIGURES:
            raise Unreadable(quoted, "桁数が多すぎます。", remedy)
        return Decimal(text.replace(",", ""))
    try:
        # repr: 0.1 is 0.1 and not the nearest binary fraction.
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    except InvalidOperation as error:
        raise Unreadable(quoted, problem, remedy) from error
    if not number.is_finite():
        raise Unreadable(quoted, problem, remedy)
    return number


def _narrow(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _folded(text: str) -> str:
    return _narrow(text).casefold()


def _western(groups: Mapping[str, str | None]) -> int:
    if groups.get("year"):
        return int(groups["year"] or 0)
    era = next(era for era in ERAS if (groups["era"] or "").upper() in (era.name, era.letter))
    count = groups["count"] or ""
    return era.first_year + (1 if count == "元" else int(count)) - 1
