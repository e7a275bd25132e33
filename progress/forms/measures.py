"""The form of a 施策評価."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from progress.enums import ScaleKind
from progress.forms.fields import ProseField
from progress.models import MeasureEvaluation, ScaleEntry

TEXTS = {
    "reason": ("評価の理由", 5),
    "results": ("主な成果", 6),
    "problems": ("主な課題", 5),
    "outlook": ("今後の見通し", 5),
}
RATING, RATING_LABEL = "rating_id", "評価"


class MeasureForm(forms.Form):
    """Nothing is required: it may be saved at any time. Only fields that were sent count as answered.

    `version` is that of what was read. `whole` says that the rating was among them: of radio buttons none is
    sent when none is chosen.
    """

    whole = forms.CharField(required=False, initial="1", widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        evaluation: MeasureEvaluation,
        entries: Sequence[ScaleEntry],
    ) -> None:
        super().__init__(data, initial={"version": evaluation.version, "whole": "1"}, use_required_attribute=False)
        self.evaluation = evaluation
        self.fields[RATING] = forms.TypedChoiceField(
            label=RATING_LABEL,
            required=False,
            coerce=int,
            empty_value=None,
            choices=[(entry.pk, str(entry)) for entry in entries if entry.kind == ScaleKind.MEASURE],
            widget=forms.RadioSelect,
            error_messages={"invalid_choice": "『%(value)s』は選べません。表示されている中から選んでください。"},
        )
        self.initial[RATING] = evaluation.rating_id
        for name, (label, rows) in TEXTS.items():
            self.fields[name] = ProseField(label=label, rows=rows)
            self.initial[name] = getattr(evaluation, name)

    @property
    def values(self) -> dict[str, Any]:
        """By field name of the 施策評価, as far as they were sent."""
        return {name: self.cleaned_data[name] for name in (RATING, *TEXTS) if self.was_sent(name)}

    def was_sent(self, name: str) -> bool:
        return name in self.data or (name == RATING and bool(self.cleaned_data.get("whole")))

    @property
    def read_version(self) -> int:
        """0 where it was not sent, which nothing has."""
        return self.cleaned_data.get("version") or 0

    def words(self, name: str, value: Any) -> str:
        """A value as people read it."""
        if name != RATING:
            return str(value or "")
        choices = self.fields[RATING].choices  # type: ignore[attr-defined]  # a ChoiceField
        return next((str(label) for key, label in choices if str(key) == str(value)), "")
