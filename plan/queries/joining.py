"""Rows with those below them in one query, where Django's prefetching asks once for each level."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from plan.models import Plan

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class _Level:
    """One model on the way down: `name` is how the level above calls its rows, `back` how they call that."""

    model: type[Model]
    columns: tuple[str, ...]
    path: str = ""
    name: str = ""
    back: str = ""

    def below(self, name: str) -> "_Level":
        relation: Any = self.model._meta.get_field(name)
        model = relation.related_model
        return _Level(model, _columns(model), f"{self.path}{name}__", name, relation.field.name)

    def read(self, cells: Sequence[Any]) -> Any:
        """The row these cells are of; None where there is none."""
        is_row = cells[self.columns.index(self.model._meta.pk.attname)] is not None
        return self.model.from_db("default", self.columns, cells) if is_row else None


def with_below(rows: "QuerySet[Row]", *names: str) -> list[Row]:
    """The rows with what is below them, and below that, fetched as by `prefetch_related`.

    `rows` names the order of every level. One query.
    """
    levels = [_Level(rows.model, _columns(rows.model))]
    for name in names:
        levels.append(levels[-1].below(name))
    found: list[Row] = []
    known: dict[tuple[type[Model], Any], Model] = {}
    for values in rows.values_list(*(f"{level.path}{column}" for level in levels for column in level.columns)):
        above: Any = None
        for level, one in zip(levels, _read(levels, values), strict=True):
            if one is None:
                break
            if (level.model, one.pk) not in known:
                known[level.model, one.pk] = one
                _put(one, above, level, found)
                _expect(one, levels[levels.index(level) + 1 :])
            above = known[level.model, one.pk]
    return found


def fetch_structure(plan: Plan) -> None:
    """The plan's policies with measures and directions, once for a plan at hand. One query."""
    if "policies" in _fetched(plan):
        return
    in_order = plan.policies.order_by("number", "measures__number", "measures__directions__number")
    policies = with_below(in_order, "measures", "directions")
    for policy in policies:
        policy.plan = plan
    _expect_rows(plan, "policies", policies)


def _columns(model: type[Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields)


def _read(levels: Sequence[_Level], values: Sequence[Any]) -> Iterator[Any]:
    cells = iter(values)
    return (level.read(list(islice(cells, len(level.columns)))) for level in levels)


def _put(one: Model, above: Any, level: _Level, found: list[Any]) -> None:
    if above is None:
        found.append(one)
        return
    setattr(one, level.back, above)
    _fetched(above)[level.name]._result_cache.append(one)


def _expect(one: Model, below: Sequence[_Level]) -> None:
    if below:
        _expect_rows(one, below[0].name, [])


def _expect_rows(one: Model, name: str, rows: list[Any]) -> None:
    """As `prefetch_related` leaves them."""
    fetched: Any = getattr(one, name).all()
    fetched._result_cache = rows
    fetched._prefetch_done = True
    _fetched(one)[name] = fetched


def _fetched(one: Model) -> dict[str, Any]:
    kept: dict[str, Any] = one.__dict__.setdefault("_prefetched_objects_cache", {})
    return kept
