"""The published years: one at a glance, and all of them side by side."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet, Subquery
from django.urls import reverse

from plan.models import Measure, Plan
from plan.queries.kept import kept_value
from plan.queries.plans import Neighbours
from progress.models import Correction, PublishedMeasure, Round
from progress.queries.published import (
    NEWEST_FIRST,
    PublishedRound,
    current_measures,
    published_round,
    published_rounds,
    with_frames_of_rows,
)
from progress.queries.results import Legend, Sums, added, sums_of


@dataclass(frozen=True)
class MeasureResult:
    """One measure in one published year; `name` and `title` are what it was called then."""

    measure: Measure
    name: str
    title: str
    rating_symbol: str
    rating_label: str
    sums: Sums
    url: str

    @classmethod
    def of(cls, row: PublishedMeasure, published: PublishedRound, *, first: bool = False) -> "MeasureResult":
        """`first`: it leads to what was first published of the measure."""
        name = "progress:measure_first" if first else "progress:measure"
        url = reverse(name, args=[published.slug, row.measure.code])
        sums = sums_of(row.data.get("rollup", {}), published.legend)
        return cls(row.measure, str(row), row.title, row.rating_symbol, row.rating_label, sums, url)


@dataclass(frozen=True)
class YearPage:
    """One year at a glance, now or (`is_first`) as it was published."""

    published: PublishedRound
    measures: tuple[MeasureResult, ...]
    whole: Sums
    correction_count: int
    neighbours: Neighbours
    has_previous: bool
    is_first: bool = False

    @property
    def legend(self) -> Legend:
        return self.published.legend


def year_page(slug: str) -> YearPage:
    """Raises Round.DoesNotExist. Four queries."""
    published = published_round(slug)
    years = published_rounds(published.plan)
    return page_of_year(published, list(measure_rows([published])), years, _neighbours(years, published))


def first_year_page(slug: str) -> YearPage:
    """The year as it was published, whatever was corrected since. Raises Round.DoesNotExist. Three queries."""
    published = published_round(slug)
    rows = _in_order(PublishedMeasure.objects.filter(publication__number=1, round=published.round))
    whole = sums_of(added([row.data.get("rollup", {}) for row in rows]), published.legend)
    measures = tuple(MeasureResult.of(row, published, first=True) for row in rows)
    count = _correction_count(published)
    return YearPage(published, measures, whole, count, Neighbours(None, None), has_previous=False, is_first=True)


def page_of_year(
    published: PublishedRound, rows: Sequence[PublishedMeasure], years: Sequence[PublishedRound], neighbours: Neighbours
) -> YearPage:
    """The page of frozen rows, which need not be stored yet; `years` are the published ones of the plan. One query."""
    return YearPage(
        published,
        tuple(MeasureResult.of(row, published) for row in rows),
        sums_of(added([row.data.get("rollup", {}) for row in rows]), published.legend),
        _correction_count(published),
        neighbours,
        any(each.round.year < published.round.year for each in years),
    )


def measure_rows(years: Iterable[PublishedRound]) -> Iterable[PublishedMeasure]:
    rounds = [published.round for published in years]
    return _in_order(current_measures().filter(round__in=rounds))


def _in_order(rows: QuerySet[PublishedMeasure]) -> QuerySet[PublishedMeasure]:
    ordered = rows.order_by("measure__policy__number", "measure__number", "measure_id")
    return ordered.select_related("measure__policy__plan")


def _correction_count(published: PublishedRound) -> int:
    return Correction.objects.filter(publication__round=published.round).count()


def _neighbours(newest_first: Sequence[PublishedRound], here: PublishedRound) -> Neighbours:
    at = [each.round.pk for each in newest_first].index(here.round.pk)
    later = newest_first[at - 1].link if at > 0 else None
    earlier = newest_first[at + 1].link if at + 1 < len(newest_first) else None
    return Neighbours(earlier, later)


@dataclass(frozen=True)
class YearColumn:
    """One year of the comparison: the whole of it, and its ratings by measure."""

    published: PublishedRound
    whole: Sums
    by_measure: Mapping[int, MeasureResult]


@dataclass(frozen=True)
class MeasureLine:
    """A measure across the years, by its newest name; None where it was not evaluated."""

    measure: Measure
    name: str
    results: tuple[MeasureResult | None, ...]


@dataclass(frozen=True)
class PlanProgress:
    """What became of one plan: its published years, the earliest first."""

    plan: Plan
    years: tuple[YearColumn, ...]
    measures: tuple[MeasureLine, ...]

    @property
    def newest(self) -> YearColumn:
        return self.years[-1]

    @property
    def is_sample(self) -> bool:
        return any(year.published.is_sample for year in self.years)

    @property
    def has_undecided(self) -> bool:
        return any(year.whole.undecided for year in self.years)


def progress_of_plans() -> list[PlanProgress]:
    """Every plan with published years, the current one first. Two queries."""
    years = published_rounds()
    return plans_of(years, measure_rows(years))


def plans_of(newest_first: Sequence[PublishedRound], rows: Iterable[PublishedMeasure]) -> list[PlanProgress]:
    """The plans of these years with their `rows`, which need not be stored; of each year in the order of measures."""
    by_round: dict[int, list[PublishedMeasure]] = {}
    for row in rows:
        by_round.setdefault(row.round_id, []).append(row)
    of_plan: dict[int, list[YearColumn]] = {}
    for published in reversed(newest_first):
        of_plan.setdefault(published.plan.pk, []).append(column_of(published, by_round.get(published.round.pk, [])))
    found = [_plan_progress(columns) for columns in of_plan.values()]
    return sorted(found, key=lambda each: (not each.plan.is_current, -each.plan.start_year, each.plan.slug))


def column_of(published: PublishedRound, rows: Sequence[PublishedMeasure]) -> YearColumn:
    whole = sums_of(added([row.data.get("rollup", {}) for row in rows]), published.legend)
    return YearColumn(published, whole, {row.measure_id: MeasureResult.of(row, published) for row in rows})


def _plan_progress(columns: Sequence[YearColumn]) -> PlanProgress:
    newest = {key: result for column in columns for key, result in column.by_measure.items()}
    ordered = sorted(newest.values(), key=lambda result: (result.measure.policy.number, result.measure.number))
    lines = (
        MeasureLine(each.measure, each.name, tuple(column.by_measure.get(each.measure.pk) for column in columns))
        for each in ordered
    )
    return PlanProgress(columns[0].published.plan, tuple(columns), tuple(lines))


def newest_year(plan: Plan) -> YearColumn | None:
    """The newest published year of a plan, for the home page; kept for each state of the content. One query."""

    def read() -> YearColumn | None:
        newest = Round.objects.published().filter(program__plan=plan).order_by(*NEWEST_FIRST).values("pk")[:1]
        rows = current_measures().filter(round=Subquery(newest)).select_related("measure__policy__plan")
        found = list(with_frames_of_rows(rows).order_by("measure__policy__number", "measure__number"))
        return column_of(PublishedRound.of_row(found[0]), found) if found else None

    return kept_value(f"progress:newest_year:{plan.pk}", read)


def years_of_measure(measure: Measure) -> list[tuple[PublishedRound, MeasureResult]]:
    """What is published of a measure, newest year first; kept for each state of the content. One query."""

    def read() -> list[tuple[PublishedRound, MeasureResult]]:
        rows = with_frames_of_rows(current_measures().filter(measure=measure)).order_by("-round__year", "round__slug")
        years = [(PublishedRound.of_row(row), row) for row in rows.select_related("measure__policy__plan")]
        return [(published, MeasureResult.of(row, published)) for published, row in years]

    return kept_value(f"progress:measure:{measure.pk}", read)
