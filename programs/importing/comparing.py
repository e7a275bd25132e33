"""What a file would change: each of its rows held against the programme as it stands."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from programs.importing.tables import FileRow, SheetTable, Tables
from programs.queries.files import Present, Stored
from programs.workbook.columns import Column, Sheet, Values
from programs.workbook.sheets import INDICATORS, SHEETS, TARGETS


class ChangeKind(Enum):
    """What happens to a row."""

    NEW = "new"
    CHANGED = "changed"
    GONE = "gone"

    @property
    def label(self) -> str:
        return {"new": "追加", "changed": "変更", "gone": "削除"}[self.value]


@dataclass(frozen=True)
class FieldChange:
    """One column of a row, as people read it; "" is an empty cell."""

    name: str
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class RowChange:
    """One row that is new, changed or gone; `values` are its new values (of a gone row the old ones)."""

    sheet: Sheet
    kind: ChangeKind
    values: Values
    fields: tuple[FieldChange, ...]
    stored: Stored | None = None
    number: int | None = None

    @property
    def title(self) -> str:
        return self.sheet.title_of(self.values)


@dataclass
class Changes:
    """Everything an import would do, and how much it would leave as it is (by sheet name)."""

    rows: list[RowChange] = field(default_factory=list)
    unchanged: dict[str, int] = field(default_factory=dict)
    left_out: list[tuple[Sheet, Column]] = field(default_factory=list)

    def of(self, sheet: Sheet, kind: ChangeKind) -> list[RowChange]:
        return [row for row in self.rows if row.sheet is sheet and row.kind is kind]

    def count(self, sheet: Sheet, kind: ChangeKind) -> int:
        return len(self.of(sheet, kind))


def compare(tables: Tables, present: Present) -> Changes:
    """Every row of the file was read without error; sheets that are missing change nothing."""
    changes = Changes()
    renamed: dict[tuple[object, object], object] = {}
    for sheet in SHEETS:
        table = tables.sheets.get(sheet.name)
        if table is None:
            continue
        stored = present.rows[sheet.name]
        if sheet is TARGETS:
            stored = [_under_new_name(row, renamed) for row in stored]
        found = list(_compare_sheet(table, stored))
        changes.rows += found
        changes.unchanged[sheet.name] = len(stored) - sum(row.stored is not None for row in found)
        changes.left_out += [(sheet, column) for column in table.left_out]
        if sheet is INDICATORS:
            renamed = _renamed(found)
    return changes


def _renamed(found: Iterable[RowChange]) -> dict[tuple[object, object], object]:
    """(action, old name of an indicator) → its new name."""
    return {
        (row.stored.values["action"], row.stored.values["name"]): row.values["name"]
        for row in found
        if row.kind is ChangeKind.CHANGED and row.stored is not None
    }


def _under_new_name(row: Stored, renamed: Mapping[tuple[object, object], object]) -> Stored:
    new = renamed.get((row.values["action"], row.values["name"]))
    return row if new is None else Stored(row.instance, {**row.values, "name": new})


def _compare_sheet(table: SheetTable, stored: Sequence[Stored]) -> Iterator[RowChange]:
    pairs, new, gone = _match(table, stored)
    positions = _Positions(table.sheet, [kept for _, kept in pairs], [row for row, _ in pairs] + new)
    for row, before in pairs:
        fields = tuple(_differences(table.sheet, before.values, row.values))
        if fields:
            values = {**before.values, **_given(row.values)}
            yield RowChange(table.sheet, ChangeKind.CHANGED, values, fields, before, row.number)
    for row in new:
        values = {column.name: column.empty for column in table.sheet.columns if not column.is_note}
        values = positions.filled({**values, **_given(row.values)})
        fields = tuple(_differences(table.sheet, {}, values))
        yield RowChange(table.sheet, ChangeKind.NEW, values, fields, None, row.number)
    for lost in gone:
        yield RowChange(
            table.sheet, ChangeKind.GONE, lost.values, tuple(_differences(table.sheet, lost.values, {})), lost
        )


def _given(values: Values) -> Values:
    """Without an empty position, which says nothing."""
    return {name: value for name, value in values.items() if name != "position" or value is not None}


def _match(
    table: SheetTable, stored: Sequence[Stored]
) -> tuple[list[tuple[FileRow, Stored]], list[FileRow], list[Stored]]:
    """Pairs of rows that are the same thing; rows only of the file; rows only of the database."""
    pairs: list[tuple[FileRow, Stored]] = []
    rows, rest = list(table.rows), list(stored)
    for names in (table.sheet.key, *table.sheet.recognised_by):
        waiting: dict[tuple[object, ...], list[Stored]] = defaultdict(list)
        for one in rest:
            waiting[tuple(one.values[name] for name in names)].append(one)
        unmatched = []
        for row in rows:
            same = waiting.get(tuple(row.values.get(name) for name in names))
            if same:
                pairs.append((row, same.pop(0)))
            else:
                unmatched.append(row)
        rows, rest = unmatched, [one for group in waiting.values() for one in group]
    return sorted(pairs, key=lambda pair: pair[0].number), rows, rest


def _differences(sheet: Sheet, before: Values, after: Values) -> Iterator[FieldChange]:
    """The columns that differ; of a missing side ({}) those that say something."""
    for column in sheet.columns:
        if column.is_note or (after and column.name not in after):
            continue
        was, now = before.get(column.name), after.get(column.name)
        if column.name == "position" and after and now is None:
            continue
        if (was or None) != (now or None) or (was == 0) != (now == 0):
            yield FieldChange(column.name, column.label, column.shown(was), column.shown(now))


class _Positions:
    """Hands out the next numbers to new rows without one, behind everything in their group."""

    def __init__(self, sheet: Sheet, kept: Iterable[Stored], rows: Iterable[FileRow]) -> None:
        self._sheet = sheet
        self._last: dict[tuple[object, ...], int] = defaultdict(int)
        if sheet.has_positions:
            for values in (*(stored.values for stored in kept), *(row.values for row in rows)):
                position = values.get("position")
                if isinstance(position, int):
                    self._last[self._group(values)] = max(self._last[self._group(values)], position)

    def filled(self, values: Values) -> Values:
        if not self._sheet.has_positions or values["position"] is not None:
            return values
        group = self._group(values)
        self._last[group] += 1
        return {**values, "position": self._last[group]}

    def _group(self, values: Values) -> tuple[object, ...]:
        return tuple(values[name] for name in self._sheet.group)
