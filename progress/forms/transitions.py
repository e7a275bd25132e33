"""What a step of the decision chain asks for: a comment, and for 差戻し the fields it points at."""

from collections.abc import Mapping
from typing import Any

from django import forms

from progress.enums import PART_OF, EvaluationField, Part
from progress.forms.fields import ProseField
from progress.workflow import Transition

# Copies of the plan: nobody at the desk can mend them.
_MENDABLE = [field for field in EvaluationField if field is not EvaluationField.PLANNED_WORK]


def _by_part() -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (str(part.label), [(field.value, str(field.label)) for field in _MENDABLE if PART_OF[field] is part])
        for part in Part
    ]


class TransitionForm(forms.Form):
    """`comment` is required where the transition needs a reason; `pointed` is only there then.

    `version` is that of the text the person has read.
    """

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    comment = ProseField(label="コメント", rows=4)
    pointed = forms.MultipleChoiceField(
        label="直してほしい項目",
        required=False,
        choices=_by_part,
        widget=forms.CheckboxSelectMultiple,
        help_text="印を付けた項目の横に、理由が表示されます。調書の全体にかかわるときは、付けなくてかまいません。",
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, transition: Transition) -> None:
        super().__init__(data, use_required_attribute=False)
        self.transition = transition
        comment = self.fields["comment"]
        if transition.needs_reason:
            comment.label = "差し戻す理由"
            comment.required = True
            comment.error_messages["required"] = (
                "差し戻す理由を入力してください。どこを、どのように直すかを書きます（例：実績の件数が指標と違います）。"
            )
            comment.help_text = "担当者と、この調書にかかわるすべての人が読みます。"
        else:
            comment.help_text = (
                "経過に残り、この調書にかかわるすべての人が読みます。差し戻すときの理由は、次の画面で書きます。"
            )
            del self.fields["pointed"]

    @property
    def fields_pointed_at(self) -> list[EvaluationField]:
        return [EvaluationField(value) for value in self.cleaned_data.get("pointed", [])]
