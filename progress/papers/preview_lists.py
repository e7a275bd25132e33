"""The public lists of a round before it is public: actions, departments, changes, all years; on the 調書 themselves."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.core.paginator import Page
from django.db.models import BooleanField, Case, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from accounts.models import Department
from plan.queries.listing import Asked, folded_words, page_of
from plan.search import folded
from progress.documents import ACT, CHECK, DO, text_of, title_of
from progress.enums import DECIDED
from progress.models import Evaluation, PublishedEvaluation
from progress.papers.preview import Preview
from progress.queries.published import newest_first, published_rounds
from progress.queries.result_lists import (
    DEPARTMENTS_A_PAGE,
    FILTERS,
    DepartmentResult,
    ResultList,
    heads_of,
    narrowed,
    ordered,
    selects_of,
    sums_by_department,
)
from progress.queries.year_changes import ChangesPage, alone, changes_between, page_of_changes, year_before
from progress.queries.years import PlanProgress, YearColumn, column_of, measure_rows, plans_of
from progress.yearly_changes import Graded

# As `actions.freezing.listed_evaluation` fills the columns of a frozen row.
COLUMNS = {
    "code": "action__code",
    "title": "action__title",
    "measure": "action__main_direction__measure",
    "department": "department",
    "department_name": "department__name",
    "bureau_name": "bureau_name",
    "budget": "planned_budget",
    "settlement": "settlement_shown",
    "indicators_total": "measured_shown",
    "indicators_reached": "reached_shown",
    "grade_symbol": "grade_symbol",
    "outlook_symbol": "outlook_symbol",
}

# By what name the address asks for one of the columns below.
_ASKED_AS = {
    "bureau_name": "department",
    "grade_symbol": "grade",
    "outlook_symbol": "outlook",
    "settlement_shown": "settlement",
}

# What the document of a 調書 holds (`progress.documents.of_evaluation`): always, and once it is decided.
_PLANNED = ("planned_work", "department__name", "exception_reason")
_ANSWERED = ("grade__label", *DO, *CHECK, *ACT, "outlook__label")
ROWS_AT_ONCE = 1000


def preview_list(made: Preview, given: Mapping[str, str]) -> ResultList:
    """Four queries; nothing of it is kept."""
    asked = Asked.of(given, FILTERS)
    rows = _listed(made, asked)
    found = list(_found(made, rows, asked.words)) if asked.words else None
    page, shown = made.result_page(rows, given.get("page"), found)
    named = made.evaluations.order_by("department__code").values_list("department__code", "department__name")
    selects = selects_of(made.published, asked, list(named.distinct()))
    return ResultList(made.published, asked, selects, heads_of(asked), page, shown)  # type: ignore[arg-type]  # alike


def preview_rows(made: Preview, given: Mapping[str, str]) -> list[PublishedEvaluation]:
    """The rows of the same list, all pages of it: for its file. Three queries, four with words."""
    asked = Asked.of(given, FILTERS)
    rows = _listed(made, asked)
    found = set(_found(made, rows, asked.words)) if asked.words else None
    return [row for row in made.answered_rows(rows) if found is None or row.evaluation_id in found]


def _listed(made: Preview, asked: Asked) -> QuerySet[Evaluation]:
    """With those columns alone that the list is narrowed or sorted by: each reads other tables for all rows."""
    wanted = {asked.sort.removeprefix("-"), *asked.values}
    columns = {name: column for name, column in _frozen().items() if _ASKED_AS.get(name) in wanted}
    return ordered(narrowed(made.evaluations.alias(**columns), asked, COLUMNS), made.published, asked, COLUMNS)


def preview_departments(made: Preview, number: str | None) -> "Page[Any]":
    """One page of `DepartmentResult`: of its departments alone all 調書 are summed. Three queries."""
    theirs = Exists(made.evaluations.order_by().filter(department=OuterRef("pk")))
    named = Department.objects.filter(theirs).annotate(bureau_name=Coalesce("bureau__name", Value("")))
    rows = named.order_by("code", "name", "bureau_name").values_list("code", "name", "bureau_name", "pk")
    # As `sums_by_department` tells them apart.
    groups = [[key for *_, key in group] for _, group in groupby(rows, key=itemgetter(0, 1, 2))]
    page = page_of(groups, number, DEPARTMENTS_A_PAGE)
    page.object_list = _results_of(made, department__in=[key for group in page.object_list for key in group])
    return page


def preview_department(made: Preview, code: str) -> list[DepartmentResult]:
    """Those of the code; several where it was used under two names. Two queries."""
    return _results_of(made, department__code=code)


def _results_of(made: Preview, **which: Any) -> list[DepartmentResult]:
    rows = made.evaluations.order_by().filter(**which)
    return sums_by_department(rows.annotate(**_frozen()), made.published.legend, COLUMNS)


def preview_changes(made: Preview, kind: str, page: str | None) -> ChangesPage:
    """Beside the newest year that is public before it. Five queries; that year alone is kept, for it is public."""
    previous = year_before(made.published)
    if previous is None:
        return alone(made.published)
    found = changes_between(made.published, _graded(made), previous)
    return page_of_changes(made.published, previous, found, kind, page, made.listed_by_key)


def preview_progress(made: Preview) -> list[PlanProgress]:
    """Every plan with what is public of it, and with this year. Five queries."""
    public = published_rounds()
    return plans_of(newest_first([made.published, *public]), [*measure_rows(public), *made.measure_rows()])


def preview_glance(made: Preview) -> YearColumn | None:
    """What the home page will show; None where it goes on showing a later year, or another plan. Four queries."""
    plan = made.published.plan
    newest = newest_first([made.published, *published_rounds(plan)])[0]
    if newest is not made.published or not plan.is_current:
        return None
    return column_of(made.published, made.measure_rows())


def _graded(made: Preview) -> Iterator[Graded]:
    """As `queries.year_changes` reads them from frozen rows. One query."""
    replanned = ExpressionWrapper(Q(status__in=DECIDED) & ~Q(plan_change=""), output_field=BooleanField())
    rows = made.evaluations.annotate(**_frozen()).values_list("pk", "action", "grade_symbol", replanned)
    for key, action, symbol, is_replanned in rows:
        yield Graded(key, action, made.published.legend.rank(symbol), is_replanned, is_undecided=not symbol)


def _found(made: Preview, evaluations: QuerySet[Evaluation], words: str) -> Iterator[int]:
    """Keys of those that have every word in the document which publishing would put into the search index. One query.

    The index holds nothing that is not public, and no database folds text as it does: so all of them are read.
    """
    asked, round_ = folded_words(words), made.published.round
    rows = evaluations.values_list("pk", "status", "action__code", "action__title", *_PLANNED, *_ANSWERED)
    for key, status, code, title, planned, department, reason, *answered in rows.iterator(ROWS_AT_ONCE):
        text = text_of([planned, department, *(answered if status in DECIDED else [reason])])
        found = folded(title_of(round_, code, title), text, [code])
        if all(word in found for word in asked):
            yield key


def _frozen() -> dict[str, Any]:
    """The columns that are not those of the 調書: what is not decided shows neither answers nor sums of them."""

    def decided(name: str) -> When:
        return When(status__in=DECIDED, then=F(name))

    return {
        "bureau_name": Coalesce("department__bureau__name", Value("")),
        "grade_symbol": Coalesce(Case(decided("grade__symbol")), Value("")),
        "outlook_symbol": Coalesce(Case(decided("outlook__symbol")), Value("")),
        "settlement_shown": Case(decided("settlement")),
        "measured_shown": Case(decided("indicators_total"), default=Value(0)),
        "reached_shown": Case(decided("indicators_reached"), default=Value(0)),
    }
