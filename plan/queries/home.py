"""The top page: the current plan at a glance."""

import datetime
from dataclasses import dataclass

from django.db.models import prefetch_related_objects

from plan.fiscal import fiscal_year_label, fiscal_year_of
from plan.models import Plan, Policy, Term
from plan.queries.glossary import term_of_the_day
from plan.queries.kept import kept_counts
from plan.queries.news import News, latest_news
from plan.queries.plans import Counts


@dataclass(frozen=True)
class YearMark:
    """A fiscal year of the plan; `state` is past, now or ahead."""

    year: int
    label: str
    state: str

    @property
    def is_now(self) -> bool:
        return self.state == "now"

    @property
    def state_label(self) -> str:
        return {"past": "終了", "now": "今年度", "ahead": "今後"}[self.state]

    @property
    def era_label(self) -> str:
        """「平成28」 of 「平成28(2016)年度」: the band has little room."""
        return self.label.split("(")[0]


@dataclass(frozen=True)
class Band:
    """The plan's fiscal years and where we are in them, in words."""

    years: tuple[YearMark, ...]
    sentence: str


@dataclass(frozen=True)
class HomePage:
    policies: list[Policy]
    counts: Counts
    band: Band
    latest: list[News]
    term: Term | None


def home_page(plan: Plan, today: datetime.date) -> HomePage:
    """`today` is the day in Japan. Five queries, and one for each source of news."""
    prefetch_related_objects([plan], "policies__measures", "terms")
    return HomePage(
        list(plan.policies.all()),
        kept_counts(plan),
        band(plan, today),
        latest_news(plan),
        term_of_the_day(list(plan.terms.all()), today.toordinal()),
    )


def band(plan: Plan, today: datetime.date) -> Band:
    """Where in the plan's fiscal years (both ends included) `today` is."""
    current = fiscal_year_of(today)
    years = tuple(
        YearMark(year, fiscal_year_label(year), "past" if year < current else "now" if year == current else "ahead")
        for year in range(plan.start_year, plan.end_year + 1)
    )
    return Band(years, _sentence(plan, current))


def _sentence(plan: Plan, current: int) -> str:
    start, end = fiscal_year_label(plan.start_year), fiscal_year_label(plan.end_year)
    if current > plan.end_year:
        return f"このプランの期間は、{end}に終了しました。"
    if current < plan.start_year:
        return f"このプランの期間は、{start}に始まります。"
    length = plan.end_year - plan.start_year + 1
    at = current - plan.start_year + 1
    return f"今は{fiscal_year_label(current)}です。{length}年間の計画期間の{at}年目です。"
