"""The actions that serve the directions of a measure, for the plan's own pages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, QuerySet, Subquery, Value, Window
from django.db.models.functions import RowNumber
from django.urls import reverse

from plan.models import Measure
from plan.queries.kept import kept_value
from programs.models import Action, ActionDirection, Program

MOST_SHOWN = 10
COLUMNS = ("direction", "code", "title", "slug", "program_title", "is_sample", "total")


@dataclass(frozen=True)
class Serving:
    """The actions of the newest published programme that serve a direction; the first ones, and how many there are."""

    program_title: str
    is_sample: bool
    actions: tuple[tuple[str, str], ...]
    total: int
    all_url: str

    @property
    def has_more(self) -> bool:
        return self.total > len(self.actions)


def serving(measure: Measure) -> dict[int, Serving]:
    """By direction, those without an action left out; kept for each state of the content. One query."""
    return kept_value(f"programs:serving:{measure.pk}", lambda: _serving(measure))


def _serving(measure: Measure) -> dict[int, Serving]:
    rows: dict[int, list[dict[str, Any]]] = {}
    for row in _rows(measure):
        rows.setdefault(row["direction"], []).append(row)
    codes = {direction.pk: direction.code for direction in measure.directions.all()}
    return {key: _of_direction(codes[key], found) for key, found in rows.items() if key in codes}


def _of_direction(code: str, rows: Sequence[dict[str, Any]]) -> Serving:
    """The main ones and the others come with a total of their own each."""
    first = rows[0]
    totals = {row["is_main"]: row["total"] for row in rows}
    ordered = sorted(rows, key=lambda row: (not row["is_main"], row["code"]))[:MOST_SHOWN]
    return Serving(
        program_title=first["program_title"],
        is_sample=bool(first["is_sample"]),
        actions=tuple(
            (f"{row['code']} {row['title']}", reverse("programs:action", args=[row["slug"], row["code"]]))
            for row in ordered
        ),
        total=sum(totals.values()),
        all_url=reverse("programs:direction", args=[first["slug"], code]),
    )


def _rows(measure: Measure) -> Iterable[dict[str, Any]]:
    """The first actions of each direction, those it is the main one of and the others, in one query."""
    newest = Program.objects.published().filter(plan__policies__measures=measure).order_by("-start_year", "slug")
    program = Subquery(newest.values("pk")[:1])
    main = _first(Action.objects.filter(program=program, main_direction__measure=measure), "main_direction_id", "")
    others = ActionDirection.objects.filter(action__program=program, direction__measure=measure)
    found = main.union(_first(others, "direction_id", "action__"), all=True)
    return [{**dict(zip(COLUMNS, row[1:], strict=True)), "is_main": row[0] == 1} for row in found]


def _first(rows: QuerySet[Any], direction: str, action: str) -> QuerySet[Any]:
    numbered = rows.order_by().annotate(
        kind=Value(0 if action else 1),
        serves=F(direction),
        number=Window(RowNumber(), partition_by=[F(direction)], order_by=[F(f"{action}code").asc()]),
        total=Window(Count("pk"), partition_by=[F(direction)]),
        program_title=F(f"{action}program__title"),
        sample=F(f"{action}program__is_sample"),
        slug=F(f"{action}program__slug"),
        action_code=F(f"{action}code"),
        action_title=F(f"{action}title"),
    )
    return numbered.filter(number__lte=MOST_SHOWN).values_list(
        "kind", "serves", "action_code", "action_title", "slug", "program_title", "sample", "total"
    )
