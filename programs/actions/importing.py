"""Import of a programme from its Excel file: all of it or nothing, on record, in few queries."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.enums import AuditKind
from accounts.models import User
from plan.actions import bump_content_version, wait_for_turn
from plan.editing.errors import ReasonRequired
from plan.editing.roots import tell_followers
from plan.editing.snapshots import Change
from plan.enums import RevisionKind
from plan.models import Revision
from plan.recording import record_parts, record_revision
from programs.actions.bulk import Writer
from programs.actions.record import Record
from programs.actions.rows import Attributes, Keys, attributes_of, originals_of
from programs.documents import index_program
from programs.importing.comparing import ChangeKind, Changes, RowChange
from programs.importing.errors import HasErrors, StaleImport
from programs.importing.examining import Examination, examine
from programs.importing.tables import Tables
from programs.kinds import INTERNAL, keep_original
from programs.models import ActionYear, IndicatorYear, Milestone, Program
from programs.queries.files import MODELS
from programs.workbook.columns import Sheet
from programs.workbook.sheets import ACTIONS, INDICATORS, LINEAGES, MILESTONES, SHEETS, YEARS


@dataclass(frozen=True)
class ImportResult:
    """What was done, and the entry of 改定履歴 that says so."""

    changes: Changes
    revision: Revision


@transaction.atomic
def import_program(
    *, program: Program, tables: Tables, by: User, reason: str, expected_fingerprint: str
) -> ImportResult | None:
    """Make the programme say what the file says.

    `tables` are the file as `importing.tables.read_tables` gives it,
    `expected_fingerprint` that of the examination a person has confirmed.
    Effects, in order: (1) other writers of the plan wait, the programme is
    locked; (2) rows that the file lacks are deleted, changed ones saved, new
    ones made with their original plan, all with history of one moment; the
    version of every touched root grows; (3) a CHANGED revision of the programme
    lists the numbers, hidden while it is not public; (4) where it is public,
    each root that now says something else gets the revision that an edit would
    have given it, as a part of that one; (5) the content version grows; (6)
    `after_import`; (7) the audit trail has it. Returns None, with nothing
    written, when the file changes nothing. Raises StaleImport when the
    programme is no longer what was confirmed, HasErrors, ReasonRequired when it
    is published and no reason is given.
    """
    wait_for_turn()
    program = Program.objects.select_for_update().get(pk=program.pk)
    examination = examine(program, tables)
    if examination.is_empty:
        return None
    if examination.fingerprint != expected_fingerprint:
        raise StaleImport
    if examination.errors:
        raise HasErrors(examination.errors)
    if program.is_public and not reason.strip():
        raise ReasonRequired
    writer, record = Writer(by=by, reason=reason, moment=timezone.now()), Record(examination.present)
    _write(examination, writer, record)
    numbers = list(_numbers(examination.changes))
    revision = record_revision(
        root=program, kind=RevisionKind.CHANGED, changes=numbers, by=by, reason=reason, made_at=writer.moment
    )
    record_parts(revision, record.parts())
    bump_content_version()
    after_import(program)
    _tell_followers(examination.changes)
    audit.record(AuditKind.IMPORTED, by=by, about=revision.title, details=_in_short(numbers))
    return ImportResult(examination.changes, revision)


def after_import(program: Program) -> None:
    """What must follow an import outside the programme's own rows: the search index of its actions."""
    index_program(program)


def _tell_followers(changes: Changes) -> None:
    """Rows of later apps follow the roots that changed."""
    for sheet in _ROOT_SHEETS:
        tell_followers(MODELS[sheet.name], [_instance(row).pk for row in changes.of(sheet, ChangeKind.CHANGED)])


def _numbers(changes: Changes) -> Iterator[Change]:
    """How many rows of each sheet; those of which only results changed by themselves: the public does not read that."""
    for sheet in SHEETS:
        new, changed, gone = (changes.count(sheet, kind) for kind in ChangeKind)
        internal = sum(map(_is_internal, changes.of(sheet, ChangeKind.CHANGED)))
        before = changes.unchanged[sheet.name] + changed + gone
        parts = [(new, "追加"), (changed - internal, "変更"), (gone, "削除")]
        if done := "、".join(f"{word}{count}件" for count, word in parts if count):
            yield {"label": sheet.noun, "before": f"{before}件", "after": f"{before + new - gone}件（{done}）"}
        if internal:
            after = f"{before + new - gone}件（変更{internal}件）"
            yield {"label": f"{sheet.noun}の結果", "before": f"{before}件", "after": after, "internal": True}


def _is_internal(row: RowChange) -> bool:
    return all(field.name in INTERNAL.get(MODELS[row.sheet.name], ()) for field in row.fields)


def _in_short(numbers: list[Change]) -> dict[str, object]:
    return {change["label"]: change["after"] for change in numbers}


def _write(examination: Examination, writer: Writer, record: Record) -> None:
    """Deletions from the leaves up, then what stays, then new rows from the roots down."""
    changes, keys = examination.changes, Keys(examination.present)
    for sheet in _ROOT_SHEETS:
        for row in changes.of(sheet, ChangeKind.CHANGED):
            keys.add(sheet, row.values, _instance(row))  # under its new name as well
    if examination.present.program.is_public:
        _keep_milestones(changes, keys)
    touched = _touched(changes, keys)
    leaving = {sheet.name: [_instance(row) for row in _leaving(changes, sheet)] for sheet in SHEETS}
    for sheet in reversed(SHEETS):
        writer.delete(MODELS[sheet.name], leaving[sheet.name])
    for sheet in SHEETS:
        if sheet in _ROOT_SHEETS:
            # Not earlier: a yearly plan names its action, which has its new title by now.
            record.begin(MODELS[sheet.name], [*touched[sheet.name].values(), *leaving[sheet.name]])
        record.left(MODELS[sheet.name], leaving[sheet.name])
        if sheet is not LINEAGES:
            _write_changed(sheet, changes, keys, touched[sheet.name], writer)
    for sheet in SHEETS:
        record.made(MODELS[sheet.name], _write_new(sheet, _coming(changes, sheet), keys, writer))


_ROOT_SHEETS = (ACTIONS, YEARS, INDICATORS)


def _leaving(changes: Changes, sheet: Sheet) -> list[RowChange]:
    """Lineages are append-only: a changed one goes, and another takes its place."""
    gone = changes.of(sheet, ChangeKind.GONE)
    return gone + changes.of(sheet, ChangeKind.CHANGED) if sheet is LINEAGES else gone


def _coming(changes: Changes, sheet: Sheet) -> list[RowChange]:
    new = changes.of(sheet, ChangeKind.NEW)
    return new + changes.of(sheet, ChangeKind.CHANGED) if sheet is LINEAGES else new


def _instance(row: RowChange) -> Any:
    """The stored row of a change that has one."""
    if row.stored is None:
        raise ValueError("A new row is not stored.")
    return row.stored.instance


def _keep_milestones(changes: Changes, keys: Keys) -> None:
    """Milestones that change for the first time stay with their yearly plan as the original ones."""
    roots = (keys.root_of(MILESTONES, row.values)[1] for row in changes.rows if row.sheet is MILESTONES)
    plans = {root.pk: root for root in roots if root is not None and root.original_milestones is None}
    stored: dict[int, list[Milestone]] = defaultdict(list)
    for row in Milestone.objects.filter(action_year__in=plans).order_by("position", "pk"):
        stored[row.action_year_id].append(row)
    for key, plan in plans.items():
        plan.keep_milestones(stored[key])


def _touched(changes: Changes, keys: Keys) -> dict[str, dict[int, Any]]:
    """By sheet the roots that change or whose rows do: each is one state further, whatever changed in it."""
    touched: dict[str, dict[int, Any]] = defaultdict(dict)
    for row in changes.rows:
        sheet, root = keys.root_of(row.sheet, row.values)
        if root is not None:
            touched[sheet.name][root.pk] = root
    for sheet in _ROOT_SHEETS:
        for row in changes.of(sheet, ChangeKind.GONE):
            touched[sheet.name].pop(_instance(row).pk, None)
    return touched


def _write_changed(sheet: Sheet, changes: Changes, keys: Keys, roots: dict[int, Any], writer: Writer) -> None:
    fields: set[str] = set()
    rows: dict[int, Any] = dict(roots)
    for row in changes.of(sheet, ChangeKind.CHANGED):
        instance = _instance(row)
        different = _different(sheet, row, keys)
        for name, value in different.items():
            setattr(instance, name, value)
        fields |= different.keys()
        if isinstance(instance, ActionYear | IndicatorYear):
            keep_original(instance, keys.program)
            fields |= originals_of(sheet, row.values).keys()
        rows[instance.pk] = instance
    if sheet in _ROOT_SHEETS:
        for root in roots.values():
            root.version += 1
        fields |= {"version", *(["original_milestones"] if sheet is YEARS else [])}
    writer.update(MODELS[sheet.name], list(rows.values()), sorted(fields))


def _different(sheet: Sheet, row: RowChange, keys: Keys) -> Attributes:
    """Only what the file changes: texts it leaves alone keep every space they have."""
    before = attributes_of(sheet, row.stored.values, keys) if row.stored else {}
    return {name: value for name, value in attributes_of(sheet, row.values, keys).items() if before[name] != value}


def _write_new(sheet: Sheet, new: list[RowChange], keys: Keys, writer: Writer) -> list[Any]:
    """The rows as they were made."""
    model = MODELS[sheet.name]
    made = [model(**attributes_of(sheet, row.values, keys), **originals_of(sheet, row.values)) for row in new]
    writer.create(model, made)
    for row, instance in zip(new, made, strict=True):
        keys.add(sheet, row.values, instance)
    return made
