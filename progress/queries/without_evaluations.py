"""Actions of a round's year that have no 調書 in it: they were added, or their years changed, after it was opened."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from accounts.models import Department
from plan.queries.listing import ROWS_A_PAGE
from programs.models import Action, ActionOwner
from progress.deadlines import TimeLeft, time_left
from progress.enums import RoundState
from progress.models import Evaluation, Extension, Round
from progress.queries.extensions import deadlines_of
from progress.queries.led_elsewhere import day_that_counts


@dataclass(frozen=True)
class Lacking:
    """An action without 調書: the 課 that would fill it in, and by when; both None where nobody leads it."""

    action: Any
    department: Department | None
    left: TimeLeft | None


def actions_to_open(round_: Round) -> QuerySet[Action]:
    """The actions in force in the round's year: each gets a 調書."""
    return Action.objects.filter(program=round_.program_id).in_force(round_.year).order_by("code")


def without_evaluation(round_: Round) -> QuerySet[Action]:
    """By code; none unless the round is open: before, opening makes them, and what is published stays as it is."""
    if round_.state != RoundState.OPEN:
        return Action.objects.none()
    theirs = Evaluation.objects.filter(round=round_, action=OuterRef("pk"))
    return actions_to_open(round_).filter(~Exists(theirs))


def addable(round_: Round, today: datetime.date | None = None) -> QuerySet[Action]:
    """Those somebody leads, so that a 調書 has somebody to fill it in."""
    return without_evaluation(round_).filter(Exists(_leads(round_, today)))


def page_of_lacking(round_: Round, number: str) -> Page[Any]:
    """One page of them, with the 課 and its deadline. Four queries.

    `plan_key` is the yearly plan, None for none; `planned` says whether anything is written in it: the next
    programme's begin blank.
    """
    of_year = Q(years__year=round_.year)
    yearly = {
        "plan_key": Max("years", filter=of_year),
        "planned": Count("years", filter=of_year & Q(years__planned_work__gt="")),
    }
    page: Page[Any] = Paginator(without_evaluation(round_), ROWS_A_PAGE).get_page(number)
    keys = [action.pk for action in page]
    rows = list(Action.objects.filter(pk__in=keys).annotate(lead=_lead(round_), **yearly).order_by("code"))
    departments = Department.objects.select_related("bureau").in_bulk({row.lead for row in rows if row.lead})
    deadlines, day = deadlines_of([round_]), timezone.localdate()
    page.object_list = [
        Lacking(
            row,
            departments.get(row.lead),
            time_left(deadlines.of(round_, row.lead), day) if row.lead else None,
        )
        for row in rows
    ]
    return page


def any_late(round_: Round, today: datetime.date) -> bool:
    """Whether one of the `addable` is of a 課 whose deadline has passed. One query, none before that of the round."""
    if today <= round_.deadline:
        return False
    in_time = Extension.objects.filter(round=round_, deadline__gte=today, department=OuterRef("lead"))
    return addable(round_, today).annotate(lead=_lead(round_, today)).filter(~Exists(in_time)).exists()


def _lead(round_: Round, today: datetime.date | None = None) -> Subquery:
    """The key of the 課 that would fill in the 調書 of an action."""
    return Subquery(_leads(round_, today).order_by("position", "pk").values("department")[:1])


def _leads(round_: Round, today: datetime.date | None = None) -> QuerySet[ActionOwner]:
    """Of today: who led on the opening day may have given the action away since, or it was not there yet."""
    leads = ActionOwner.objects.filling_in_on(day_that_counts(round_, today))
    return leads.filter(action=OuterRef("pk"))
