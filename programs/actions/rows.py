"""From the values of a file's row to the attributes of a model's row."""

import datetime
from collections.abc import Callable
from typing import Any, cast

from django.db.models import Model

from programs.queries.files import Present
from programs.workbook.columns import Sheet, Values
from programs.workbook.sheets import (
    ACTIONS,
    DIRECTIONS,
    INDICATORS,
    LINEAGES,
    MILESTONES,
    OWNERS,
    TARGETS,
    UPPERS,
    YEARS,
)

Attributes = dict[str, Any]


class Keys:
    """The rows others hang on, by what the file calls them; new ones are added as they are made."""

    def __init__(self, present: Present) -> None:
        self.program, self.references = present.program, present.references
        self.roots: dict[tuple[str, tuple[object, ...]], Any] = {}
        for sheet in (ACTIONS, YEARS, INDICATORS):
            for stored in present.rows[sheet.name]:
                self.add(sheet, stored.values, stored.instance)

    def add(self, sheet: Sheet, values: Values, instance: Model) -> None:
        if sheet in (ACTIONS, YEARS, INDICATORS):
            self.roots[sheet.name, tuple(values[name] for name in sheet.key)] = instance

    def root(self, sheet: Sheet, *key: object) -> Any:
        return self.roots[sheet.name, key]

    def root_of(self, sheet: Sheet, values: Values) -> tuple[Sheet, Any | None]:
        """The root a row is edited with, and its sheet; None while the root is not made yet."""
        above, names = _ROOTS[sheet.name]
        return above, self.roots.get((above.name, tuple(values[name] for name in names)))


# Sheet → the sheet of the root its rows are edited with, and the columns that name the root.
_ROOTS: dict[str, tuple[Sheet, tuple[str, ...]]] = {
    ACTIONS.name: (ACTIONS, ("code",)),
    OWNERS.name: (ACTIONS, ("action",)),
    DIRECTIONS.name: (ACTIONS, ("action",)),
    UPPERS.name: (ACTIONS, ("action",)),
    LINEAGES.name: (ACTIONS, ("action",)),
    YEARS.name: (YEARS, ("action", "year")),
    MILESTONES.name: (YEARS, ("action", "year")),
    INDICATORS.name: (INDICATORS, ("action", "name")),
    TARGETS.name: (INDICATORS, ("action", "name")),
}


def attributes_of(sheet: Sheet, values: Values, keys: Keys) -> Attributes:
    """All attributes a row has by its values. A code that is not known any more, in what was stored, gives None."""
    return _ATTRIBUTES[sheet.name](values, keys)


def originals_of(sheet: Sheet, values: Values) -> Attributes:
    """What a new row keeps beside every later change."""
    if sheet is YEARS:
        return {"original_planned_work": values["planned_work"], "original_budget": values["budget"]}
    if sheet is TARGETS:
        return {"original_target": values["target"]}
    return {}


def _direction_key(values: Values, keys: Keys) -> int | None:
    direction = keys.references.directions.get(cast(str, values["direction"]))
    return direction and direction[0]


def _action(values: Values, keys: Keys) -> Attributes:
    names = ("code", "title", "purpose", "content", "category", "legal_basis", "implementer", "start_year", "end_year")
    return {
        "program_id": keys.program.pk,
        "main_direction_id": _direction_key(values, keys),
        **{name: values[name] for name in names},
    }


def _owner(values: Values, keys: Keys) -> Attributes:
    department = keys.references.department_on(
        cast(str, values["department"]), cast(datetime.date, values["valid_from"])
    )
    names = ("kind", "valid_from", "valid_to", "position")
    return {
        "action_id": keys.root(ACTIONS, values["action"]).pk,
        "department_id": department and department.pk,
        **{name: values[name] for name in names},
    }


def _direction(values: Values, keys: Keys) -> Attributes:
    return {
        "action_id": keys.root(ACTIONS, values["action"]).pk,
        "direction_id": _direction_key(values, keys),
        "position": values["position"],
    }


def _upper(values: Values, keys: Keys) -> Attributes:
    upper = keys.references.uppers.get((cast(str, values["kind"]), cast(int, values["number"])))
    return {
        "action_id": keys.root(ACTIONS, values["action"]).pk,
        "upper_id": upper and upper[0],
        "position": values["position"],
    }


def _lineage(values: Values, keys: Keys) -> Attributes:
    earlier = (cast(str, values["program"]), cast(str, values["predecessor"]))
    return {
        "action_id": keys.root(ACTIONS, values["action"]).pk,
        "predecessor_id": keys.references.predecessors.get(earlier),
        "kind": values["kind"],
    }


def _year(values: Values, keys: Keys) -> Attributes:
    names = ("year", "planned_work", "budget", "settlement")
    return {
        "action_id": keys.root(ACTIONS, values["action"]).pk,
        **{name: values[name] for name in names},
    }


def _milestone(values: Values, keys: Keys) -> Attributes:
    names = ("position", "month", "title")
    return {
        "action_year_id": keys.root(YEARS, values["action"], values["year"]).pk,
        **{name: values[name] for name in names},
    }


def _indicator(values: Values, keys: Keys) -> Attributes:
    names = ("position", "kind", "name", "unit", "improvement", "definition", "baseline", "baseline_year")
    return {
        "action_id": keys.root(ACTIONS, values["action"]).pk,
        **{name: values[name] for name in names},
    }


def _target(values: Values, keys: Keys) -> Attributes:
    return {
        "indicator_id": keys.root(INDICATORS, values["action"], values["name"]).pk,
        "position": values["year"],
        "target": values["target"],
        "actual": values["actual"],
    }


_ATTRIBUTES: dict[str, Callable[[Values, Keys], Attributes]] = {
    ACTIONS.name: _action,
    OWNERS.name: _owner,
    DIRECTIONS.name: _direction,
    UPPERS.name: _upper,
    LINEAGES.name: _lineage,
    YEARS.name: _year,
    MILESTONES.name: _milestone,
    INDICATORS.name: _indicator,
    TARGETS.name: _target,
}
