"""The page of one 調書 as its templates take it: each field with what stands beside it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.forms import BoundField
from django.utils import timezone

from accounts.models import User
from progress import permissions
from progress.completeness import Missing
from progress.deadlines import TimeLeft, time_left
from progress.enums import EvaluationField, ScaleKind, Status
from progress.forms.evaluation import EvaluationForm
from progress.forms.seal import sealed
from progress.forms.transitions import TransitionForm
from progress.models import Evaluation, EvaluationIndicator, EvaluationMilestone, ScaleEntry
from progress.queries.evaluation_page import (
    Course,
    Earlier,
    Event,
    course_of,
    earlier_of,
    evaluations_before,
    guidance_of,
    plan_story,
    suggestion_of,
)
from progress.queries.filling import entries_of, has_next_year, missing_of, next_year_note
from progress.queries.first_frame import in_published_words, published_frame
from progress.queries.left_out import left_out_of
from progress.queries.legends import legend_of
from progress.queries.words import Words, field_words, money, number
from progress.views.standing import standing_of
from progress.workflow import ENDORSE

_ALWAYS_NEEDED = {
    EvaluationField.RESULTS,
    EvaluationField.SETTLEMENT,
    EvaluationField.MILESTONES,
    EvaluationField.INDICATORS,
    EvaluationField.GRADE,
    EvaluationField.OUTCOMES,
    EvaluationField.PROBLEMS,
    EvaluationField.OUTLOOK,
}


# A grade that disagrees with the numbers, and some steps of the scale, have to be explained (progress.completeness).
_SOMETIMES_NEEDED = {EvaluationField.GRADE_REASON, EvaluationField.OUTLOOK_REASON}


@dataclass(frozen=True)
class Item:
    """One field; `bound` is None on a read-only page, which shows `value`.

    `is_needed_unless_ended`: what is needed depends on the outlook that is chosen, on the page as well.
    """

    key: str
    label: str
    is_needed: bool
    is_needed_sometimes: bool
    is_needed_unless_ended: bool
    bound: BoundField | None
    value: str
    guidance: str
    earlier: list[Earlier]
    remark: Event | None


@dataclass(frozen=True)
class MilestoneItem:
    row: EvaluationMilestone
    reached: BoundField | None
    note: BoundField | None


@dataclass(frozen=True)
class IndicatorItem:
    """Numbers are words with their unit, "" where unknown."""

    row: EvaluationIndicator
    target: str
    actual_words: str
    planned_next: str
    next_words: str
    actual: BoundField | None
    no_actual_reason: BoundField | None
    next_target: BoundField | None
    target_change_reason: BoundField | None


@dataclass(frozen=True)
class Choice:
    """A radio button of a scale."""

    control: Any
    entry: ScaleEntry


@dataclass(frozen=True)
class Lacking:
    """A line of what is missing, and the id it jumps to."""

    anchor: str
    text: str


def page_context(
    evaluation: Evaluation, user: User, *, form: EvaluationForm | None = None, shows_lacking: bool = False
) -> dict[str, Any]:
    """The context of `desk/evaluation.html`; `form` is a bound one that is shown again. At most twelve queries."""
    entries = entries_of(evaluation.round)
    standing = standing_of(user, evaluation)
    empty = form or EvaluationForm(evaluation=evaluation, entries=entries)
    shown = empty if standing.may_save else None
    shows_course = permissions.is_in_chain(user, evaluation)
    course = course_of(evaluation) if shows_course else Course([], [], None)
    before = evaluations_before([evaluation], permissions.visible_to(user)).get(evaluation.action_id, ())
    in_published_words([evaluation], published_frame(evaluation.round))
    beside = _Beside(guidance_of(evaluation), earlier_of(evaluation, before), course)
    return {
        "evaluation": evaluation,
        "seal": sealed(evaluation, by=user),
        "left": _time_left(evaluation),
        # What a published round left out is late already, whatever its deadline.
        "counts_days": standing.may_save and not evaluation.round.is_published,
        "standing": standing,
        "comment": TransitionForm(transition=ENDORSE)["comment"],
        "form": shown,
        "items": {item.key: item for item in _items(evaluation, shown, beside, ends=_ends(empty, entries))},
        "story": plan_story(evaluation, before),
        "milestones": [_milestone(row, shown) for row in evaluation.milestones.all()],
        "indicators": [_indicator(row, shown) for row in evaluation.indicators.all()],
        "grades": _choices(shown, EvaluationField.GRADE, entries, ScaleKind.ACHIEVEMENT),
        "ungraded": _choices(shown, EvaluationField.GRADE, entries, ScaleKind.UNGRADED),
        "outlooks": _choices(shown, EvaluationField.OUTLOOK, entries, ScaleKind.OUTLOOK),
        "suggestion": suggestion_of(evaluation, entries),
        "legend": legend_of(evaluation.round, entries),
        "lacking": lacking_of(missing_of(evaluation, entries), empty) if standing.may_save else [],
        "shows_lacking": shows_lacking,
        "left_out": left_out_of(evaluation) if shows_course else None,
        "next_year_note": next_year_note(evaluation),
        "course": course,
        "shows_course": shows_course,
        "returned": evaluation.status == Status.RETURNED,
        "budget_beside": f"予算額は {words} です。" if (words := money(evaluation.planned_budget)) else "",
    }


def lacking_of(missing: Sequence[Missing], form: EvaluationForm) -> list[Lacking]:
    return [Lacking(form.anchor(each), each.text) for each in missing]


@dataclass(frozen=True)
class _Beside:
    guidance: dict[str, str]
    earlier: dict[EvaluationField, list[Earlier]]
    course: Course


def _time_left(evaluation: Evaluation) -> TimeLeft:
    return time_left(evaluation.due_on, timezone.localdate())  # type: ignore[attr-defined]  # with_deadline


def _ends(form: EvaluationForm, entries: Sequence[ScaleEntry]) -> bool:
    """Whether the outlook that is chosen, or was typed and is shown again, ends the action."""
    chosen = str(form[EvaluationField.OUTLOOK.value].value())
    return any(entry.ends_action for entry in entries if str(entry.pk) == chosen)


def _items(evaluation: Evaluation, form: EvaluationForm | None, beside: _Beside, *, ends: bool) -> Iterator[Item]:
    words: Words = field_words(evaluation)
    for key in EvaluationField:
        unless_ended = key is EvaluationField.NEXT_PLAN and has_next_year(evaluation)
        yield Item(
            key=key.value,
            label=str(key.label),
            is_needed=key in _ALWAYS_NEEDED or (unless_ended and not ends),
            is_needed_sometimes=key in _SOMETIMES_NEEDED,
            is_needed_unless_ended=unless_ended,
            bound=form[key.value] if form is not None and key.value in form.fields else None,
            value=words[key],
            guidance=beside.guidance.get(key.value, ""),
            earlier=beside.earlier.get(key, []),
            remark=beside.course.remark_on(key),
        )


def _milestone(row: EvaluationMilestone, form: EvaluationForm | None) -> MilestoneItem:
    if form is None:
        return MilestoneItem(row, None, None)
    return MilestoneItem(row, form[f"milestone-{row.pk}-reached"], form[f"milestone-{row.pk}-note"])


def _indicator(row: EvaluationIndicator, form: EvaluationForm | None) -> IndicatorItem:
    def control(part: str) -> BoundField | None:
        return form[f"indicator-{row.pk}-{part}"] if form is not None else None

    def in_words(value: Decimal | None) -> str:
        return f"{number(value)}{row.indicator.unit}" if value is not None else ""

    return IndicatorItem(
        row=row,
        target=in_words(row.target),
        actual_words=in_words(row.actual),
        planned_next=in_words(row.planned_next_target),
        next_words=in_words(row.next_target),
        actual=control("actual"),
        no_actual_reason=control("no_actual_reason"),
        next_target=control("next_target"),
        target_change_reason=control("target_change_reason"),
    )


def _choices(
    form: EvaluationForm | None, key: EvaluationField, entries: Sequence[ScaleEntry], kind: ScaleKind
) -> list[Choice]:
    if form is None:
        return []
    by_value = {str(entry.pk): entry for entry in entries if entry.kind == kind}
    return [
        Choice(control, by_value[str(control.data["value"])])
        for control in form[key.value].subwidgets
        if str(control.data["value"]) in by_value
    ]
