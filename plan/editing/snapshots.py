"""What a root and its rows say at one moment, as text, and the difference of two such moments."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, NotRequired, TypedDict

from django.db import models

from plan.editing.roots import RowKind, above_link, content_fields, kind_of, links_of, row_kinds
from plan.models.base import Versioned

THOUSAND_YEN = "（千円）"
MONTH = "月"

Rows = Mapping[str, Sequence[models.Model]]
"""The rows of a root by `RowKind.related_name`, each list in its order."""


class Change(TypedDict):
    """One entry of `Revision.changes`; `internal` marks what the public does not read, and is not stored."""

    label: str
    before: str
    after: str
    internal: NotRequired[bool]


@dataclass(frozen=True)
class Cell:
    """One field as people read it."""

    name: str
    label: str
    text: str
    is_prose: bool
    is_internal: bool = False


@dataclass(frozen=True)
class RowState:
    """One row; `place` is its number counted from 1, `name` what tells it from its neighbours, "" for none."""

    key: int
    noun: str
    place: int
    cells: tuple[Cell, ...]
    name: str = ""

    @property
    def summary(self) -> str:
        return "、".join(cell.text for cell in self.cells if cell.text and not cell.is_internal)

    def label(self, cell: Cell) -> str:
        if not self.name:
            return f"{self.noun}{self.place} {cell.label}"
        return self.name if cell.label == self.noun else f"{self.name}の{cell.label}"


@dataclass(frozen=True)
class Snapshot:
    """A root's fields and, for each kind of its rows, the rows in order."""

    cells: tuple[Cell, ...]
    rows: tuple[tuple[RowState, ...], ...]


def current_rows(root: Versioned) -> dict[str, list[models.Model]]:
    """The rows of a root as the database has them now."""
    return {kind.related_name: list(_stored_rows(kind, root)) for kind in row_kinds(root)}


def _stored_rows(kind: RowKind, root: Versioned) -> "models.QuerySet[models.Model]":
    rows = kind.model._default_manager.filter(**{kind.parent: root}).order_by("position", "pk")
    links = links_of(kind.model, leave_out=(kind.parent,))
    return rows.select_related(*links) if links else rows


def fetch_links(rows: Iterable[models.Model], *, leave_out: tuple[str, ...] = ()) -> None:
    """What several rows link to, with what its name is made of: one query for each model that is linked to."""
    asked: dict[type[models.Model], list[tuple[models.Model, models.ForeignKey[Any, Any]]]] = defaultdict(list)
    above: dict[type[models.Model], set[str]] = defaultdict(set)
    for row in rows:
        for field in content_fields(type(row), leave_out=leave_out):
            if isinstance(field, models.ForeignKey) and getattr(row, field.attname) and not field.is_cached(row):
                asked[field.related_model].append((row, field))
                above[field.related_model].add(above_link(type(row), field))
    for model, links in asked.items():
        ways = above[model] - {""}
        related = model._base_manager.select_related(*ways) if ways else model._base_manager.all()
        found = related.in_bulk({getattr(row, field.attname) for row, field in links})
        for row, field in links:
            field.set_cached_value(row, found.get(getattr(row, field.attname)))


def take(root: Versioned, rows: Rows) -> Snapshot:
    """The snapshot of a root with the given rows, which need not be saved."""
    return Snapshot(
        cells=_cells(root, internal=kind_of(root).internal),
        rows=tuple(
            tuple(_row_state(row, kind, place) for place, row in enumerate(rows[kind.related_name], start=1))
            for kind in row_kinds(root)
        ),
    )


def take_current(root: Versioned) -> Snapshot:
    """The snapshot of a saved root and its saved rows."""
    return take(root, current_rows(root))


def differences(before: Snapshot | None, after: Snapshot | None) -> list[Change]:
    """What changed, in the order of the form; None stands for "not there". Empty when nothing did."""
    changes = _cell_changes(before.cells if before else (), after.cells if after else ())
    before_rows = before.rows if before else ()
    after_rows = after.rows if after else ()
    for index in range(max(len(before_rows), len(after_rows))):
        changes += _row_changes(
            before_rows[index] if before_rows else (),
            after_rows[index] if after_rows else (),
        )
    return changes


def divided(changes: Sequence[Change]) -> tuple[list[Change], list[Change]]:
    """(internal, shown): what the public does not read, and what it does, both as they are stored."""
    parts: tuple[list[Change], list[Change]] = ([], [])
    for change in changes:
        stored: Change = {"label": change["label"], "before": change["before"], "after": change["after"]}
        parts[0 if change.get("internal") else 1].append(stored)
    return parts


def _row_state(row: models.Model, kind: RowKind, place: int) -> RowState:
    cells = _cells(row, leave_out=(kind.parent, "position"), internal=kind.internal)
    name = kind.named(row, {cell.name: cell.text for cell in cells}) if kind.named else ""
    return RowState(row.pk, kind.noun, place, cells, name)


def _cells(
    instance: models.Model, *, leave_out: tuple[str, ...] = (), internal: tuple[str, ...] = ()
) -> tuple[Cell, ...]:
    return tuple(
        Cell(
            name=field.name,
            # In which unit an amount is stands behind it.
            label=str(field.verbose_name).removesuffix(THOUSAND_YEN),
            text=_text(instance, field),
            is_prose=isinstance(field, models.TextField),
            is_internal=field.name in internal,
        )
        for field in content_fields(type(instance), leave_out=leave_out)
    )


def _text(instance: models.Model, field: "models.Field[Any, Any]") -> str:
    value = getattr(instance, field.attname)
    if value is None:
        return ""
    if isinstance(field, models.ForeignKey):
        related = _related(instance, field, value)
        return f"（削除された{field.verbose_name}）" if related is None else str(related)
    if field.choices:
        return str(getattr(instance, f"get_{field.name}_display")())
    match value:
        case bool():
            return "はい" if value else "いいえ"
        case Decimal():
            return f"{value.normalize():,f}"
        case int() if field.verbose_name == MONTH:
            return f"{value}月"
        case int() if str(field.verbose_name).endswith(THOUSAND_YEN):
            return f"{value:,}千円"
        case datetime.date():
            return f"{value.year}年{value.month}月{value.day}日"
    return str(value).replace("\r\n", "\n")


def _related(instance: models.Model, field: "models.ForeignKey[Any, Any]", key: object) -> models.Model | None:
    """No query where it is at hand: who takes snapshots of very many reads what they link to beforehand."""
    if field.is_cached(instance):
        related: models.Model | None = field.get_cached_value(instance)
        return related
    return field.related_model._base_manager.filter(pk=key).first()


def _cell_changes(before: Sequence[Cell], after: Sequence[Cell], *, of: RowState | None = None) -> list[Change]:
    old = {cell.name: cell for cell in before}
    new = {cell.name: cell for cell in after}
    changes: list[Change] = []
    for name, cell in (old | new).items():
        was = old[name].text if name in old else ""
        now = new[name].text if name in new else ""
        if was != now:
            change: Change = {"label": of.label(cell) if of else cell.label, "before": was, "after": now}
            if cell.is_internal:
                change["internal"] = True
            changes.append(change)
    return changes


def _row_changes(before: Sequence[RowState], after: Sequence[RowState]) -> list[Change]:
    old = {row.key: row for row in before}
    new = {row.key: row for row in after}
    changes: list[Change] = []
    for row in sorted((old | new).values(), key=lambda row: row.place):
        was = old[row.key].cells if row.key in old else ()
        now = new[row.key].cells if row.key in new else ()
        # Readers know it by the name it had.
        changes += _cell_changes(was, now, of=replace(row, name=old.get(row.key, row).name))
    kept_before = [row.key for row in before if row.key in new]
    kept_after = [row.key for row in after if row.key in old]
    if kept_before != kept_after:
        changes.append(
            {
                "label": f"{before[0].noun}の順番",
                "before": _listing(before),
                "after": _listing(after),
            }
        )
    return changes


def _listing(rows: Sequence[RowState]) -> str:
    # A paragraph each: `plan.text.markup.plain` joins the lines of one.
    return "\n\n".join(f"{row.place} {row.summary}" for row in rows)
