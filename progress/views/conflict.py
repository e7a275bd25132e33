"""Two people or two tabs on one 調書: what is stored now beside what was typed, and the choice between them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils import timezone

from plan.fiscal import date_label
from plan.text.diffing import Piece, word_diff
from progress.forms.evaluation import EvaluationForm, Target
from progress.forms.fields import ProseField
from progress.models import Evaluation
from progress.queries.versions import values_at

MINE, THEIRS, BOTH = "mine", "theirs", "both"
CHOICE = "choice-"


@dataclass(frozen=True)
class Difference:
    """A field that differs. `typed` is what was sent, to be sent again; `pieces` lead from theirs to mine."""

    name: str
    label: str
    typed: str
    mine: str
    theirs: str
    pieces: list[Piece]
    error: str
    chosen: str
    may_join: bool


@dataclass(frozen=True)
class Change:
    """A field that only the other side changed."""

    label: str
    pieces: list[Piece]


@dataclass(frozen=True)
class Comparison:
    """`current` is what is stored; `differences` are to be chosen between; `theirs_only` stays as it is.

    `words_of_rows` go with the choice, hidden (`EvaluationForm.words_of_rows`).
    """

    current: Evaluation
    differences: list[Difference]
    theirs_only: list[Change]
    words_of_rows: list[tuple[str, str]]

    @property
    def saved_by(self) -> str:
        return self.current.saved_by.name if self.current.saved_by else ""

    @property
    def saved_at(self) -> str:
        moment = self.current.saved_at
        return f"{date_label(timezone.localdate(moment))}{timezone.localtime(moment):%H:%M}" if moment else ""


def chosen_data(data: QueryDict, current: EvaluationForm) -> QueryDict:
    """What to save after the choice: fields given up are left out, joined ones hold both texts.

    `current` is a form of the stored 調書; without choices `data` comes back as it is.
    """
    chosen = data.copy()
    for name in current.targets:
        match data.get(CHOICE + name):
            case "theirs":
                chosen.pop(name, None)
            case "both":
                chosen[name] = f"{_shown(current, name)}\n{data.get(name, '')}".strip()
    return chosen


def comparison(typed: EvaluationForm, current: EvaluationForm, stored: Evaluation, data: QueryDict) -> Comparison:
    """`typed` is the validated form, `current` one of `stored`; `data` is all that was sent, choices as well."""
    base = values_at(stored, typed.read_version)
    differences: list[Difference] = []
    theirs_only: list[Change] = []
    for name, target, mine_value in _sent(typed, data):
        theirs_value = current.initial[name]
        if mine_value == theirs_value and name not in typed.errors:
            continue
        before = base.get((target.row, target.name), _UNKNOWN)
        if before == mine_value and name not in typed.errors:
            theirs_only.append(
                Change(_label(typed, name), word_diff(_words(typed, name, before), _shown(current, name)))
            )
            continue
        differences.append(_difference(typed, current, name, data, before is not _UNKNOWN and before == theirs_value))
    return Comparison(stored, differences, theirs_only, current.words_of_rows)


_UNKNOWN = object()


def _sent(typed: EvaluationForm, data: Mapping[str, Any]) -> Iterator[tuple[str, Target, Any]]:
    for name, target in typed.targets.items():
        if name in data:
            yield name, target, typed.cleaned_data.get(name)


def _difference(
    typed: EvaluationForm, current: EvaluationForm, name: str, data: QueryDict, only_mine: bool
) -> Difference:
    sent = data.get(name, "")
    mine = sent if name in typed.errors else _words(typed, name, typed.cleaned_data[name])
    theirs = _shown(current, name)
    may_join = isinstance(typed.fields[name], ProseField) and bool(mine and theirs) and name not in typed.errors
    asked = data.get(CHOICE + name, "")
    return Difference(
        name=name,
        label=_label(typed, name),
        typed=sent,
        mine=mine,
        theirs=theirs,
        pieces=word_diff(theirs, mine),
        error=" ".join(str(error) for error in typed.errors.get(name, [])),
        chosen=asked if asked in {MINE, THEIRS, BOTH} else "" if theirs and not only_mine else MINE,
        may_join=may_join,
    )


def _label(form: EvaluationForm, name: str) -> str:
    return str(form.fields[name].label)


def _shown(form: EvaluationForm, name: str) -> str:
    return _words(form, name, form.initial[name])


def _words(form: EvaluationForm, name: str, value: Any) -> str:
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        labels = {str(key): str(label) for key, label in cast("list[tuple[Any, Any]]", field.choices)}
        return labels.get(str(value), "")
    shown = field.prepare_value(value)
    return "" if shown is None else str(shown)
