"""The filter of the desk's list: a plain GET form, in which what means nothing is left aside."""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from progress.enums import Status
from progress.models import Evaluation, Round

EVERY_ROUND = "all"
EVERYTHING, WAITING, HANDED_ON = "", "waiting", "handed_on"


class DeskFilterForm(forms.Form):
    """GET: which (あなたの番, 次の人に渡したもの, すべて), round (pk or "all"), state, q (words, all of them).

    `states`: those in which the person ever sees a 調書.
    """

    which = forms.ChoiceField(
        label="範囲",
        required=False,
        choices=[(EVERYTHING, "すべて"), (WAITING, "あなたの番"), (HANDED_ON, "次の人に渡したもの")],
    )
    round = forms.ChoiceField(label="評価年度", required=False)
    state = forms.ChoiceField(label="状態", required=False)
    q = forms.CharField(
        label="言葉",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"placeholder": "取組名、コード、所管課"}),
    )

    def __init__(self, data: Any, *, rounds: Sequence[Round], states: Iterable[Status], with_turns: bool) -> None:
        super().__init__(data, use_required_attribute=False)
        self.newest = rounds[0] if rounds else None
        choices = [*((str(round_.pk), str(round_)) for round_ in rounds), (EVERY_ROUND, "すべての年度")]
        self.fields["round"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["round"].initial = choices[0][0]
        in_states = [("", "すべて"), *((state.value, state.label) for state in states)]
        self.fields["state"].choices = in_states  # type: ignore[attr-defined]  # a ChoiceField
        if not with_turns:
            del self.fields["which"]
        self.is_valid()

    def value(self, name: str) -> str:
        """What was asked for, "" where it was not or means nothing."""
        return str(getattr(self, "cleaned_data", {}).get(name, ""))

    def shown_round(self) -> str:
        """The key of the round that is shown: the newest, unless another or all, or a to-do list, are asked for."""
        if asked := self.value("round"):
            return asked
        return EVERY_ROUND if self.value("which") or self.newest is None else str(self.newest.pk)

    def narrow(self, evaluations: QuerySet[Evaluation]) -> QuerySet[Evaluation]:
        if self.shown_round() != EVERY_ROUND:
            evaluations = evaluations.filter(round=int(self.shown_round()))
        if state := self.value("state"):
            evaluations = evaluations.filter(status=state)
        for word in unicodedata.normalize("NFKC", self.value("q")).split():
            evaluations = evaluations.filter(
                Q(action__title__icontains=word) | Q(action__code__icontains=word) | Q(department__name__icontains=word)
            )
        return evaluations
