"""Freezing: the rows of `PublishedEvaluation` and `PublishedMeasure` that one publication adds."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from plan.models import Measure
from progress.models import (
    Evaluation,
    MeasureEvaluation,
    Publication,
    PublishedEvaluation,
    PublishedMeasure,
    Round,
)
from progress.queries.filling import measured
from progress.queries.first_frame import first_frame, in_words_of
from progress.queries.plan_background import Background
from progress.queries.snapshot_rows import rollups_by_measure
from progress.rating import reached
from progress.rollup import Rollup
from progress.snapshots import answered_data, is_decided, measure_data, named_data


def frozen_evaluation(
    evaluation: Evaluation, publication: Publication, edition: int = 1, *, background: Background | None = None
) -> PublishedEvaluation:
    """An unsaved row; `evaluation` is read with `snapshot_rows()`, `background` with `backgrounds_of()`."""
    row = answered_evaluation(evaluation, publication, edition, background=background)
    row.data = named_data(evaluation) | row.data
    return row


def answered_evaluation(
    evaluation: Evaluation, publication: Publication, edition: int = 1, *, background: Background | None = None
) -> PublishedEvaluation:
    """The same without what its `data` says of the action and its departments; read with `answered_rows()`."""
    row = listed_evaluation(evaluation, publication, edition)
    decided = is_decided(evaluation)
    results = [reached(measured(each)) for each in evaluation.indicators.all()] if decided else []
    row.indicators_total = sum(result is not None for result in results)
    row.indicators_reached = sum(result is True for result in results)
    row.data = answered_data(evaluation, background)
    return row


def listed_evaluation(evaluation: Evaluation, publication: Publication, edition: int = 1) -> PublishedEvaluation:
    """An unsaved row without its `data` and indicators, for lists; `evaluation` is read with `listed_rows()`."""
    action, department = evaluation.action, evaluation.department
    decided = is_decided(evaluation)
    grade, outlook = (evaluation.grade, evaluation.outlook) if decided else (None, None)
    return PublishedEvaluation(
        publication=publication,
        round_id=evaluation.round_id,
        evaluation=evaluation,
        action=action,
        edition=edition,
        measure=action.main_direction.measure,
        direction=action.main_direction,
        department=department,
        code=action.code,
        title=action.title,
        department_name=department.name,
        bureau_name=department.bureau.name if department.bureau else "",
        grade_kind=grade.kind if grade else "",
        grade_symbol=grade.symbol if grade else "",
        grade_label=grade.label if grade else "",
        outlook_symbol=outlook.symbol if outlook else "",
        outlook_label=outlook.label if outlook else "",
        budget=evaluation.planned_budget,
        settlement=evaluation.settlement if decided else None,
        exception_reason="" if decided else evaluation.exception_reason,
    )


def frozen_again(evaluation: Evaluation, before: PublishedEvaluation, publication: Publication) -> PublishedEvaluation:
    """The unsaved row that a correction adds: the answers of now, under the names and in the words of `before`.

    What was edited since the year was published — titles, departments,
    indicators, the scale, the yearly plan — is no part of the correction. `evaluation`, read
    with `snapshot_rows()`, is given the old words in memory: it must not be saved.
    """
    told = {each["key"]: each for each in before.data.get("indicators", ())}
    in_words_of(first_frame(evaluation.round), evaluation.grade, evaluation.outlook)
    for indicator in (row.indicator for row in evaluation.indicators.all() if row.indicator_id in told):
        _measured_as(told[indicator.pk], indicator)
    row = frozen_evaluation(evaluation, publication, before.edition + 1)
    for name in _NAMES:
        setattr(row, name, getattr(before, name))
    row.data |= {name: before.data[name] for name in ("action", "department")}
    row.data["plan"] |= {name: value for name, value in before.data["plan"].items() if name in _BACKGROUND}
    row.data["indicators"] = [each | _described(told.get(each["key"], each)) for each in row.data["indicators"]]
    return row


# What a published row is called and where it stands.
_NAMES = ("measure_id", "direction_id", "department_id", "code", "title", "department_name", "bureau_name")
# What the plan was at first and where it came from, as the year was published; older snapshots do not have it.
_BACKGROUND = ("original", "origins", "is_changed_since")
_DESCRIPTION = (
    "name",
    "kind",
    "unit",
    "improvement",
    "improvement_label",
    "definition",
    "baseline",
    "baseline_year",
)


def _measured_as(told: Mapping[str, Any], indicator: Any) -> None:
    """So that the rate is worked out as it was at publication."""
    indicator.improvement = told["improvement"]
    indicator.baseline = None if told["baseline"] is None else Decimal(told["baseline"])


def _described(told: Mapping[str, Any]) -> dict[str, Any]:
    original = {"original": told["original"]} if "original" in told else {}
    return {name: told[name] for name in _DESCRIPTION} | original


def freeze_measures(round_: Round, publication: Publication) -> None:
    """Add a row for every measure whose words or numbers differ from what is published of it; all at first.

    Constant number of queries, but for those that change.
    """
    rollups = rollups_by_measure(round_)
    current = {row.measure_id: row for row in PublishedMeasure.objects.filter(round=round_, is_current=True)}
    written = {row.measure_id: row for row in MeasureEvaluation.objects.filter(round=round_).select_related("rating")}
    in_words_of(first_frame(round_), *(row.rating for row in written.values()))
    measures = Measure.objects.filter(policy__plan=round_.program.plan_id).order_by("policy__number", "number")
    fresh = list(_changed_measures(measures, rollups, written, current, publication))
    outdated = [current[row.measure_id].pk for row in fresh if row.measure_id in current]
    PublishedMeasure.objects.filter(pk__in=outdated).update(is_current=False)
    PublishedMeasure.objects.bulk_create(fresh)


def _changed_measures(
    measures: Iterable[Measure],
    rollups: Mapping[int, Rollup],
    written: Mapping[int, MeasureEvaluation],
    current: Mapping[int, PublishedMeasure],
    publication: Publication,
) -> Iterable[PublishedMeasure]:
    for measure in measures:
        evaluation = written.get(measure.pk)
        data = measure_data(evaluation, rollups.get(measure.pk, Rollup()))
        before = current.get(measure.pk)
        if before is not None and before.data == data:
            continue
        rating = evaluation.rating if evaluation else None
        yield PublishedMeasure(
            publication=publication,
            round_id=publication.round_id,
            measure=measure,
            title=before.title if before else measure.title,
            evaluation=evaluation,
            edition=before.edition + 1 if before else 1,
            rating_symbol=rating.symbol if rating else "",
            rating_label=rating.label if rating else "",
            data=data,
        )
