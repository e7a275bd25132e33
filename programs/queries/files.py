"""What a programme's file is filled from and held against: its rows, and the codes they may name."""

import datetime
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from accounts.models import Department
from plan.models import Direction
from programs.models import (
    Action,
    ActionDirection,
    ActionLineage,
    ActionOwner,
    ActionUpper,
    ActionYear,
    Indicator,
    IndicatorYear,
    Milestone,
    Program,
    UpperItem,
)
from programs.workbook.columns import Sheet, Values
from programs.workbook.sheets import (
    ACTIONS,
    DIRECTIONS,
    INDICATORS,
    LINEAGES,
    MILESTONES,
    OWNERS,
    SHEETS,
    TARGETS,
    UPPERS,
    YEARS,
)

MODELS: dict[str, type[Model]] = {
    ACTIONS.name: Action,
    OWNERS.name: ActionOwner,
    DIRECTIONS.name: ActionDirection,
    UPPERS.name: ActionUpper,
    YEARS.name: ActionYear,
    MILESTONES.name: Milestone,
    INDICATORS.name: Indicator,
    TARGETS.name: IndicatorYear,
    LINEAGES.name: ActionLineage,
}
_DIRECTION = "measure__policy"
# Sheet → the way from its model to the action ("" for the action itself), what else its columns read, and its order.
_PATHS: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    ACTIONS.name: ("", (f"main_direction__{_DIRECTION}",), ()),
    OWNERS.name: ("action", ("department",), ("position", "valid_from")),
    DIRECTIONS.name: ("action", (f"direction__{_DIRECTION}",), ("position",)),
    UPPERS.name: ("action", ("upper",), ("position",)),
    YEARS.name: ("action", (), ("year",)),
    MILESTONES.name: ("action_year__action", (), ("action_year__year", "position")),
    INDICATORS.name: ("action", (), ("position",)),
    TARGETS.name: ("indicator__action", (), ("indicator__position", "indicator_id", "position")),
    LINEAGES.name: ("action", ("predecessor__program",), ("predecessor__code",)),
}
# What the first step of the way leads to: the sheet that has those rows already.
_ABOVE = {"action": ACTIONS.name, "action_year": YEARS.name, "indicator": INDICATORS.name}


@dataclass(frozen=True)
class Stored:
    """A row of the database as the file would say it."""

    instance: Any
    values: Values


@dataclass(frozen=True)
class DepartmentPeriod:
    pk: int
    code: str
    name: str
    valid_from: datetime.date
    valid_to: datetime.date | None

    def is_valid_on(self, day: datetime.date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class References:
    """The codes a file may name: directions, departments, items of upper plans and actions of earlier programmes.

    Directions and upper items are (primary key, title); predecessors are by programme slug and action code.
    """

    directions: Mapping[str, tuple[int, str]]
    departments: Mapping[str, tuple[DepartmentPeriod, ...]]
    uppers: Mapping[tuple[str, int], tuple[int, str]]
    predecessors: Mapping[tuple[str, str], int]

    def department_on(self, code: str, day: datetime.date) -> DepartmentPeriod | None:
        """The department that bore the code on the day."""
        return next((period for period in self.departments.get(code, ()) if period.is_valid_on(day)), None)


@dataclass(frozen=True)
class Present:
    """A programme as it stands: its rows by sheet name."""

    program: Program
    rows: Mapping[str, list[Stored]]
    references: References

    def fingerprint(self) -> str:
        """Differs as soon as anything an import depends on differs."""
        digest = hashlib.sha256()
        years = (self.program.start_year, self.program.end_year, self.program.predecessor_id, self.program.is_published)
        digest.update(repr((years, self.references)).encode())
        for sheet in SHEETS:
            for stored in sorted(self.rows[sheet.name], key=lambda stored: stored.instance.pk):
                digest.update(repr((sheet.name, stored.instance.pk, stored.values)).encode())
        return digest.hexdigest()


def present_of(program: Program) -> Present:
    """The whole programme, in 13 queries however large it is."""
    rows: dict[str, list[Stored]] = {}
    for sheet in SHEETS:
        rows[sheet.name] = [
            Stored(instance, values_of(sheet, instance)) for instance in _instances(sheet, program, rows)
        ]
    return Present(program, rows, references_of(program))


def references_of(program: Program) -> References:
    """What rows of the programme may name. Four queries."""
    return References(
        directions=_directions(program),
        departments=_departments(),
        uppers=_uppers(program),
        predecessors={
            (slug, code): pk
            for pk, slug, code in Action.objects.filter(program__start_year__lt=program.start_year)
            .order_by("pk")
            .values_list("pk", "program__slug", "code")
        },
    )


def _instances(sheet: Sheet, program: Program, read: Mapping[str, list[Stored]]) -> Iterator[Model]:
    """The rows of a sheet in its order, each with the row above it out of `read`, the sheets before, or the programme.

    To read the action anew with each of its rows takes more time than all the rest.
    """
    path, extra, order = _PATHS[sheet.name]
    prefix = f"{path}__" if path else ""
    found = MODELS[sheet.name]._default_manager.filter(**{f"{prefix}program": program})
    found = found.select_related(*(extra or [None])).order_by(f"{prefix}code", *order, "pk")
    above, _, _ = path.partition("__")
    rows = {stored.instance.pk: stored.instance for stored in read[_ABOVE[above]]} if above else {}
    for instance in found:
        name, owner = (above, rows[getattr(instance, f"{above}_id")]) if above else ("program", program)
        setattr(instance, name, owner)
        yield instance


def values_of(sheet: Sheet, instance: Model) -> Values:
    return {column.name: column.value_of(instance) for column in sheet.columns}


def _directions(program: Program) -> dict[str, tuple[int, str]]:
    found = Direction.objects.filter(measure__policy__plan=program.plan_id).select_related(_DIRECTION)
    return {direction.code: (direction.pk, direction.title) for direction in found}


def _departments() -> dict[str, tuple[DepartmentPeriod, ...]]:
    return _by_code(
        DepartmentPeriod(*row)
        for row in Department.objects.order_by("code", "-valid_from", "pk").values_list(
            "pk", "code", "name", "valid_from", "valid_to"
        )
    )


def _by_code(periods: Iterable[DepartmentPeriod]) -> dict[str, tuple[DepartmentPeriod, ...]]:
    found: dict[str, tuple[DepartmentPeriod, ...]] = {}
    for period in periods:
        found[period.code] = (*found.get(period.code, ()), period)
    return found


def _uppers(program: Program) -> dict[tuple[str, int], tuple[int, str]]:
    found = UpperItem.objects.filter(plan=program.plan_id).order_by("kind", "number")
    return {(item.kind, item.number): (item.pk, item.title) for item in found}
