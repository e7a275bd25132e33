"""What an import did to each action, yearly plan and indicator, as the parts of its entry in 改定履歴."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from django.db.models import Model, prefetch_related_objects

from plan.editing.roots import row_kinds
from plan.editing.snapshots import Change, Snapshot, differences, take
from plan.enums import RevisionKind
from plan.recording import Part
from programs.models import Action, ActionDirection, ActionLineage, ActionOwner, ActionUpper, ActionYear, Indicator
from programs.queries.files import MODELS, Present

_ROOTS: tuple[type[Model], ...] = (Action, ActionYear, Indicator)
# What rows are told by in words: read at once, not row by row.
_TOLD_BY = {
    Action: "main_direction__measure__policy",
    ActionDirection: "direction__measure__policy",
    ActionUpper: "upper",
    ActionOwner: "department",
    ActionLineage: "predecessor",
}
_LINEAGE = "前のプログラムとのつながり"

Key = tuple[type[Model], int]


class Record:
    """Follows an import step by step. Of a programme that is not public it keeps nothing.

    `begin` is called before roots of a kind change, and before their rows do;
    `left` and `made` where rows of any kind are deleted and created. The
    instances are those of `present`, which the import changes in place.
    """

    def __init__(self, present: Present) -> None:
        self._program = present.program
        self._rows = {
            MODELS[name]: {stored.instance.pk: stored.instance for stored in rows}
            for name, rows in present.rows.items()
        }
        self._lineages = self._lineages_by_action()
        self._roots: dict[Key, Any] = {}
        self._before: dict[Key, Snapshot] = {}

    def begin(self, model: type[Model], roots: Collection[Any]) -> None:
        """These will be changed or deleted, or rows of theirs will."""
        if self._program.is_public:
            self._roots |= {(model, root.pk): root for root in roots}
            self._before |= self._snapshots(model, {root.pk: root for root in roots})

    def left(self, model: type[Model], instances: Iterable[Any]) -> None:
        for instance in instances:
            del self._rows[model][instance.pk]

    def made(self, model: type[Model], instances: Collection[Any]) -> None:
        self._rows[model] |= {instance.pk: instance for instance in instances}
        if model not in _ROOTS:
            return
        for instance in instances:
            if model is Action:
                instance.program = self._program
            else:
                instance.action = self._rows[Action][instance.action_id]
        if self._program.is_public:
            self._roots |= {(model, instance.pk): instance for instance in instances}

    def parts(self) -> Iterator[Part]:
        """One for each root that says something else, the last action first: entries are read from the last on."""
        after: dict[Key, Snapshot] = {}
        for model in _ROOTS:
            living = {pk: root for of, pk in self._roots if of is model and (root := self._rows[model].get(pk))}
            after |= self._snapshots(model, living)
        lineages = self._lineages_by_action()
        for key, root in sorted(self._roots.items(), key=lambda each: _place(each[1]), reverse=True):
            changes = differences(self._before.get(key), after.get(key))
            if key[0] is Action:
                changes += _lineage_changes(self._lineages.get(key[1], ""), lineages.get(key[1], ""))
            if changes:
                yield Part(root, _kind(is_before=key in self._before, is_after=key in after), changes)

    def _snapshots(self, model: type[Any], roots: dict[int, Any]) -> dict[Key, Snapshot]:
        """A query for each kind of what they are told by, where not all is at hand."""
        _read_what_tells(model, roots.values())
        below: dict[str, dict[int, list[Any]]] = {}
        for kind in row_kinds(model):
            found = below[kind.related_name] = defaultdict(list)
            for row in self._rows[kind.model].values():
                if (root := getattr(row, f"{kind.parent}_id")) in roots:
                    found[root].append(row)
            _read_what_tells(kind.model, [row for rows in found.values() for row in rows])
        return {
            (model, pk): take(root, {name: sorted(found[pk], key=_in_order) for name, found in below.items()})
            for pk, root in roots.items()
        }

    def _lineages_by_action(self) -> dict[int, str]:
        """Where each action comes from, in words, one line for each predecessor."""
        rows = self._rows[ActionLineage].values()
        if not self._program.is_public:
            return {}
        _read_what_tells(ActionLineage, rows)
        found: dict[int, list[str]] = defaultdict(list)
        for row in rows:
            found[row.action_id].append(str(row))
        return {action: "\n".join(sorted(lines)) for action, lines in found.items()}


def _read_what_tells(model: type[Model], rows: Collection[Any]) -> None:
    if (path := _TOLD_BY.get(model)) is not None:
        prefetch_related_objects(list(rows), path)


def _lineage_changes(before: str, after: str) -> list[Change]:
    return [] if before == after else [{"label": _LINEAGE, "before": before, "after": after}]


def _kind(*, is_before: bool, is_after: bool) -> RevisionKind:
    if not is_before:
        return RevisionKind.CREATED
    return RevisionKind.CHANGED if is_after else RevisionKind.DELETED


def _in_order(row: Any) -> tuple[int, int]:
    return row.position, row.pk


def _place(root: Any) -> tuple[str, int, int, int]:
    """The action, its yearly plans in their order, its indicators in theirs."""
    match root:
        case ActionYear():
            return root.action.code, 1, root.year, root.pk
        case Indicator():
            return root.action.code, 2, root.position, root.pk
    return root.code, 0, 0, root.pk
