"""A 調書 as it stood in an earlier version, from its history: what somebody had before their eyes."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from progress import workflow
from progress.models import Evaluation, EvaluationIndicator, EvaluationMilestone

Key = tuple[int | None, str]
"""Row id (None: the 調書 itself) and the name of the field; kinds of rows do not share names."""


def values_at(evaluation: Evaluation, version: int) -> dict[Key, Any]:
    """The values at the moment the version was saved; {} where the history does not tell. Three queries."""
    saved = evaluation.history.filter(version=version).order_by("history_date", "history_id").first()
    if saved is None:
        return {}
    values: dict[Key, Any] = {(None, field.attname): getattr(saved, field.attname) for field in saved.tracked_fields}
    for model in (EvaluationIndicator, EvaluationMilestone):
        records = model.history.filter(evaluation=evaluation.pk, history_date__lte=saved.history_date).order_by(
            "history_date", "history_id"
        )
        for record in records:  # the newest of each row comes last and stays
            values |= {(record.id, field.attname): getattr(record, field.attname) for field in model._meta.fields}
    return values


def is_only_replanned(evaluation: Evaluation, *, since: int) -> bool:
    """Whether every version after `since` is a copy of the plan: nobody filled in anything. At most one query."""
    later = evaluation.version - since
    if later <= 0:
        return False
    copies = evaluation.events.filter(transition=workflow.REPLAN.name, version__gt=since)
    return copies.count() == later


def was_replanned(evaluation: Evaluation, *, since: int) -> bool:
    """Whether the plan was copied anew after `since`, whatever else was done. At most one query."""
    copies = evaluation.events.filter(transition=workflow.REPLAN.name, version__gt=since)
    return evaluation.version > since and copies.exists()


def values_of_versions(wanted: Iterable[tuple[int, int]]) -> dict[tuple[int, int], dict[Key, Any]]:
    """`values_at` of many: (key of a 調書, version) → its values; those the history does not tell are left out.

    Three queries, none where nothing is wanted.
    """
    pairs = set(wanted)
    if not pairs:
        return {}
    keys = {key for key, _ in pairs}
    saved: dict[tuple[int, int], Any] = {}
    rows = Evaluation.history.filter(id__in=keys, version__in={version for _, version in pairs})
    for row in rows.order_by("history_date", "history_id"):
        if (row.id, row.version) in pairs:
            saved.setdefault((row.id, row.version), row)
    found: dict[tuple[int, int], dict[Key, Any]] = {
        pair: {(None, field.attname): getattr(row, field.attname) for field in row.tracked_fields}
        for pair, row in saved.items()
    }
    for model in (EvaluationIndicator, EvaluationMilestone):
        records: dict[int, list[Any]] = defaultdict(list)
        for record in model.history.filter(evaluation__in=keys).order_by("history_date", "history_id"):
            records[record.evaluation_id].append(record)
        for pair, row in saved.items():
            for record in records[pair[0]]:
                if record.history_date <= row.history_date:
                    found[pair] |= {
                        (record.id, field.attname): getattr(record, field.attname) for field in model._meta.fields
                    }
    return found
