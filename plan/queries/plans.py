"""Which plan a page is of, what stands before and after it, and when it changed last."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Count, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from plan.models import (
    Direction,
    DirectionItem,
    Figure,
    Measure,
    Mending,
    Plan,
    Policy,
    RelatedPlan,
    Revision,
    Section,
    Survey,
    Term,
)

Link = tuple[str, str]
Row = TypeVar("Row")


class HasPage(Protocol):
    def get_absolute_url(self) -> str: ...


@dataclass(frozen=True)
class Neighbours:
    """What stands before and after a page in the order of the plan: (title, address) or None."""

    previous: Link | None
    next: Link | None


def published_plan(slug: str) -> Plan:
    """The published plan at that address; raises Plan.DoesNotExist."""
    return Plan.objects.published().get(slug=slug)


def current_plan() -> Plan | None:
    return _current().first()


def current_plan_with_days() -> Plan | None:
    return with_days(_current()).first()


def _current() -> QuerySet[Plan]:
    return Plan.objects.published().filter(is_current=True)


def with_days(plans: QuerySet[Plan]) -> QuerySet[Plan]:
    """`changed_on` then tells of each plan as a whole without a query of its own."""
    return plans.annotate(revised=_revised((), ""), entered=_entered())


def published_plans() -> QuerySet[Plan]:
    return Plan.objects.published().order_by("-start_year", "-end_year", "slug")


def neighbours(row: Sequence[HasPage], here: HasPage) -> Neighbours:
    """The neighbours of `here` in `row`, titled as their `str()`."""
    at = row.index(here)
    before = row[at - 1] if at > 0 else None
    after = row[at + 1] if at + 1 < len(row) else None
    return Neighbours(_link(before), _link(after))


def pick(rows: Sequence[Row], key: Callable[[Row], object], wanted: object) -> Row:
    """The row whose key is `wanted`; raises ObjectDoesNotExist."""
    for row in rows:
        if key(row) == wanted:
            return row
    raise ObjectDoesNotExist(f"There is no {wanted}.")


def _link(page: HasPage | None) -> Link | None:
    return (str(page), page.get_absolute_url()) if page is not None else None


def of_pages(paths: Sequence[str]) -> Q:
    """Revisions of what is shown on the pages at `paths`, wherever on them. An index answers (decision 0012)."""
    return Q(page__in=[path.partition("#")[0] for path in paths])


def changed_on(plan: Plan, *paths: str, under: str = "") -> datetime.date | None:
    """The day (JST) on which what stands at `paths`, or at any address `under` one, last changed.

    Without either: anything of the plan. Where nothing was revised, the day on
    which the plan was put into the portal. One query; none for a plan that was read
    `with_days`. For `under` the revisions are gone through from the newest on:
    public pages keep that (`kept.changed_under`).
    """
    times = None if paths or under else _days_at_hand(plan)
    if times is None:
        times = Plan.objects.filter(pk=plan.pk).values_list(_revised(paths, under), _entered()).get()
    latest = times[0] or times[1]
    return timezone.localdate(latest) if latest else None


def _days_at_hand(plan: Any) -> tuple[datetime.datetime | None, datetime.datetime | None] | None:
    return (plan.revised, plan.entered) if hasattr(plan, "revised") else None


def _revised(paths: Sequence[str], under: str) -> Subquery:
    revisions = Revision.objects.shown().filter(plan=OuterRef("pk"))
    if paths:
        # Sorted by time instead, a database might go through all of the plan for the few of these pages.
        of_plan = revisions.filter(of_pages(paths)).order_by().values("plan")
        return Subquery(of_plan.annotate(latest=Max("made_at")).values("latest"))
    # Parts of a change of many are of the moment of the whole.
    found = revisions.filter(page__startswith=under) if under else revisions.filter(part_of=None)
    return Subquery(found.order_by("-made_at").values("made_at")[:1])


def _entered() -> Subquery:
    states = Plan.history.model.objects.filter(id=OuterRef("pk"))
    return Subquery(states.order_by().values("id").annotate(first=Min("history_date")).values("first"))


def published_plan_with_entry(slug: str) -> tuple[Plan, datetime.datetime | None]:
    """The published plan at that address and when it was put into the portal; raises Plan.DoesNotExist."""
    plan = Plan.objects.published().annotate(entered=_entered()).get(slug=slug)
    return plan, plan.entered


def address_order(section: Section) -> tuple[int, ...]:
    """Sorts sections as the document reads: 2/10 after 2/9."""
    return tuple(int(part) for part in section.path.split("/"))


@dataclass(frozen=True)
class Counts:
    """How much of everything a plan has: 3 policies, 7 measures, 23 directions, 62 items in that of 2016."""

    policies: int
    measures: int
    directions: int
    items: int
    figures: int
    surveys: int
    terms: int
    related_plans: int
    revisions: int
    mendings: int


COUNTED: tuple[tuple[QuerySet[Any], str], ...] = (
    (Policy.objects.all(), "plan"),
    (Measure.objects.all(), "policy__plan"),
    (Direction.objects.all(), "measure__policy__plan"),
    (DirectionItem.objects.all(), "direction__measure__policy__plan"),
    (Figure.objects.all(), "plan"),
    (Survey.objects.all(), "plan"),
    (Term.objects.all(), "plan"),
    (RelatedPlan.objects.all(), "plan"),
    (Revision.objects.listed(), "plan"),
    (Mending.objects.all(), "plan"),
)


def counts_of(plan: Plan) -> Counts:
    """One query."""

    def counted(rows: QuerySet[Any], plan_path: str) -> Subquery:
        inside = rows.filter(**{plan_path: OuterRef("pk")}).order_by().values(plan_path)
        return Subquery(inside.annotate(total=Count("pk")).values("total"))

    numbers = Plan.objects.filter(pk=plan.pk).values_list(*(counted(*each) for each in COUNTED)).get()
    return Counts(*(number or 0 for number in numbers))
