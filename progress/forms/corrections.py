"""Corrections of what is published: the fields of the desk's forms, and why."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms

from progress.enums import PART_OF, EvaluationField, Part
from progress.errors import BareRating
from progress.forms.evaluation import EvaluationForm
from progress.forms.fields import ProseField, ThousandYenField
from progress.forms.measures import RATING, MeasureForm
from progress.models import MeasureEvaluation

REASON, REASON_LABEL = "correction_reason", "訂正の理由"
# The rows of these fields stand where the field stands in the 調書.
_ROWS: dict[EvaluationField, tuple[str, ...]] = {
    EvaluationField.MILESTONES: ("milestone", "reached", "note"),
    EvaluationField.INDICATORS: ("indicator", "actual", "no_actual_reason"),
    EvaluationField.NEXT_TARGETS: ("indicator", "next_target", "target_change_reason"),
}


def _add_reason(form: forms.Form) -> None:
    field = ProseField(label=REASON_LABEL, rows=3)
    field.required = True
    field.error_messages["required"] = "訂正の理由を入力してください。公開ページの正誤に、そのまま示します。"
    field.help_text = "公開ページの正誤に、そのまま示します（例：決算額の転記を誤っていたため）。"
    form.fields[REASON] = field


class CorrectionForm(EvaluationForm):
    """A published 調書 with the right values, and why."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            unit = "千円" if isinstance(field, ThousandYenField) else getattr(field, "unit", "")
            field.label = f"{field.label}（{unit}）" if unit else field.label
        _add_reason(self)

    def _describe(self) -> None:
        """No 記入要領 stands here, and errors only where there are any: the page has what Django names itself."""

    @property
    def reason(self) -> str:
        return str(self.cleaned_data[REASON])

    @property
    def parts(self) -> Iterator[tuple[str, list[Any]]]:
        """(name of the part, its fields) in the order of the 調書; the plan is not corrected but its changes are."""
        for part in Part:
            names = [name for key in EvaluationField if PART_OF[key] is part for name in self._names(key)]
            yield str(part.label), [self[name] for name in names]

    def _names(self, key: EvaluationField) -> list[str]:
        if key not in _ROWS:
            return [key.value] if key.value in self.fields else []
        kind, *parts = _ROWS[key]
        return [name for name, target in self.targets.items() if target.kind == kind and target.name in parts]


class MeasureCorrectionForm(MeasureForm):
    """A published 施策評価 with the right values, and why."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _add_reason(self)

    def clean(self) -> None:
        super().clean()
        sent = {name: self.cleaned_data.get(name) for name in (RATING, "reason") if self.was_sent(name)}
        told = {RATING: self.evaluation.rating_id, "reason": self.evaluation.reason, **sent}
        if MeasureEvaluation(**told).lacks_reason and "reason" not in self.errors:
            self.add_error("reason", str(BareRating()))

    @property
    def reason(self) -> str:
        return str(self.cleaned_data[REASON])

    @property
    def parts(self) -> Iterator[tuple[str, list[Any]]]:
        yield "施策評価", [field for field in self if not field.is_hidden and field.name != REASON]


def sent_again(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was sent, but for what the page itself adds: (name, text) for hidden fields."""
    return [(name, data[name]) for name in data if name not in {"csrfmiddlewaretoken", "then", "version"}]
