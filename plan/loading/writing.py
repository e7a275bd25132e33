"""Writes the rows of a plan's files that are new or changed: with history, and on record where the plan was public."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Model
from django.utils import timezone
from simple_history.utils import bulk_create_with_history

from plan.editing.snapshots import differences, take_current
from plan.editing.states import moment_after
from plan.enums import RevisionKind
from plan.loading.kinds import KINDS
from plan.loading.rows import Row
from plan.loading.stored import StoredRow
from plan.models.base import Versioned
from plan.recording import record_revision

FIRST_LOAD = "初期データの読み込み"
SOURCE_CHANGED = "原資料データの更新"
BATCH = 500


def write(
    new: Sequence[Row], changed: Sequence[tuple[Row, StoredRow]], objects: dict[str, Model], plan_key: str
) -> None:
    """Create `new` rows and let `changed` ones follow the files; `objects` are all rows by key, and grow.

    A root whose own fields or rows change gets one further saved state, as an
    edit gives it: a form opened before is then told. Where the plan was here
    before, each root that is new or says something else gets a Revision
    without a person.
    """
    is_first_load = plan_key not in objects
    keys = dict.fromkeys(filter(None, map(_root_key, [*new, *(row for row, _ in changed)])))
    before = {key: (root, take_current(root)) for key in keys if isinstance(root := objects.get(key), Versioned)}
    moment = max([timezone.now(), *(moment_after(root) for root, _ in before.values())])
    _create(new, objects, plan_key, moment)
    _update(changed, [root for root, _ in before.values()], objects, moment)
    if is_first_load:
        return
    for key in keys:
        root = objects[key]
        if not isinstance(root, Versioned):
            continue
        was = before[key][1] if key in before else None
        if changes := differences(was, take_current(root)):
            kind = RevisionKind.CREATED if was is None else RevisionKind.CHANGED
            record_revision(root=root, kind=kind, changes=changes, by=None, reason=SOURCE_CHANGED, made_at=moment)


def _root_key(row: Row) -> str | None:
    """The root that people edit the row with; None for what nobody edits (mendings)."""
    return row.key if issubclass(row.kind.model, Versioned) else row.links.get(row.kind.parent)


def _create(rows: Sequence[Row], objects: dict[str, Model], plan_key: str, moment: datetime.datetime) -> None:
    """Insert new rows with their history, kind by kind, and within a kind parents first."""
    for kind in KINDS:
        pending = [row for row in rows if row.kind is kind]
        while pending:
            waiting = {row.key for row in pending}
            wave = [row for row in pending if not waiting.intersection(filter(None, row.links.values()))]
            made = bulk_create_with_history(
                [_instance(row, objects, plan_key) for row in wave],
                kind.model,
                batch_size=BATCH,
                default_change_reason=FIRST_LOAD,
                default_date=moment,
            )
            objects.update(zip((row.key for row in wave), made, strict=True))
            done = {row.key for row in wave}
            pending = [row for row in pending if row.key not in done]


def _instance(row: Row, objects: Mapping[str, Model], plan_key: str) -> Model:
    plan = {"plan": objects[plan_key]} if row.kind.has_plan else {}
    return row.kind.model(**row.values, **_targets(row, objects), **plan)


def _targets(row: Row, objects: Mapping[str, Model]) -> dict[str, Model | None]:
    return {name: objects[key] if key is not None else None for name, key in row.links.items()}


def _update(
    changed: Sequence[tuple[Row, StoredRow]],
    roots: Sequence[Versioned],
    objects: Mapping[str, Model],
    moment: datetime.datetime,
) -> None:
    """Save each changed row, and each root once: as one state, at one moment."""
    for row, standing in changed:
        for name, value in {**row.values, **_targets(row, objects)}.items():
            setattr(standing.object, name, value)
    for root in roots:
        root.version += 1
    instances: list[Any] = [*roots, *(standing.object for _, standing in changed if standing.object not in roots)]
    for instance in instances:
        instance._change_reason = SOURCE_CHANGED
        instance._history_date = moment
        instance.save()
