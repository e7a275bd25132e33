"""The filters of the round's lists: plain GET forms, in which what means nothing is left aside."""

import datetime
import unicodedata
from collections.abc import Sequence
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.db.models import Q, QuerySet

from accounts.models import Department
from plan.models import Measure
from progress.enums import ProposalState, Status
from progress.models import Evaluation, NextYearProposal, Round
from progress.queries.outstanding import overdue

EVERYTHING = ("", "すべて")


class FilterForm(forms.Form):
    """What was asked for by name; "" where it was not or means nothing."""

    def __init__(self, data: Any) -> None:
        super().__init__(data, use_required_attribute=False)

    def value(self, name: str) -> str:
        if not hasattr(self, "cleaned_data"):
            self.is_valid()
        return str(self.cleaned_data.get(name) or "")

    def number(self, name: str) -> int | None:
        value = self.value(name)
        return int(value) if value else None

    @property
    def conditions(self) -> dict[str, str]:
        return {name: self.value(name) for name in self.fields if self.value(name)}

    @property
    def query(self) -> str:
        """The conditions as they go into an address, ending in "&"; "" where nothing is asked for."""
        return f"{urlencode(self.conditions)}&" if self.conditions else ""

    def in_words(self) -> str:
        """「状態：記入中、期限を過ぎた調書だけ」, for the record of an export."""
        return "、".join(self._words(name, value) for name, value in self.conditions.items())

    def _words(self, name: str, value: str) -> str:
        field = self.fields[name]
        if isinstance(field, forms.BooleanField):
            return str(field.label)
        if isinstance(field, forms.ChoiceField):
            value = next((str(label) for key, label in cast("list[Any]", field.choices) if str(key) == value), value)
        return f"{field.label}：{value}"


class OverviewFilterForm(FilterForm):
    bureau = forms.ChoiceField(label="局", required=False)
    state = forms.ChoiceField(label="この状態の調書がある", required=False, choices=[EVERYTHING, *Status.choices])
    late = forms.BooleanField(label="期限を過ぎた課だけ", required=False)

    def __init__(self, data: Any, *, bureaus: Sequence[Department]) -> None:
        super().__init__(data)
        choices = [EVERYTHING, *((str(bureau.pk), bureau.name) for bureau in bureaus)]
        self.fields["bureau"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField


def having_words(words: str) -> Q:
    """調書 with each of the words in code, title or department; in any width."""
    condition = Q()
    for word in unicodedata.normalize("NFKC", words).split():
        condition &= (
            Q(action__title__icontains=word) | Q(action__code__icontains=word) | Q(department__name__icontains=word)
        )
    return condition


class EvaluationFilterForm(FilterForm):
    """The list of 調書 of a round. `department` and `measure` are keys."""

    state = forms.ChoiceField(label="状態", required=False, choices=[EVERYTHING, *Status.choices])
    department = forms.ChoiceField(label="所管課", required=False)
    measure = forms.ChoiceField(label="施策", required=False)
    q = forms.CharField(
        label="言葉",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"placeholder": "取組名、コード、所管課"}),
    )
    late = forms.BooleanField(label="期限を過ぎた調書だけ", required=False)
    exception = forms.BooleanField(label="公表の例外だけ", required=False)

    def __init__(self, data: Any, *, departments: Sequence[Department], measures: Sequence[Measure]) -> None:
        super().__init__(data)
        self.fields["department"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            EVERYTHING,
            *((str(department.pk), department.name) for department in departments),
        ]
        self.fields["measure"].choices = [  # type: ignore[attr-defined]
            EVERYTHING,
            *((str(measure.pk), str(measure)) for measure in measures),
        ]

    def narrow(self, evaluations: QuerySet[Evaluation], round_: Round, today: datetime.date) -> QuerySet[Evaluation]:
        """`evaluations` of the round with `due_on` (`queries.extensions.with_deadline`)."""
        if state := self.value("state"):
            evaluations = evaluations.filter(status=state)
        if department := self.number("department"):
            evaluations = evaluations.filter(department=department)
        if measure := self.number("measure"):
            evaluations = evaluations.filter(direction__measure=measure)
        if self.value("late"):
            evaluations = evaluations.filter(overdue(today))
        if self.value("exception"):
            evaluations = evaluations.exclude(exception_reason="").exclude(status__in=round_.decided_states)
        return evaluations.filter(having_words(self.value("q")))


class ProposalFilterForm(FilterForm):
    """What is proposed for the next year; without an address, what still waits."""

    ALL = "all"

    state = forms.ChoiceField(
        label="状態", required=False, choices=[*ProposalState.choices, (ALL, "すべて")], initial=ProposalState.PROPOSED
    )
    q = forms.CharField(
        label="言葉",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"placeholder": "取組名、コード、所管課"}),
    )

    @property
    def state_shown(self) -> str:
        return self.value("state") or ProposalState.PROPOSED.value

    @property
    def shows_all_waiting(self) -> bool:
        """All that still waits, whatever else."""
        return self.state_shown in {ProposalState.PROPOSED, self.ALL} and not self.value("q")

    def narrow(self, proposals: QuerySet[NextYearProposal]) -> QuerySet[NextYearProposal]:
        if self.state_shown != self.ALL:
            proposals = proposals.filter(state=self.state_shown)
        if words := self.value("q"):
            found = Evaluation.objects.filter(having_words(words))
            proposals = proposals.filter(evaluation__in=found)
        return proposals


class WordsForm(FilterForm):
    """Words alone."""

    q = forms.CharField(
        label="言葉",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"placeholder": "取組名、コード、所管課"}),
    )

    def narrow(self, evaluations: QuerySet[Evaluation]) -> QuerySet[Evaluation]:
        return evaluations.filter(having_words(self.value("q")))
