"""A stored 調書 as the pure modules see it: what is filled in, and what its numbers say."""

from collections.abc import Sequence
from copy import copy
from decimal import Decimal
from typing import Any

from programs.enums import Improvement
from progress.completeness import Filled, IndicatorEntry, MilestoneEntry, Missing, missing
from progress.enums import ScaleKind
from progress.models import Evaluation, EvaluationIndicator, Round, Scale, ScaleEntry
from progress.queries.first_frame import in_words_of, published_frame
from progress.queries.successors import is_last_year
from progress.rating import Measured, Step, suggestion


def measured(row: EvaluationIndicator) -> Measured:
    return measured_of(row.target, row.actual, row.indicator.improvement, row.indicator.baseline)


def measured_of(target: Decimal | None, actual: Decimal | None, improvement: str, baseline: Decimal | None) -> Measured:
    """The same of plain columns."""
    return Measured(target, actual, improvement == Improvement.DOWN, baseline)


def steps(entries: Sequence[ScaleEntry]) -> list[Step]:
    """The graded steps of a scale that numbers can suggest."""
    return [
        Step(entry.pk, entry.min_rate)
        for entry in entries
        if entry.kind == ScaleKind.ACHIEVEMENT and entry.min_rate is not None
    ]


def entries_of(round_: Round) -> list[ScaleEntry]:
    """All entries of the round's scale, in order; once it is published with the labels of then, not to be saved.

    One query, none where they were read with the round; one more of a published round.
    """
    read = sorted(round_.scale.entries.all(), key=lambda each: (each.kind, each.position, each.pk))
    entries = [copy(each) for each in read]  # rounds of the same scale may share them
    in_words_of(published_frame(round_), *entries)
    return entries


def scale_data(scale: Scale, entries: Sequence[ScaleEntry]) -> dict[str, Any]:
    """A scale in words, as plain data: what is frozen of it, and what its legend is made of."""
    steps = {
        kind.value: [{"symbol": entry.symbol, "label": entry.label} for entry in entries if entry.kind == kind]
        for kind in ScaleKind
    }
    return {"name": scale.name, "note": scale.note, **steps}


def suggested_grade(evaluation: Evaluation, entries: Sequence[ScaleEntry]) -> ScaleEntry | None:
    """The grade that the indicators' numbers suggest; None where they say nothing."""
    key = suggestion([measured(row) for row in evaluation.indicators.all()], steps(entries))
    return next((entry for entry in entries if entry.pk == key), None)


def has_next_year(evaluation: Evaluation) -> bool:
    """Whether the action goes on after the round's year; in a programme's last year, in the next programme."""
    return evaluation.action.is_in_force(evaluation.round.year + 1)


def next_year_note(evaluation: Evaluation) -> tuple[str, str] | None:
    """(title, text) of what is special about the next year, if anything. With `round__program` read: no query."""
    goes_on = has_next_year(evaluation)
    if is_last_year(evaluation.round):
        needed = "取組を続けるときは必ず" if goes_on else "引き継ぐことがあるときは"
        text = f"次年度の計画は、確認の後で、次のプログラムの計画の案になります。{needed}記入してください。"
        return "このプログラムの計画は、この年度までです。", text
    if goes_on:
        return None
    return "この取組の計画は、この年度までです。", "次年度の計画・予算額・目標値は、記入しなくてもかまいません。"


def filled(evaluation: Evaluation, entries: Sequence[ScaleEntry]) -> Filled:
    """`evaluation` read with `with_everything()`: no query."""
    grade, outlook = evaluation.grade, evaluation.outlook
    suggested = suggested_grade(evaluation, entries)
    return Filled(
        results=evaluation.results,
        settlement=evaluation.settlement,
        grade=evaluation.grade_id,
        grade_is_graded=grade is not None and grade.is_graded,
        grade_needs_reason=grade is not None and grade.needs_reason,
        grade_reason=evaluation.grade_reason,
        suggested=suggested.pk if suggested else None,
        outcomes=evaluation.outcomes,
        problems=evaluation.problems,
        outlook=evaluation.outlook_id,
        outlook_needs_reason=outlook is not None and outlook.needs_reason,
        outlook_reason=evaluation.outlook_reason,
        outlook_ends=outlook is not None and outlook.ends_action,
        next_plan=evaluation.next_plan,
        has_next_year=has_next_year(evaluation),
        is_last_year=is_last_year(evaluation.round),
        indicators=tuple(_indicator(row) for row in evaluation.indicators.all()),
        milestones=tuple(MilestoneEntry(row.pk, str(row), row.reached) for row in evaluation.milestones.all()),
    )


def missing_of(evaluation: Evaluation, entries: Sequence[ScaleEntry]) -> list[Missing]:
    """What the stored 調書 lacks before it can be submitted."""
    return missing(filled(evaluation, entries))


def _indicator(row: EvaluationIndicator) -> IndicatorEntry:
    return IndicatorEntry(
        key=row.pk,
        name=row.indicator.name,
        actual=row.actual,
        no_actual_reason=row.no_actual_reason,
        planned_next_target=row.planned_next_target,
        next_target=row.next_target,
        target_change_reason=row.target_change_reason,
    )
