"""調書 whose 課 does not lead the action any more: the 主管課 of the action was changed during the round."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from accounts.models import Department
from plan.queries.listing import ROWS_A_PAGE
from programs.models import Action, ActionOwner
from programs.queries.first_of import FirstOf, first_of
from progress.deadlines import TimeLeft, time_left
from progress.enums import Status
from progress.models import Evaluation, Round
from progress.queries.extensions import deadlines_of
from progress.queries.reorganisation import unpublished

MOST_NAMED = 5


@dataclass(frozen=True)
class Move:
    """A 調書, the 課 that leads its action now, and by when that one submits."""

    evaluation: Any
    to: Department
    left: TimeLeft


def day_that_counts(round_: Round, today: datetime.date | None = None) -> datetime.date:
    """Who leads on it fills in: today, and before the round's first day that day."""
    return max(today or timezone.localdate(), round_.opens_on)


def with_lead(evaluations: QuerySet[Evaluation], day: datetime.date) -> QuerySet[Any]:
    """Each with `lead`, the id of the 課 that leads its action on the day, None where none does; no own query."""
    leads = _leads(day).order_by("position", "pk").values("department")
    return evaluations.annotate(lead=Subquery(leads[:1]))


def led_elsewhere(round_: Round, today: datetime.date | None = None) -> QuerySet[Any]:
    """Those of the round that are not published and whose action another 課 leads, with `lead`; by code.

    Where nobody leads the action there is nowhere to go: the form of the action says so.
    """
    found = unpublished(Evaluation.objects.filter(pk__in=_behind(round_, today)))
    rows = with_lead(found, day_that_counts(round_, today)).select_related("department")
    return rows.order_by("action__code")


def number_led_elsewhere(round_: Round) -> Any:
    """How many, as a part of another query: it depends on none of its rows."""
    return number_of(Evaluation.objects.filter(pk__in=_behind(round_)))


def number_of(rows: QuerySet[Any]) -> Any:
    counted = rows.order_by().annotate(of=Value(1)).values("of").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0, output_field=IntegerField())


def _behind(round_: Round, today: datetime.date | None = None) -> QuerySet[Any]:
    """Their keys. An index has what this asks: the rows themselves are long."""
    rows = Evaluation.objects.filter(round=round_).order_by()
    return rows.filter(_is_behind(day_that_counts(round_, today))).values("pk")


def _is_behind(day: Any) -> Q:
    """Of a 調書: not published, and another 課 leads its action on the day, a date or an expression for one."""
    leads = _leads(day)
    return ~Q(status=Status.PUBLISHED) & ~Exists(leads.filter(department=OuterRef("department"))) & Exists(leads)


def placed(action: Action) -> QuerySet[Any]:
    """The 調書 of an action, with `is_behind`: whether it is among those `led_elsewhere` in its round. One query."""
    # As `day_that_counts`, of the round of each.
    behind = _is_behind(Greatest(Value(timezone.localdate()), OuterRef("round__opens_on")))
    return (
        Evaluation.objects.filter(action=action)
        .annotate(is_behind=Case(When(behind, then=True), default=False, output_field=BooleanField()))
        .select_related("round")
        .only("round__slug", "round__year")
        .order_by("-round__year")
    )


def first_few(rows: QuerySet[Any], total: int | None = None) -> FirstOf:
    """To be named on a page that leads to the list. One query; none where `total` is known to be 0."""
    if total == 0:
        return FirstOf(0, [])
    return first_of(rows, MOST_NAMED)


def page_of_moves(round_: Round, number: str) -> Page[Any]:
    """One page of what would move, and to whom. Four queries.

    A 課 that has ended brings its extension along, and the later of two counts: `actions.handing_over`.
    """
    page = Paginator(led_elsewhere(round_), ROWS_A_PAGE).get_page(number)
    rows = list(page.object_list)
    targets = Department.objects.select_related("bureau").in_bulk({row.lead for row in rows})
    deadlines, today = deadlines_of([round_]), timezone.localdate()

    def due(row: Any) -> datetime.date:
        own, brought = (deadlines.of(round_, key) for key in (row.lead, row.department_id))
        return max(own, brought) if row.department.has_ended(today) else own

    page.object_list = [Move(row, targets[row.lead], time_left(due(row), today)) for row in rows]
    return page


def _leads(day: Any) -> QuerySet[ActionOwner]:
    return ActionOwner.objects.filling_in_on(day).filter(action=OuterRef("action"))
