"""The answers of a 調書 as a workbook asks for them: what each is called, where it stands, what stands beside it.

Names are those of the form's fields, so that a cell is read by the very rules
of the form.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from progress.enums import PART_OF, EvaluationField, Part, Reached
from progress.forms.evaluation import EvaluationForm
from progress.forms.fields import NumberField, ProseField, ThousandYenField
from progress.models import Evaluation, EvaluationIndicator, EvaluationMilestone, ScaleEntry
from progress.queries.filling import next_year_note
from progress.queries.successors import is_last_year
from progress.queries.words import money, number

INDICATOR_PARTS = {
    "actual": "実績値",
    "no_actual_reason": "実績値がない理由",
    "next_target": "次年度の目標値",
    "target_change_reason": "目標値を変える理由",
}
"""The last word of a field's name → what its column is called in a list of indicators."""
MILESTONE_PARTS = {"reached": "達成状況", "note": "補足"}
# The fields of a 調書 itself, in the order of the form.
OWN = (
    EvaluationField.PLAN_CHANGE,
    EvaluationField.RESULTS,
    EvaluationField.SETTLEMENT,
    EvaluationField.GRADE,
    EvaluationField.GRADE_REASON,
    EvaluationField.OUTCOMES,
    EvaluationField.PROBLEMS,
    EvaluationField.ENVIRONMENT_CHANGE,
    EvaluationField.OUTLOOK,
    EvaluationField.OUTLOOK_REASON,
    EvaluationField.NEXT_PLAN,
    EvaluationField.NEXT_BUDGET,
)
_NEXT = {"next_target", "target_change_reason"}


@dataclass(frozen=True)
class Question:
    """One answer. `about` is the field that 記入要領 and last year's text are kept under; `beside` the plan's side."""

    name: str
    label: str
    about: EvaluationField
    field: forms.Field
    value: Any
    beside: str = ""

    @property
    def part(self) -> Part:
        return PART_OF[self.about]

    @property
    def is_prose(self) -> bool:
        return isinstance(self.field, ProseField)

    @property
    def is_number(self) -> bool:
        return isinstance(self.field, NumberField | ThousandYenField)

    @property
    def is_money(self) -> bool:
        return isinstance(self.field, ThousandYenField)

    @property
    def choices(self) -> dict[str, str]:
        """Words → what the form wants to be sent; {} where there is nothing to choose."""
        if not isinstance(self.field, forms.ChoiceField):
            return {}
        return {str(label): str(key) for key, label in self.field.choices if key != ""}  # type: ignore[misc,union-attr]


def questions_of(evaluation: Evaluation, entries: Sequence[ScaleEntry]) -> list[Question]:
    """In the order of the form. No query, where `evaluation` was read `with_answers()`."""
    form = EvaluationForm(evaluation=evaluation, entries=entries)
    own = {each: _own(form, evaluation, each) for each in OWN}
    milestones = [each for row in evaluation.milestones.all() for each in _of_milestone(form, row)]
    indicators = [each for row in evaluation.indicators.all() for each in _of_indicator(form, row)]
    now = [each for each in indicators if each.about is EvaluationField.INDICATORS]
    later = [each for each in indicators if each.about is EvaluationField.NEXT_TARGETS]
    before = [own[each] for each in OWN[:3]]
    return [*before, *milestones, *now, *(own[each] for each in OWN[3:]), *later]


def _own(form: EvaluationForm, evaluation: Evaluation, about: EvaluationField) -> Question:
    beside = ""
    if about is EvaluationField.RESULTS:
        beside = f"計画：\n{evaluation.planned_work}" if evaluation.planned_work else ""
    elif about is EvaluationField.SETTLEMENT and evaluation.planned_budget is not None:
        beside = f"予算額 {money(evaluation.planned_budget)}"
    elif about is EvaluationField.NEXT_PLAN and (note := next_year_note(evaluation)):
        beside = "\n".join(note)
    label = f"{about.label}（千円）" if isinstance(form.fields[about.value], ThousandYenField) else str(about.label)
    return _question(form, about.value, label, about, beside)


def _of_milestone(form: EvaluationForm, row: EvaluationMilestone) -> list[Question]:
    return [
        _question(form, f"milestone-{row.pk}-{part}", f"{row}の{word}", EvaluationField.MILESTONES)
        for part, word in MILESTONE_PARTS.items()
    ]


def _of_indicator(form: EvaluationForm, row: EvaluationIndicator) -> list[Question]:
    unit = row.indicator.unit
    beside = {
        "actual": f"目標値 {number(row.target)}{unit}" if row.target is not None else "目標値なし",
        "next_target": _planned_next(row),
    }
    return [
        _question(
            form,
            f"indicator-{row.pk}-{part}",
            f"{row.indicator.name}の{word}" + (f"（{unit}）" if unit and part in beside else ""),
            EvaluationField.NEXT_TARGETS if part in _NEXT else EvaluationField.INDICATORS,
            beside.get(part, ""),
        )
        for part, word in INDICATOR_PARTS.items()
    ]


def _planned_next(row: EvaluationIndicator) -> str:
    unit = row.indicator.unit
    planned = f"予定 {number(row.planned_next_target)}{unit}" if row.planned_next_target is not None else ""
    goes_to = "次のプログラムの同じ名称の指標の目標値になります。" if is_last_year(row.evaluation.round) else ""
    return "\n".join(filter(None, (planned, goes_to)))


def _question(form: EvaluationForm, name: str, label: str, about: EvaluationField, beside: str = "") -> Question:
    return Question(name, label, about, form.fields[name], form.initial[name], beside)


def reached_words() -> list[str]:
    return [str(each.label) for each in Reached]


def words_of(question: Question, value: Any) -> str:
    """A value of the question as people read it; "" for none."""
    if choices := question.choices:
        return next((label for label, key in choices.items() if key == str(value)), "")
    shown = question.field.prepare_value(value)
    return "" if shown is None else str(shown)
