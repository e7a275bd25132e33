"""A 調書 as it stood in an earlier version, from its history: what somebody had before their eyes."""

from typing import Any

from progress.models import Evaluation, EvaluationIndicator, EvaluationMilestone

Key = tuple[int | None, str]
"""Row id (None: the 調書 itself) and the name of the field; kinds of rows do not share names."""


def values_at(evaluation: Evaluation, version: int) -> dict[Key, Any]:
    """The values at the moment the version was saved; {} where the history does not tell. Three queries."""
    saved = evaluation.history.filter(version=version).order_by("history_date", "history_id").first()
    if saved is None:
        return {}
    values: dict[Key, Any] = {(None, field.attname): getattr(saved, field.attname) for field in Evaluation._meta.fields}
    for model in (EvaluationIndicator, EvaluationMilestone):
        records = model.history.filter(evaluation=evaluation.pk, history_date__lte=saved.history_date).order_by(
            "history_date", "history_id"
        )
        for record in records:  # the newest of each row comes last and stays
            values |= {(record.id, field.attname): getattr(record, field.attname) for field in model._meta.fields}
    return values
