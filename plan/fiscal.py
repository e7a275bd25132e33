"""Japanese years: the fiscal year (1 April to 31 March), eras and weekdays.

Years are Western numbers everywhere; these functions write and read the
Japanese forms of the plan: 「平成28(2016)年度」.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache


@dataclass(frozen=True)
class Era:
    name: str
    letter: str
    first_year: int


# Newest first. The year an era began in bears its name throughout, as the city writes it: 令和元年度 is 2019.
ERAS = (Era("令和", "R", 2019), Era("平成", "H", 1989), Era("昭和", "S", 1926))
FIRST_YEAR, LAST_YEAR = 1900, 2099
# Documents written before a change of era count on in the old one: the plan of 2016 ends in 平成32年度.
_YEARS_COUNTED_ON = 10
_WEEKDAYS = "月火水木金土日"

_ERA_YEAR = r"(?P<{0}era>令和|平成|昭和|[RHSrhs])(?P<{0}count>元|0?[1-9]|[1-9][0-9])"
_ERA_FIRST = _ERA_YEAR.format("") + r"(?:年度?)?(?:\((?P<inner_year>[0-9]{4})(?:年度?)?\))?"
_WESTERN_FIRST = r"(?P<year>[0-9]{4})(?:年度?)?(?:\(" + _ERA_YEAR.format("inner_") + r"(?:年度?)?\))?"
_LABEL = re.compile(rf"(?:{_ERA_FIRST}|{_WESTERN_FIRST})(?:年度?)?")
# In a word of a query: R2 in 「R2年」 is a year, in 「PR2」 it is not; 2016 in 「2016件」 is not one either.
_IN_WORD = re.compile(
    _ERA_YEAR.format("").replace("[RHSrhs]", "(?<![A-Za-z])[RHSrhs]")
    + r"(?:\([0-9]{4}\))?(?P<suffix>年度?)?(?![0-9])"
    + r"|(?<![0-9A-Za-z,.])(?P<year>[0-9]{4})(?:\((?:令和|平成|昭和)[0-9元]+(?:年度?)?\))?(?P<western_suffix>年度?|$)"
)


def fiscal_year_of(day: date) -> int:
    """The fiscal year `day` belongs to: 31 March 2017 is in 2016."""
    return day.year if day.month >= 4 else day.year - 1


@lru_cache(maxsize=400)
def fiscal_year_label(year: int) -> str:
    """「平成28(2016)年度」; before 昭和 only 「1925年度」."""
    return f"{_with_era(year)}年度"


def calendar_year_label(year: int) -> str:
    """「平成28(2016)年」; the year an era begins bears the new name."""
    return f"{_with_era(year)}年"


def date_label(day: date) -> str:
    """「2017年5月31日（水）」."""
    return f"{day.year}年{day.month}月{day.day}日（{_WEEKDAYS[day.weekday()]}）"


def moment_label(moment: datetime) -> str:
    """「2017年5月31日（水）9:05」, of a local time."""
    return f"{date_label(moment.date())}{moment.hour}:{moment.minute:02}"


def parse_fiscal_year(text: str) -> int:
    """Read a fiscal year: 「平成31年度」「H28」「2016」「令和元(2019)年度」, any width, spaces ignored.

    An era may count on past its end (平成32年度 is 2020). Raises ValueError
    with a message for the reader (Japanese) for anything else, and where the
    two years of one label disagree.
    """
    match = _LABEL.fullmatch(_normal(text))
    if match is None:
        raise ValueError(_unreadable(text))
    outer = _year(match["era"], match["count"], match["year"])
    inner = _year(match["inner_era"], match["inner_count"], match["inner_year"])
    if outer is None or not FIRST_YEAR <= outer <= LAST_YEAR:
        raise ValueError(_unreadable(text))
    if inner not in (None, outer):
        raise ValueError(f"『{text}』は和暦と西暦が合っていません。どちらか一方だけを入力してください。")
    return outer


def spellings(query_word: str) -> list[str]:
    """The other ways of writing the year in a word, for search; [] where there is none.

    「平成31年度予算」 gives 令和元年度予算, 2019年度予算, 令和元(2019)年度予算 …. A
    year without 年 or 年度 (「H28」, 「2016」) gets 年, so that 平成2 does not find
    平成28; 年 is found in 年度 as well. Only the first year of a word is varied.
    """
    word = _normal(query_word)
    match = _IN_WORD.search(word)
    if match is None:
        return []
    year = _year(match["era"], match["count"], match["year"])
    if year is None or not ERAS[-1].first_year <= year <= LAST_YEAR:
        return []
    suffix = match["suffix"] or match["western_suffix"] or "年"
    before, after = word[: match.start()], word[match.end() :]
    variants = [f"{before}{form}{suffix}{after}" for form in _forms(year)]
    return [variant for variant in variants if variant != word]


def _forms(year: int) -> list[str]:
    """Every way to write `year`, without 年: the era of the time first, then the one before it."""
    forms: list[str] = []
    eras = [era for era in ERAS if era.first_year <= year]
    for era, newer in zip(eras[:2], (None, *eras), strict=False):
        if newer and year - newer.first_year >= _YEARS_COUNTED_ON:
            break
        for count in ("元", "1") if year == era.first_year else (str(year - era.first_year + 1),):
            forms += [f"{era.name}{count}", f"{era.name}{count}({year})"]
    return [*forms, str(year)]


def _with_era(year: int) -> str:
    for era in ERAS:
        if year >= era.first_year:
            count = year - era.first_year + 1
            return f"{era.name}{'元' if count == 1 else count}({year})"
    return str(year)


def _year(era_name: str | None, count: str | None, western: str | None) -> int | None:
    """The Western year of the groups of a match; None where there is none."""
    if western:
        return int(western)
    if not era_name or not count:
        return None
    era = next(era for era in ERAS if era_name.upper() in (era.name, era.letter))
    return era.first_year + (1 if count == "元" else int(count)) - 1


def _normal(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _unreadable(text: str) -> str:
    return f"『{text}』は年度として読めません。「平成28年度」「令和2年度」「2016」のように入力してください。"
