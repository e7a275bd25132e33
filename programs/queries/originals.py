"""What was planned at first, beside what is planned now, and why that very field was changed.

The reasons come from the history of the rows: it has every change, one by one. It keeps the beginning of a long
reason; the whole one is on the revision of the same moment.
"""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F, OuterRef, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce, TruncDate
from django.utils.safestring import SafeString

from plan.models import Revision
from plan.models.json_rows import moment_of, rows_below
from programs.models import ActionYear, Indicator, IndicatorYear, Milestone
from programs.models.yearly import milestone_text, place_in_year

Row = Mapping[str, Any]
Field = tuple[int, str]
"""A row and the name of one of its fields."""


@dataclass(frozen=True)
class Why:
    """The reason of a change, "" where none was given, and its day (JST)."""

    reason: str
    on: datetime.date


@dataclass(frozen=True)
class Original:
    """What was planned at first and is another thing by now: a text, or `milestones` as lines of 「9月 試行の開始」.

    `why` is None where nothing is known of the change.
    """

    label: str
    why: Why | None
    text: SafeString | str = ""
    milestones: tuple[str, ...] = ()


def changes_below(model: Any, parent: str, of: str = "pk", **conditions: Any) -> Subquery:
    """Every record of the history of rows of `model` that `parent` leads to from the row asked about, as JSON."""
    root, column, names = _KEPT[model]
    revisions = Revision.objects.filter(
        object_type=root._meta.label_lower, object_id=OuterRef(column), made_at=OuterRef("history_date")
    )
    return rows_below(
        model.history.filter(**conditions),
        parent,
        of,
        key=column if model is Milestone else "id",
        order="history_id",
        on=TruncDate("history_date"),
        at="history_date",
        reason=Coalesce(Subquery(revisions.order_by("pk").values("reason")[:1]), F("history_change_reason"), Value("")),
        **names,
    )


def why_changed(
    records: Iterable[Row] | None, fields: Mapping[Field, Any], *, until: datetime.datetime | None = None
) -> dict[Field, Why]:
    """The newest change, not later than `until`, that made each of `fields` what is given with it.

    `records` are of `changes_below`.
    """
    found: dict[Field, Why] = {}
    before: dict[Field, Any] = {}
    names = {name for _, name in fields}
    for record in _in_order(records, until):
        for name in names:
            field, value = (record["key"], name), _value(name, record[name])
            is_asked = field in fields and value == _value(name, fields[field])
            if is_asked and field in before and before[field] != value:
                found[field] = _why(record)
            before[field] = value
    return found


def why_milestones_changed(records: Iterable[Row] | None, *, until: datetime.datetime | None = None) -> dict[int, Why]:
    """Yearly plan → the newest change of its milestones, not later than `until`. `records` are of `changes_below`."""
    return {
        record["key"]: _why(record)
        for record in _in_order(records)
        if until is None or moment_of(record["at"]) <= until
    }


def is_another(original: Any, present: Any) -> bool:
    """Whether something else was planned at first; what was empty then has no original yet."""
    return original not in (None, "") and as_told(original) != as_told(present)


def are_others(original: Iterable[Mapping[str, Any]], present: Iterable[Mapping[str, Any]]) -> bool:
    """The same of milestones, whatever their order."""
    first, now = (sorted(map(milestone_line, rows)) for rows in (original, present))
    return bool(first) and first != now


def as_told(value: Any) -> Any:
    """Without the differences that nobody reads: browsers end lines in their own way."""
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


def money_words(amount: int) -> str:
    """1234 → 「1,234千円」."""
    return f"{amount:,}千円"


def in_order_of_year(rows: Iterable[Row]) -> list[Row]:
    """Milestones from April to March, those without a month last; within a month by position and `key`.

    Originals have neither: they are kept in that order.
    """
    return sorted(rows, key=lambda row: (place_in_year(row["month"]), row.get("position", 0), row.get("key", 0)))


def milestone_line(row: Mapping[str, Any]) -> str:
    return milestone_text(row["month"], row["title"])


# Model → the root its rows are edited with, the column of the history that names it, and the fields to compare.
_KEPT: dict[Any, tuple[Any, str, dict[str, Any]]] = {
    ActionYear: (ActionYear, "id", {"planned_work": "planned_work", "budget": "budget"}),
    IndicatorYear: (Indicator, "indicator_id", {"target": Cast("target", TextField())}),
    Milestone: (ActionYear, "action_year_id", {}),
}


def _in_order(records: Iterable[Row] | None, until: datetime.datetime | None = None) -> list[Row]:
    known = (record for record in records or () if until is None or moment_of(record["at"]) <= until)
    return sorted(known, key=lambda record: record["order"])


def _value(name: str, value: Any) -> Any:
    """Targets come as text, in as many decimals as the database likes."""
    return Decimal(str(value)) if name == "target" and value is not None else as_told(value)


def _why(record: Row) -> Why:
    return Why(record["reason"], datetime.date.fromisoformat(record["on"]))
