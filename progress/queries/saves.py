"""What each save changed of a 調書, a 施策評価 or a round, from the history of its rows."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone

from plan.editing.snapshots import Change
from plan.fiscal import moment_label
from progress.models import Evaluation
from progress.snapshot_differences import grouped

# Each save changes these; the page says when and who beside them.
_TOLD_BESIDE = {"version", "saved_at", "saved_by", "position"}
_DEEDS = {"+": "登録", "~": "変更", "-": "削除"}


@dataclass(frozen=True)
class Save:
    """One save of one row. `subject` is "" for the row itself, else the 指標 or マイルストーン below it."""

    at: datetime.datetime
    by: str
    deed: str
    subject: str
    changes: list[Change]


@dataclass(frozen=True)
class _Step:
    """A row of a history and the one before it."""

    record: Any
    before: Any
    subject: str

    @property
    def fields(self) -> Iterator[Any]:
        """Those that differ; none of a first state, which the form of the row shows as a whole."""
        if self.before is None or self.record.history_type == "-":
            return
        for field in self.record.tracked_fields:
            is_other = getattr(self.record, field.attname) != getattr(self.before, field.attname)
            if is_other and field.name not in _TOLD_BESIDE:
                yield field


def saves_of(row: Any) -> list[Save]:
    """The newest first; saves that changed nothing that is told are left out. A query for each history, and for each
    model that a changed field points at."""
    steps = list(_steps_of(row))
    names = _names(steps)
    found = [_save(step, names) for step in steps]
    told = [save for save in found if save.changes or save.deed != _DEEDS["~"]]
    return sorted(told, key=lambda save: save.at, reverse=True)


def _steps_of(row: Any) -> Iterator[_Step]:
    yield from _steps(row.history.all(), "")
    if isinstance(row, Evaluation):
        for below in (row.indicators.select_related("indicator"), row.milestones.all()):
            for each in below:
                yield from _steps(each.history.all(), _subject(each))


def _subject(row: Any) -> str:
    return f"{row._meta.verbose_name}「{getattr(row, 'indicator', row)}」"


def _steps(history: models.QuerySet[Any], subject: str) -> Iterator[_Step]:
    before = None
    for record in history.select_related("history_user").order_by("history_date", "history_id"):
        yield _Step(record, before, subject)
        before = record


def _names(steps: Iterable[_Step]) -> dict[tuple[str, Any], str]:
    """(label of a model, key) → what a row that a changed field points at is called."""
    wanted: dict[type[models.Model], set[Any]] = defaultdict(set)
    for step in steps:
        for field in step.fields:
            if field.remote_field is not None:
                wanted[field.related_model] |= {getattr(record, field.attname) for record in (step.before, step.record)}
    return {
        (model._meta.label, key): str(found)
        for model, keys in wanted.items()
        for key, found in model._default_manager.in_bulk(keys - {None}).items()
    }


def _save(step: _Step, names: Mapping[tuple[str, Any], str]) -> Save:
    record = step.record
    changes = [
        Change(
            label=str(field.verbose_name),
            before=_text(step.before, field, names),
            after=_text(record, field, names),
        )
        for field in step.fields
    ]
    by = str(record.history_user) if record.history_user else "システム"
    return Save(record.history_date, by, _DEEDS[record.history_type], step.subject, changes)


def _text(record: Any, field: Any, names: Mapping[tuple[str, Any], str]) -> str:
    value = getattr(record, field.attname)
    if value is None:
        return ""
    if field.remote_field is not None:
        return names.get((field.related_model._meta.label, value), "（削除）")
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    if isinstance(value, datetime.datetime):
        return moment_label(timezone.localtime(value))
    if isinstance(value, Decimal | int):
        return grouped(format(value.normalize(), "f") if isinstance(value, Decimal) else str(value))
    return str(value)
