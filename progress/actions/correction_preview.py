"""The 正誤 that a correction would make, without writing anything."""

from collections.abc import Mapping
from typing import Any

from progress.actions.evaluations import Answers, apply_answers
from progress.actions.freezing import frozen_again
from progress.actions.measures import MEASURE_FIELDS
from progress.models import Evaluation, MeasureEvaluation, PublishedEvaluation, PublishedMeasure, ScaleEntry
from progress.queries.first_frame import first_frame, in_words_of
from progress.queries.snapshot_rows import snapshot_rows
from progress.snapshot_differences import Change, evaluation_differences, measure_differences
from progress.snapshots import entry_data


def evaluation_changes(evaluation: Evaluation, answers: Answers) -> list[Change]:
    """From what is published of the 調書 now to what `answers` would make of it, in the words of the first 公表."""
    published, altered = _published(evaluation)
    apply_answers(altered, answers)
    return evaluation_differences(published.data, frozen_again(altered, published, published.publication).data)


def late_changes(evaluation: Evaluation) -> list[Change]:
    """What publishing an accepted exception now would add to what is published of it."""
    published, stored = _published(evaluation)
    return evaluation_differences(published.data, frozen_again(stored, published, published.publication).data)


def measure_changes(evaluation: MeasureEvaluation, values: Mapping[str, Any]) -> list[Change]:
    """From what is published of the 施策評価 now to what `values` (by field name) would make of it."""
    published = PublishedMeasure.objects.get(evaluation=evaluation, is_current=True)
    altered = {name: values.get(name, getattr(evaluation, name)) for name in MEASURE_FIELDS}
    rating = ScaleEntry.objects.filter(pk=altered.pop("rating_id")).first()
    in_words_of(first_frame(evaluation.round), rating)
    return measure_differences(published.data, {"rating": entry_data(rating), **altered})


def _published(evaluation: Evaluation) -> tuple[PublishedEvaluation, Evaluation]:
    """What is published of the 調書 now, and the 調書 itself as it is frozen."""
    current = PublishedEvaluation.objects.select_related("publication")
    stored = snapshot_rows(Evaluation.objects.filter(pk=evaluation.pk)).get()
    return current.get(evaluation=evaluation, is_current=True), stored
