"""Which programmes the public may read, and which are made up."""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from plan.fiscal import fiscal_year_label
from plan.queries.kept import kept_value
from plan.queries.plans import changed_on
from programs.models import Action, Program


@dataclass(frozen=True)
class Period:
    """The fiscal years of a programme, both ends included."""

    start_year: int
    end_year: int

    @property
    def label(self) -> str:
        """「平成28(2016)年度〜平成29(2017)年度」."""
        start, end = fiscal_year_label(self.start_year), fiscal_year_label(self.end_year)
        return start if self.start_year == self.end_year else f"{start}〜{end}"


def period_of(program: Program) -> Period:
    return Period(program.start_year, program.end_year)


def told_apart(titled: Sequence[tuple[Program, str]]) -> list[str]:
    """The titles of programmes in a list; with their years where several have the same, and their slugs if need be."""
    names = [title for _, title in titled]
    for addition in (lambda program: period_of(program).label, lambda program: program.slug):
        of_name: dict[str, set[int]] = defaultdict(set)
        for (program, _), name in zip(titled, names, strict=True):
            of_name[name].add(program.pk)
        names = [
            f"{name}（{addition(program)}）" if len(of_name[name]) > 1 else name
            for (program, _), name in zip(titled, names, strict=True)
        ]
    return names


def listed_on(program: Program) -> datetime.date | None:
    """The day of the last change of what the programme's own page says. A query for the first who asks."""
    address = program.get_absolute_url()
    return kept_value(f"programs.listed_on {address}", lambda: changed_on(program.plan, address))


def action_count() -> Coalesce:
    """How many actions each programme has: counted in the index of the keys, not by joining the rows."""
    counted = Action.objects.filter(program=OuterRef("pk")).order_by().values("program").annotate(number=Count("pk"))
    return Coalesce(Subquery(counted.values("number")), 0)


def samples() -> QuerySet[Program]:
    return Program.objects.filter(is_sample=True)


def sample_titles() -> list[str]:
    """Of the programmes that are made up. One query."""
    return list(samples().values_list("title", flat=True))


def published_programs() -> QuerySet[Any]:
    """The newest first, each with its plan and how many actions it has. One query."""
    return (
        Program.objects.published()
        .select_related("plan")
        .annotate(action_count=action_count())
        .order_by("-start_year", "slug")
    )


def published_program(slug: str) -> Program:
    """With its plan and the programme before; raises Program.DoesNotExist. One query."""
    return Program.objects.published().select_related("plan", "predecessor__plan").get(slug=slug)


def reference_day(program: Program) -> datetime.date:
    """Today, or the nearest day of the programme: on which the departments shown are those in charge."""
    first, last = datetime.date(program.start_year, 4, 1), datetime.date(program.end_year + 1, 3, 31)
    return min(max(timezone.localdate(), first), last)
