"""The form of a 調書: the fields of its four parts, and what was typed as `Answers`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from accounts.typed_text import WORDS_OF
from progress.actions.evaluations import Answers
from progress.completeness import Missing
from progress.enums import EvaluationField, Reached, ScaleKind
from progress.forms.fields import NoteField, NumberField, ProseField, ThousandYenField
from progress.models import Evaluation, EvaluationIndicator, EvaluationMilestone, ScaleEntry

PROSE = {
    EvaluationField.PLAN_CHANGE: 3,
    EvaluationField.RESULTS: 7,
    EvaluationField.GRADE_REASON: 4,
    EvaluationField.OUTCOMES: 5,
    EvaluationField.PROBLEMS: 4,
    EvaluationField.ENVIRONMENT_CHANGE: 3,
    EvaluationField.OUTLOOK_REASON: 3,
    EvaluationField.NEXT_PLAN: 6,
}
"""The texts of a 調書 and the number of lines their fields begin with."""
_NOTE = re.compile("milestone-[0-9]+-note")


@dataclass(frozen=True)
class Target:
    """Where an answer goes: a field of the 調書 (`row` None), or of one of its rows."""

    kind: str
    name: str
    row: int | None = None


class EvaluationForm(forms.Form):
    """Nothing is required here: a draft may be saved at any time. What is missing is asked at 提出.

    Only fields that were sent count as answered: autosave sends the changed
    ones alone. `targets` leads from a field's name to where its answer goes.
    """

    version = forms.IntegerField(label="読み込んだときの版", widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        evaluation: Evaluation,
        entries: Sequence[ScaleEntry],
    ) -> None:
        super().__init__(data, initial={"version": evaluation.version}, use_required_attribute=False)
        self.evaluation, self.entries = evaluation, list(entries)
        self.targets: dict[str, Target] = {}
        for key, rows in PROSE.items():
            self._add(key.value, ProseField(label=str(key.label), rows=rows), getattr(evaluation, key.value))
        for key in (EvaluationField.SETTLEMENT, EvaluationField.NEXT_BUDGET):
            self._add(key.value, ThousandYenField(label=str(key.label)), getattr(evaluation, key.value))
        grades = [entry for entry in entries if entry.kind in {ScaleKind.ACHIEVEMENT, ScaleKind.UNGRADED}]
        outlooks = [entry for entry in entries if entry.kind == ScaleKind.OUTLOOK]
        self._add_choice(EvaluationField.GRADE, grades, evaluation.grade_id)
        self._add_choice(EvaluationField.OUTLOOK, outlooks, evaluation.outlook_id)
        for milestone in evaluation.milestones.all():
            self._add_milestone(milestone)
        for row in evaluation.indicators.all():
            self._add_indicator(row)
        self._describe()

    def answers(self) -> Answers:
        """What was sent and could be read; call it after `is_valid()`, whatever that said."""
        values: dict[str, Any] = {}
        rows: dict[str, dict[int, dict[str, Any]]] = {"indicator": {}, "milestone": {}}
        for name, target in self.targets.items():
            if name not in self.data or name not in self.cleaned_data:
                continue
            if target.row is None:
                values[target.name] = self.cleaned_data[name]
            else:
                rows[target.kind].setdefault(target.row, {})[target.name] = self.cleaned_data[name]
        return Answers(values=values, indicators=rows["indicator"], milestones=rows["milestone"])

    def has_unsaved(self, stored: Evaluation) -> bool:
        """Whether anything that was sent differs from `stored`; what could not be read does."""
        current = EvaluationForm(evaluation=stored, entries=self.entries)
        return any(
            name in self.errors or self.cleaned_data[name] != current.initial[name]
            for name in self.targets
            if name in self.data
        )

    @property
    def placeless(self) -> list[str]:
        """What was typed about milestones that the 調書 has no more."""
        gone = (name for name in self.data if _NOTE.fullmatch(name) and name not in self.targets)
        return [text for name in gone if (text := str(self.data[name]).strip())]

    @property
    def words_of_rows(self) -> list[tuple[str, str]]:
        """(name, words) of the hidden fields that say what the rows are called."""
        return [(name, self.initial[name]) for name in self.fields if name.startswith(WORDS_OF)]

    @property
    def read_version(self) -> int:
        """The version the person has read; 0 where it was not sent, which no 調書 has."""
        return self.cleaned_data.get("version") or 0

    def anchor(self, missing: Missing) -> str:
        """The id of the control that a line of what is missing leads to."""
        match missing.field:
            case EvaluationField.MILESTONES:
                return f"id_milestone-{missing.key}-reached_0"
            case EvaluationField.INDICATORS:
                return f"id_indicator-{missing.key}-actual"
            case EvaluationField.NEXT_TARGETS:
                return f"id_indicator-{missing.key}-target_change_reason"
            case EvaluationField.GRADE | EvaluationField.OUTLOOK:
                return f"id_{missing.field.value}_0"
        return f"id_{missing.field.value}"

    # ── Fields ───────────────────────────────────────────────────────────────

    def _add(self, name: str, field: forms.Field, initial: Any, target: Target | None = None) -> None:
        self.fields[name] = field
        self.initial[name] = initial
        self.targets[name] = target or Target("value", name)

    def _add_choice(self, key: EvaluationField, entries: Sequence[ScaleEntry], initial: int | None) -> None:
        field = forms.TypedChoiceField(
            label=str(key.label),
            required=False,
            coerce=int,
            empty_value=None,
            choices=[(entry.pk, str(entry)) for entry in entries],
            widget=forms.RadioSelect,
            error_messages={"invalid_choice": "『%(value)s』は選べません。表示されている中から選んでください。"},
        )
        self._add(key.value, field, initial, Target("value", f"{key.value}_id"))

    def _add_milestone(self, row: EvaluationMilestone) -> None:
        reached = forms.ChoiceField(
            label=f"{row}の達成状況",
            required=False,
            choices=Reached.choices,
            widget=forms.RadioSelect,
            error_messages={"invalid_choice": "『%(value)s』は選べません。表示されている中から選んでください。"},
        )
        self._add_of("milestone", row.pk, "reached", reached, row.reached)
        self._add_of("milestone", row.pk, "note", NoteField(label=f"{row}の補足"), row.note)
        self._add_words("milestone", row.pk, str(row))

    def _add_indicator(self, row: EvaluationIndicator) -> None:
        unit = row.indicator.unit
        name = row.indicator.name
        for part, field in (
            ("actual", NumberField(label=f"{name}の実績値", unit=unit)),
            ("no_actual_reason", NoteField(label=f"{name}の実績値がない理由")),
            ("next_target", NumberField(label=f"{name}の次年度の目標値", unit=unit)),
            ("target_change_reason", NoteField(label=f"{name}の目標値を変える理由")),
        ):
            self._add_of("indicator", row.pk, part, field, getattr(row, part))
        self._add_words("indicator", row.pk, name)

    def _add_of(self, kind: str, row: int, part: str, field: forms.Field, initial: Any) -> None:
        self._add(f"{kind}-{row}-{part}", field, initial, Target(kind, part, row))

    def _add_words(self, kind: str, row: int, words: str) -> None:
        name = f"{WORDS_OF}{kind}-{row}"
        self.fields[name] = forms.Field(required=False, widget=forms.HiddenInput)
        self.initial[name] = words

    def _describe(self) -> None:
        """Every control names its error's place, which the page always has; texts also their 記入要領.

        Groups of radio buttons are described by their fieldset, once.
        """
        for name, target in self.targets.items():
            if isinstance(self.fields[name].widget, forms.RadioSelect):
                continue
            described = [f"error-{name}"]
            if target.row is None:
                described.insert(0, f"guide-{name}")
            self.fields[name].widget.attrs["aria-describedby"] = " ".join(described)
