"""Lists of published 調書: of a year, of a measure, of a department."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page
from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Sum, Value, When

from plan.queries.kept import kept_value
from plan.queries.listing import Asked, Head, Select, containing, page_of, page_of_found
from plan.queries.searching import measures_of
from progress.models import PublishedEvaluation
from progress.queries.published import PublishedRound, measure_names, published_round
from progress.queries.results import UNDECIDED, UNDECIDED_LABEL, Legend, ResultRow, Sums, sums_of

FILTERS = ("measure", "department", "grade", "outlook")
# Each comes with a picture.
DEPARTMENTS_A_PAGE = 12
_NAMED = ("code", "title", "measure", "department", "department_name", "bureau_name", "grade_symbol", "outlook_symbol")
_ADDED = ("budget", "settlement", "indicators_total", "indicators_reached")
FROZEN = {name: name for name in (*_NAMED, *_ADDED)}
"""Where the lists find their columns; the preview finds them in the 調書 themselves."""


@dataclass(frozen=True)
class ResultList:
    """A page of rows with what was asked for; `selects` and `heads` are its form and its table's head."""

    published: PublishedRound
    asked: Asked
    selects: tuple[Select, ...]
    heads: tuple[Head, ...]
    page: "Page[PublishedEvaluation]"
    rows: tuple[ResultRow, ...]


def result_list(slug: str, given: Mapping[str, str]) -> ResultList:
    """`/progress/2016/actions/`; raises Round.DoesNotExist. Five queries."""
    published = published_round(slug)
    asked = Asked.of(given, FILTERS)
    rows = ordered(narrowed(containing(rows_of(published), asked.words), asked), published, asked)
    shown = (page_of_found if asked.words else page_of)(rows, given.get("page"))
    return ResultList(
        published,
        asked,
        selects_of(published, asked, _department_options(published)),
        heads_of(asked),
        shown,
        result_rows(published, shown),
    )


def results_for_file(slug: str, given: Mapping[str, str]) -> tuple[PublishedRound, QuerySet[PublishedEvaluation]]:
    """The same rows, all of them: for the file of what is shown."""
    published = published_round(slug)
    asked = Asked.of(given, FILTERS)
    return published, ordered(
        narrowed(containing(rows_of(published), asked.words), asked), published, asked
    ).select_related("measure__policy", "direction__measure__policy", "department")


def whole_results(published: PublishedRound) -> QuerySet[PublishedEvaluation]:
    """Everything that is published of the year now, for its files."""
    rows = PublishedEvaluation.objects.filter(round=published.round, is_current=True)
    return rows.select_related("department").order_by("code")


def result_rows(
    published: PublishedRound, rows: Iterable[PublishedEvaluation], *, first: bool = False
) -> tuple[ResultRow, ...]:
    """`first`: they lead to what was first published of them."""
    grade = published.legend.grade
    return tuple(
        ResultRow(row, published.slug, grade(row.grade_symbol, row.grade_label, row.grade_kind), is_first=first)
        for row in rows
    )


def rows_of(published: PublishedRound, *, first: bool = False) -> QuerySet[PublishedEvaluation]:
    """What is published now of the year, or was at first, without the bulk of it.

    Asked for as in `published.in_order_of_code`.
    """
    return PublishedEvaluation.objects.filter(round=published.round, code__gt="", **edition(first=first)).defer("data")


def edition(*, first: bool) -> dict[str, Any]:
    """The rows of the first publication, or those that hold now."""
    return {"edition": 1} if first else {"is_current": True}


def narrowed(rows: QuerySet[Any], asked: Asked, columns: Mapping[str, str] = FROZEN) -> QuerySet[Any]:
    """Those of `rows` that the filters ask for; a value that is not among those offered finds nothing."""
    values, measure = asked.values, columns["measure"]
    if code := values.get("measure"):
        policy, _, number = code.partition("-")
        known = policy.isascii() and policy.isdecimal() and number.isascii() and number.isdecimal()
        wanted = {f"{measure}__policy__number": policy, f"{measure}__number": number}
        rows = rows.filter(**wanted) if known else rows.none()
    if department := values.get("department"):
        rows = rows.filter(**{f"{columns['department']}__code": department})
    if grade := values.get("grade"):
        rows = rows.filter(**{columns["grade_symbol"]: "" if grade == UNDECIDED else grade})
    if outlook := values.get("outlook"):
        rows = rows.filter(**{columns["outlook_symbol"]: outlook})
    return rows


def ordered(
    rows: QuerySet[Any], published: PublishedRound, asked: Asked, columns: Mapping[str, str] = FROZEN
) -> QuerySet[Any]:
    places = enumerate(step.symbol for step in published.legend.achievements)
    grade = Case(
        *(When(**{columns["grade_symbol"]: symbol}, then=Value(place)) for place, symbol in places),
        default=Value(1000),
        output_field=IntegerField(),
    )
    code, title, settlement = columns["code"], columns["title"], F(columns["settlement"])
    bureau, department = columns["bureau_name"], columns["department_name"]
    orders: dict[str, tuple[Any, ...]] = {
        "code": (code,),
        "-code": (f"-{code}",),
        "title": (title, code),
        "-title": (f"-{title}", code),
        "department": (bureau, department, code),
        "-department": (f"-{bureau}", f"-{department}", code),
        "grade": (grade.asc(), code),
        "-grade": (grade.desc(), code),
        "settlement": (settlement.asc(nulls_last=True), code),
        "-settlement": (settlement.desc(nulls_last=True), code),
    }
    return rows.order_by(*asked.order(orders))


def heads_of(asked: Asked) -> tuple[Head, ...]:
    return (
        asked.head("コード", "code", first=True),
        asked.head("取組", "title"),
        asked.head("所管課", "department"),
        asked.head("達成度", "grade"),
        asked.head("決算額（千円）", "settlement", is_number=True),
    )


def selects_of(published: PublishedRound, asked: Asked, departments: Iterable[tuple[str, str]]) -> tuple[Select, ...]:
    """Two queries."""
    legend = published.legend
    grades = [(step.symbol, step.name) for step in legend.achievements]
    return (
        asked.select("measure", "施策", "すべての施策", _measure_options(published)),
        asked.select("department", "所管課", "すべての所管課", departments),
        asked.select("grade", "達成度", "すべての達成度", [*grades, (UNDECIDED, UNDECIDED_LABEL)]),
        asked.select(
            "outlook", "今後の方向性", "すべての方向性", [(step.symbol, step.name) for step in legend.outlooks]
        ),
    )


def _measure_options(published: PublishedRound) -> list[tuple[str, str]]:
    names = measure_names(published)
    return [(measure.code, names.get(measure.pk, str(measure))) for measure in measures_of(published.plan)]


def _department_options(published: PublishedRound) -> list[tuple[str, str]]:
    rows = rows_of(published).order_by("department__code").values_list("department__code", "department_name")
    return kept_value(f"progress:departments:{published.slug}", lambda: list(dict(rows.distinct()).items()))


@dataclass(frozen=True)
class DepartmentResult:
    """One department in one year, under the name of its day."""

    code: str
    name: str
    bureau: str
    sums: Sums


def department_results(published: PublishedRound, code: str = "") -> list[DepartmentResult]:
    """All of them, or the one of that code, in the order of codes. Two queries."""
    rows = rows_of(published).order_by()
    return sums_by_department(rows.filter(department__code=code) if code else rows, published.legend)


def sums_by_department(
    rows: QuerySet[Any], legend: Legend, columns: Mapping[str, str] = FROZEN
) -> list[DepartmentResult]:
    """Of `rows` in no order. Two queries."""
    named = ("department__code", columns["department_name"], columns["bureau_name"])
    symbol, budget, settlement = columns["grade_symbol"], columns["budget"], columns["settlement"]
    undecided = Q(**{symbol: ""})
    grades: dict[tuple[str, ...], dict[str, int]] = {}
    for *key, grade, count in rows.exclude(undecided).values_list(*named, symbol).annotate(Count("pk")):
        grades.setdefault(tuple(key), {})[grade] = count
    sums = rows.values(*named).annotate(
        total=Count("pk"),
        undecided=Count("pk", filter=undecided),
        budget_sum=Sum(budget),
        budget_blank=Count("pk", filter=Q(**{budget: None})),
        settlement_sum=Sum(settlement),
        settlement_blank=Count("pk", filter=Q(**{settlement: None})),
        indicators_total_sum=Sum(columns["indicators_total"]),
        indicators_reached_sum=Sum(columns["indicators_reached"]),
    )
    found = []
    for row in sums.order_by(*named):
        key = (code, name, bureau) = tuple(row[name] for name in named)
        rollup = {name.removesuffix("_sum"): value for name, value in row.items()} | {"grades": grades.get(key, {})}
        found.append(DepartmentResult(code, name, bureau, sums_of(rollup, legend)))
    return found
