"""Every state a root ever had, read from the history of the root and of its rows.

A state begins with a record of the root's history and lasts until the next
one: `plan.actions` saves the root with every change of its rows and gives all
records of one change the same time.
"""

import datetime
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.utils import timezone

from plan.editing.roots import RowKind, row_kinds, title_of
from plan.editing.snapshots import Snapshot, fetch_links, take
from plan.models import Revision
from plan.models.base import Versioned


@dataclass(frozen=True)
class State:
    """One state. `root` is the root as it was, `until` the moment the next state began (None: still so)."""

    history_id: int
    root: Versioned
    since: datetime.datetime
    until: datetime.datetime | None
    by: models.Model | None
    reason: str
    kind: str
    is_deleted: bool
    revision: Revision | None
    past: "Past"

    @property
    def title(self) -> str:
        """What the root was called; without its surroundings when they are gone as well."""
        self.past.fetch()
        try:
            return title_of(self.root)
        except ObjectDoesNotExist:
            name = getattr(self.root, "title", "") or getattr(self.root, "name", "")
            return f"{self.root._meta.verbose_name}「{name}」"

    def rows(self) -> dict[str, list[models.Model]]:
        """The rows as they were, unsaved copies, in order."""
        self.past.fetch()
        return {kind.related_name: self.past.rows_until(kind, self.until) for kind in row_kinds(self.root)}

    def snapshot(self) -> Snapshot:
        return take(self.root, self.rows())


class Past:
    """What the history holds of the rows of a root, and what these and the root linked to: read once for all states.

    Without a key, of several roots: what they link to, and no rows.
    """

    def __init__(self, model: type[Versioned], object_id: int | None = None) -> None:
        self.roots: list[Versioned] = []
        self._kinds = row_kinds(model) if object_id is not None else ()
        self._object_id = object_id
        self._rows: dict[str, list[tuple[Any, models.Model]]] | None = None

    def fetch(self) -> None:
        """One query for each kind of rows and each model that is linked to; none the second time."""
        if self._rows is not None:
            return
        self._rows = {kind.related_name: self._records(kind) for kind in self._kinds}
        instances = [instance for records in self._rows.values() for _, instance in records]
        fetch_links([*self.roots, *instances], leave_out=tuple({kind.parent for kind in self._kinds}))

    def rows_until(self, kind: RowKind, until: datetime.datetime | None) -> list[models.Model]:
        """The rows of one kind as they were just before a moment; as they are for None."""
        newest = {
            record.id: (record, instance)
            for record, instance in (self._rows or {})[kind.related_name]
            if until is None or record.history_date < until
        }
        rows: list[Any] = [instance for record, instance in newest.values() if record.history_type != "-"]
        return sorted(rows, key=lambda row: (row.position, row.pk))

    def _records(self, kind: RowKind) -> list[tuple[Any, models.Model]]:
        records = _history(kind.model).filter(**{f"{kind.parent}_id": self._object_id})
        return [(record, record.instance) for record in records.order_by("history_date", "history_id")]


def states_of(model: type[Versioned], object_id: int) -> list[State]:
    """All states of a root, the newest first; empty when there never was such a root."""
    records = list(
        _history(model).filter(id=object_id).select_related("history_user").order_by("history_date", "history_id")
    )
    revisions = {
        revision.made_at: revision
        for revision in Revision.objects.filter(object_type=model._meta.label_lower, object_id=object_id)
    }
    states, past = [], Past(model, object_id)
    for index, record in enumerate(records):
        until = records[index + 1].history_date if index + 1 < len(records) else None
        states.append(_state(record, until, revisions.get(record.history_date), past))
    return states[::-1]


def moment_after(root: Versioned) -> datetime.datetime:
    """Now, but later than every earlier state: the states of a root are told apart by their time."""
    records = _history(type(root)).filter(id=root.pk)
    last: datetime.datetime | None = records.aggregate(last=models.Max("history_date"))["last"]
    now = timezone.now()
    return now if last is None or last < now else last + datetime.timedelta(microseconds=1)


def deleted_states(model: type[Versioned]) -> list[State]:
    """For each root of this kind that was deleted and not brought back, its deletion; the newest first."""
    living = model._default_manager.values("pk")
    # Asked by the keys first: an index holds those, and no state of what there is need be read.
    gone = _history(model).order_by().exclude(id__in=living).values("id").distinct()
    records = _history(model).filter(history_type="-", id__in=gone).select_related("history_user")
    newest: dict[int, State] = {}
    past = Past(model)
    for record in records.order_by("-history_date", "-history_id"):
        if record.id not in newest:
            newest[record.id] = _state(record, None, None, past)
    return list(newest.values())


def _history(model: type[models.Model]) -> "models.QuerySet[Any]":
    return model.history.model._default_manager.all()  # type: ignore[attr-defined]  # added by simple_history


def _state(record: Any, until: datetime.datetime | None, revision: Revision | None, past: Past) -> State:
    types = {"+": "追加", "~": "変更", "-": "削除"}
    root: Versioned = record.instance
    past.roots.append(root)
    return State(
        history_id=record.history_id,
        root=root,
        since=record.history_date,
        until=until,
        by=record.history_user,
        reason=revision.reason if revision else record.history_change_reason or "",
        kind=revision.get_kind_display() if revision else types[record.history_type],
        is_deleted=record.history_type == "-",
        revision=revision,
        past=past,
    )
