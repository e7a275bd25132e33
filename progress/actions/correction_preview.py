"""The 正誤 that a correction would make, without writing anything."""

from collections.abc import Mapping
from typing import Any

from progress.actions.evaluations import Answers, apply_answers
from progress.actions.freezing import frozen_again
from progress.actions.measures import MEASURE_FIELDS
from progress.models import Evaluation, MeasureEvaluation, PublishedEvaluation, PublishedMeasure, ScaleEntry
from progress.queries.snapshot_rows import snapshot_rows
from progress.snapshot_differences import Change, evaluation_differences, measure_differences
from progress.snapshots import entry_data, evaluation_data


def evaluation_changes(evaluation: Evaluation, answers: Answers) -> list[Change]:
    """From what is published of the 調書 now to what `answers` would make of it."""
    published = PublishedEvaluation.objects.get(evaluation=evaluation, is_current=True)
    altered = snapshot_rows(Evaluation.objects.filter(pk=evaluation.pk)).get()
    apply_answers(altered, answers)
    return evaluation_differences(published.data, evaluation_data(altered))


def late_changes(evaluation: Evaluation) -> list[Change]:
    """What publishing an accepted exception now would add to what is published of it."""
    published = PublishedEvaluation.objects.select_related("publication").get(evaluation=evaluation, is_current=True)
    stored = snapshot_rows(Evaluation.objects.filter(pk=evaluation.pk)).get()
    return evaluation_differences(published.data, frozen_again(stored, published, published.publication).data)


def measure_changes(evaluation: MeasureEvaluation, values: Mapping[str, Any]) -> list[Change]:
    """From what is published of the 施策評価 now to what `values` (by field name) would make of it."""
    published = PublishedMeasure.objects.get(evaluation=evaluation, is_current=True)
    altered = {name: values.get(name, getattr(evaluation, name)) for name in MEASURE_FIELDS}
    rating = ScaleEntry.objects.filter(pk=altered.pop("rating_id")).first()
    return measure_differences(published.data, {"rating": entry_data(rating), **altered})
