"""What the desk lists: 調書 as rows, with the time left and what is still missing."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import F, Prefetch, QuerySet
from django.utils import timezone

from progress.completeness import Missing
from progress.deadlines import TimeLeft, time_left
from progress.enums import Status
from progress.models import Evaluation, EvaluationIndicator
from progress.queries.extensions import with_deadline
from progress.queries.filling import missing_of
from progress.queries.first_frame import in_published_words
from progress.queries.left_out import LeftOut, exception_problem, left_out_of

# Nearly by code, too, and quicker where a list has all years of all departments: 調書 are made in the order of the
# codes when their round opens, and only what is added to it later stands last.
AS_MADE = "made"
MOST_WAITING, MOST_HANDED_ON, PAGE_SIZE = 20, 10, 50

_ARROWS = {"ascending": " ▲", "descending": " ▼", "": ""}
# What the next person does with it, in the words of a to-do list.
_TO_DO: dict[Status, str] = {
    Status.DRAFT: "記入して提出する",
    Status.RETURNED: "指摘を直して再提出する",
    Status.SUBMITTED: "読んで、承認するか差し戻す",
    Status.ENDORSED: "読んで、確認するか差し戻す",
}

# Sort key of the list → how the database orders; the last keys make the order certain.
ORDERS: dict[str, tuple[str, ...]] = {
    "": ("-round", "action__code", "pk"),
    AS_MADE: ("-round", "pk"),
    "code": ("action__code", "-round"),
    "title": ("action__title", "-round", "pk"),
    "department": ("department__code", "-round", "pk"),
    "status": ("status", "-round", "pk"),
    "due": ("due_on", "-round", "pk"),
    "saved": ("saved_at", "-round", "pk"),
}


@dataclass(frozen=True)
class Row:
    """One 調書 in a list. `missing` is None where it is not the reader's to fill in."""

    evaluation: Evaluation
    left: TimeLeft
    to_do: str
    missing: list[Missing] | None = None

    @property
    def is_filled_in(self) -> bool:
        """Whether it is with its reader for the first time, and nothing is missing."""
        return self.evaluation.status == Status.DRAFT and self.missing == []

    @property
    def left_out(self) -> LeftOut | None:
        """What to tell where its round is published without it."""
        return left_out_of(self.evaluation)

    @property
    def may_be_exception(self) -> bool:
        """Whether the round may be told to be published without it."""
        return not exception_problem(self.evaluation)


@dataclass(frozen=True)
class SortHead:
    """A head of the list: what pressing it sorts by, and which way it is sorted now (aria-sort; "" for not by it)."""

    label: str
    sort: str
    direction: str

    @property
    def arrow(self) -> str:
        return _ARROWS[self.direction]


@dataclass(frozen=True)
class Section:
    """The first rows of a list, and how many there are beyond them (None: some)."""

    rows: list[Row]
    total: int | None
    has_more: bool

    @property
    def to_fill_in(self) -> set[int]:
        """The rounds of the rows that are the reader's to fill in."""
        return {row.evaluation.round_id for row in self.rows if row.missing is not None}


def waiting(evaluations: QuerySet[Evaluation], today: datetime.date | None = None) -> Section:
    """あなたの番, the oldest deadline first. At most five queries: the keys are sorted, and the first rows read."""
    in_order = ("due_on", "pk")
    keys = list(with_deadline(evaluations).order_by(*in_order).values_list("pk", flat=True))
    found = _for_rows(Evaluation.objects.filter(pk__in=keys[:MOST_WAITING]))
    found = found.select_related("round__scale", "outlook").prefetch_related(*_FOR_MISSING)
    rows = [_row(evaluation, today, to_do=True) for evaluation in found.order_by(*in_order)]
    return Section(rows, len(keys), len(keys) > len(rows))


def handed_on(evaluations: QuerySet[Evaluation], today: datetime.date | None = None) -> Section:
    """What is on its way, the newest step first. One query: the keys are sorted inside it."""
    newest = (F("submitted_at").desc(nulls_last=True), "-pk")
    first = evaluations.order_by(*newest).values("pk")[: MOST_HANDED_ON + 1]
    found = list(_for_rows(Evaluation.objects.filter(pk__in=first)).defer(*_TEXTS).order_by(*newest))
    rows = [_row(evaluation, today) for evaluation in found[:MOST_HANDED_ON]]
    return Section(rows, None, len(found) > len(rows))


def listed(
    evaluations: QuerySet[Evaluation],
    *,
    sort: str,
    page: str,
    today: datetime.date | None = None,
    with_grades: bool = False,
    with_outlook: bool = False,
) -> tuple[Page[Any], list[Row]]:
    """One page of the keys of `evaluations` and its rows; `sort` is a key of `ORDERS`, with "-" before it backwards.

    `with_grades`: in the words in which their years were published. At most four queries, one of them for that, and one
    for the 今後の方向性 of the rows, if it is asked for.
    """
    orders = ORDERS.get(sort.removeprefix("-"), ORDERS[""])
    in_order = _turned(orders, sort.startswith("-"))
    pages = Paginator(with_deadline(evaluations).order_by(*in_order).values("pk"), PAGE_SIZE)
    pages.count = evaluations.count()  # without the tables that they are sorted by
    keys = pages.get_page(page)
    shown = Evaluation.objects.filter(pk__in=keys.object_list)  # type: ignore[misc]  # a slice of a query set
    found = _for_rows(shown).defer(*_TEXTS).order_by(*in_order)
    if with_outlook:
        found = found.prefetch_related("outlook")  # a ninth table would be one too many (`_for_rows`)
    return keys, [_row(evaluation, today) for evaluation in (in_published_words(found) if with_grades else found)]


def sort_head(key: str, label: str, sort: str) -> SortHead:
    """A second press on the same head turns the order round."""
    is_current = sort.removeprefix("-") == key
    direction = ("descending" if sort.startswith("-") else "ascending") if is_current else ""
    return SortHead(label, f"-{key}" if sort == key else key, direction)


def _for_rows(evaluations: QuerySet[Evaluation]) -> QuerySet[Evaluation]:
    """Without the long texts of what stands around a 調書: sorting rows costs by their length.

    Nor with more tables than these: PostgreSQL looks for the keys first among nine (`config.settings`).
    """
    return (
        with_deadline(evaluations)
        .select_related("round__program", "action", "department", "grade", "submitted_by")
        .defer("action__purpose", "action__content", "action__legal_basis", "round__program__summary")
    )


# What is filled in: a list shows none of it.
_TEXTS = (
    "planned_work",
    "plan_change",
    "results",
    "grade_reason",
    "outcomes",
    "problems",
    "environment_change",
    "outlook_reason",
    "next_plan",
)


_FOR_MISSING = (
    Prefetch("indicators", EvaluationIndicator.objects.select_related("indicator")),
    "milestones",
    "round__scale__entries",
)


def _row(evaluation: Evaluation, today: datetime.date | None, *, to_do: bool = False) -> Row:
    status = Status(evaluation.status)
    left = time_left(evaluation.due_on, today or timezone.localdate())  # type: ignore[attr-defined]  # with_deadline
    fills_in = to_do and status in {Status.DRAFT, Status.RETURNED}
    lacking = missing_of(evaluation, list(evaluation.round.scale.entries.all())) if fills_in else None
    return Row(evaluation, left, _TO_DO.get(status, "") if to_do else "", lacking)


def _turned(orders: tuple[str, ...], backwards: bool) -> tuple[str, ...]:
    if not backwards:
        return orders
    first, *others = orders
    return (first.removeprefix("-") if first.startswith("-") else f"-{first}", *others)
