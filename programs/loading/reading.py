"""Reads the files of the sample programme. Nothing of the database; every error names file and key."""

import datetime
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from plan.loading.errors import FixtureError

Table = Mapping[str, Any]

_ACTION_KEYS = frozenset(
    [
        "code",
        "title",
        "purpose",
        "content",
        "category",
        "legal_basis",
        "implementer",
        "start_year",
        "end_year",
        "main_direction",
        "other_directions",
        "items",
        "lead",
        "related",
        "uppers",
        "years",
        "indicators",
    ]
)
_YEAR_KEYS = frozenset(["planned_work", "budget", "milestones", "changed"])
_INDICATOR_KEYS = frozenset(
    ["kind", "name", "unit", "improvement", "definition", "baseline", "baseline_year", "targets", "changed"]
)


@dataclass(frozen=True)
class OwnerEntry:
    """A department that owns an action; an empty start is that of the action, an empty end is open."""

    department: str
    valid_from: datetime.date | None = None
    valid_to: datetime.date | None = None


@dataclass(frozen=True)
class YearEntry:
    """The plan of one fiscal year; `changes` are values of later and `reason` says why."""

    year: int
    planned_work: str
    budget: int | None
    milestones: tuple[tuple[int, str], ...]
    changes: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True)
class IndicatorEntry:
    """An indicator with its original targets by fiscal year; `changes` are targets of later."""

    values: Mapping[str, Any]
    targets: Mapping[int, Decimal]
    changes: Mapping[int, Decimal] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True)
class ActionEntry:
    """One action as written; directions are codes like 1-1-2, items like 1-1-2-4."""

    place: str
    values: Mapping[str, Any]
    main_direction: str
    other_directions: tuple[str, ...]
    items: tuple[str, ...]
    uppers: tuple[str, ...]
    lead: tuple[OwnerEntry, ...]
    related: tuple[OwnerEntry, ...]
    years: tuple[YearEntry, ...]
    indicators: tuple[IndicatorEntry, ...]


@dataclass(frozen=True)
class Sample:
    """All files: the organisation as tables, the programme, what lies above it, its actions by code."""

    bureaus: tuple[Table, ...]
    divisions: tuple[Table, ...]
    program: Table
    upper_items: tuple[Table, ...]
    actions: tuple[ActionEntry, ...]


def read_sample(directory: Path) -> Sample:
    """Read `departments.toml`, `program.toml` and every file of `actions/`. Raises FixtureError."""
    departments = read_document(directory, "departments.toml")
    program = read_document(directory, "program.toml")
    names = sorted(f"actions/{path.name}" for path in (directory / "actions").glob("*.toml"))
    actions = tuple(entry for name in names for entry in _actions(read_document(directory, name), name))
    _check_codes(actions)
    return Sample(
        bureaus=tuple(departments.get("bureaus", ())),
        divisions=tuple(departments.get("divisions", ())),
        program=required(program, "program", "program.toml"),
        upper_items=tuple(program.get("upper_items", ())),
        actions=actions,
    )


def read_document(directory: Path, name: str) -> Table:
    try:
        return tomllib.loads((directory / name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FixtureError(name, f"ファイルがありません（{directory}）。") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FixtureError(name, f"TOMLとして読み取れません（{error}）。") from None


def _actions(document: Table, name: str) -> Iterator[ActionEntry]:
    for number, table in enumerate(document.get("actions", ()), start=1):
        place = f"{name}: {table.get('code', f'actions[{number}]')}"
        refuse_unknown(table, _ACTION_KEYS, place)
        yield _action(table, place)


def _action(table: Table, place: str) -> ActionEntry:
    texts = ("code", "title", "purpose", "content", "category", "legal_basis", "implementer")
    return ActionEntry(
        place=place,
        values={
            **{key: table[key] for key in texts if key in table},
            "start_year": table.get("start_year"),
            "end_year": table.get("end_year"),
        },
        main_direction=required(table, "main_direction", place),
        other_directions=tuple(table.get("other_directions", ())),
        items=tuple(required(table, "items", place)),
        uppers=tuple(table.get("uppers", ())),
        lead=_owners(required(table, "lead", place)),
        related=_owners(table.get("related", [])),
        years=tuple(_years(table.get("years", {}), place)),
        indicators=tuple(_indicators(table.get("indicators", ()), place)),
    )


def _owners(given: Any) -> tuple[OwnerEntry, ...]:
    """`"見本-0101"`, or a list of codes or of `{ department, from, to }`."""
    entries = [given] if isinstance(given, str) else given
    return tuple(
        OwnerEntry(entry)
        if isinstance(entry, str)
        else OwnerEntry(entry["department"], entry.get("from"), entry.get("to"))
        for entry in entries
    )


def _years(tables: Table, place: str) -> Iterator[YearEntry]:
    for year, table in sorted(tables.items()):
        refuse_unknown(table, _YEAR_KEYS, f"{place}.years.{year}")
        changed = dict(table.get("changed", {}))
        yield YearEntry(
            year=int(year),
            planned_work=required(table, "planned_work", f"{place}.years.{year}"),
            budget=table.get("budget"),
            milestones=tuple((month, title) for month, title in table.get("milestones", ())),
            reason=changed.pop("reason", ""),
            changes=changed,
        )


def _indicators(tables: tuple[Table, ...], place: str) -> Iterator[IndicatorEntry]:
    for number, table in enumerate(tables, start=1):
        refuse_unknown(table, _INDICATOR_KEYS, f"{place}.indicators[{number}]")
        changed = dict(table.get("changed", {}))
        reason = changed.pop("reason", "")
        values = {key: value for key, value in table.items() if key not in {"targets", "changed", "baseline"}}
        baseline = _decimal(table["baseline"]) if "baseline" in table else None
        yield IndicatorEntry(
            values={**values, "baseline": baseline},
            targets=_by_year(table.get("targets", {})),
            changes=_by_year(changed),
            reason=reason,
        )


def _by_year(table: Table) -> dict[int, Decimal]:
    return {int(year): _decimal(value) for year, value in table.items()}


def _decimal(value: float) -> Decimal:
    return Decimal(str(value))


def required(table: Table, key: str, place: str) -> Any:
    if key not in table:
        raise FixtureError(f"{place}.{key}", "必須の項目がありません。")
    return table[key]


def refuse_unknown(table: Table, allowed: frozenset[str], place: str) -> None:
    for key in table:
        if key not in allowed:
            raise FixtureError(f"{place}.{key}", "この項目は使えません。綴りを確かめてください。")


def _check_codes(actions: tuple[ActionEntry, ...]) -> None:
    places: dict[str, str] = {}
    for action in actions:
        code = str(required(action.values, "code", action.place))
        if code in places:
            raise FixtureError(action.place, f"{places[code]} と取組コードが重なっています。")
        places[code] = action.place
