"""How the desk's forms are given back to somebody whose session has ended (`accounts.typed_text`)."""

import re
from collections.abc import Iterable, Mapping

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import Resolver404, resolve

from accounts.typed_text import FieldReader, Named, words_sent
from progress import workflow
from progress.enums import EvaluationField, Reached, RoundState
from progress.forms.corrections import REASON, REASON_LABEL
from progress.forms.measures import RATING, RATING_LABEL, TEXTS
from progress.forms.papers import NameForm, SelectionForm
from progress.forms.publication import PublishForm, ScheduleForm
from progress.forms.rounds import DECLINE_LABEL, LATE_LABEL, ExceptionForm, ExtensionForm, RoundForm
from progress.forms.transitions import TransitionForm
from progress.models import ScaleEntry

DESK_FORMS = "/desk/"


def _text(label: str) -> forms.Field:
    return forms.CharField(label=label)


def _entry(label: str) -> forms.Field:
    return forms.ModelChoiceField(ScaleEntry.objects.all(), label=label)


_GUIDANCE = {key.value: _text(str(key.label)) for key in EvaluationField}
_EVALUATION = _GUIDANCE | {
    key.value: _entry(str(key.label)) for key in (EvaluationField.GRADE, EvaluationField.OUTLOOK)
}
_MEASURE = {RATING: _entry(RATING_LABEL)} | {name: _text(label) for name, (label, _) in TEXTS.items()}
_CORRECTION = {REASON: _text(REASON_LABEL)}
_CHOSEN = "pk"


def _rows(label: str) -> dict[str, forms.Field]:
    """Ticked rows of a list, and the button that takes all of them."""
    return {_CHOSEN: _text(label), "all": forms.BooleanField(label="すべてを対象にするボタン")}


# Name of the address → what is asked there.
_FIELDS: dict[str, dict[str, forms.Field]] = {
    "evaluation": _EVALUATION,
    "round_measure": _MEASURE,
    "round_correct_evaluation": _EVALUATION | _CORRECTION,
    "round_correct_measure": _MEASURE | _CORRECTION,
    "round_guidance": _GUIDANCE,
    "rounds": RoundForm.base_fields,
    "round_edit": RoundForm.base_fields,
    "round_extensions": ExtensionForm.base_fields,
    "round_extension": ExtensionForm.base_fields,
    "round_exception": ExceptionForm.base_fields,
    "round_exceptions": _rows("選んだ調書") | ExceptionForm.base_fields,
    "round_publish_late": {"reason": _text(LATE_LABEL)},
    "round_publish_late_many": _rows("選んだ調書") | {"reason": _text(LATE_LABEL)},
    "round_accept": _rows("選んだ調書"),
    "round_plans": _rows("選んだ調書"),
    "round_hand_over": _rows("選んだ調書"),
    "round_add_evaluations": _rows("選んだ取組"),
    "round_confirm": _rows("選んだ取組"),
    "round_proposal": {"reason": _text(DECLINE_LABEL)},
    "round_chase": {
        "department": ExtensionForm.base_fields["department"],
        "late": forms.BooleanField(label="期限を過ぎた課すべてに催促するボタン"),
    },
    "round_schedule": ScheduleForm.base_fields,
    "round_publish_now": PublishForm.base_fields,
    "paper_order": SelectionForm.base_fields | NameForm.base_fields,
    "paper_choose": SelectionForm.base_fields | NameForm.base_fields,
}
_ELSEWHERE = {"reason": _text("理由")}

_ROW = re.compile("(milestone|indicator)-([0-9]+)-([a-z_]+)")
_KINDS = {"milestone": "マイルストーン", "indicator": "指標"}
_PARTS = {
    "reached": forms.ChoiceField(label="達成状況", choices=Reached.choices),
    "note": _text("補足"),
    "actual": _text("実績値"),
    "no_actual_reason": _text("実績値がない理由"),
    "next_target": _text("次年度の目標値"),
    "target_change_reason": _text("目標値を変える理由"),
}
# The choice between two versions of a field.
_CHOICE = "choice-"
_SIDES = {"theirs": "保存されている内容", "mine": "あなたの入力", "both": "両方をつなげる"}


def told_entries() -> QuerySet[ScaleEntry]:
    """Steps of scales that stand in the legend of a round. One still in preparation is told to nobody."""
    in_use = (RoundState.OPEN, RoundState.PUBLISHED)
    return ScaleEntry.objects.filter(scale__rounds__state__in=in_use).distinct()


class DeskReader(FieldReader):
    """Reads what was sent to a form of the desk.

    Milestones, indicators and ticked rows are called as their form called them in hidden fields: to look their names
    up would tell anybody who tries keys those of a 調書 that is not published. Without them, a milestone or indicator
    is told by its place, a ticked row by its number.
    """

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(_fields_of(request.path))
        self._words_sent = words_sent(request)
        self._places = _places_in(request.POST)

    def __call__(self, name: str, text: str) -> Named:
        if name.startswith(_CHOICE):
            label, _ = self._read(name.removeprefix(_CHOICE), "")
            return f"「{label}」で残すほう" if label else "", _SIDES.get(text, text)
        if name == _CHOSEN:
            label, _ = self._read(name, "")
            return label, self._words_sent.get(f"{name}-{text}") or f"番号{text}"
        return self._read(name, text)

    def _read(self, name: str, text: str) -> Named:
        row = _ROW.fullmatch(name)
        if row is None or row[3] not in _PARTS:
            return super().__call__(name, text)
        label, words = self.named(_PARTS[row[3]], text)
        return f"{self._row(row[1], row[2])}の{label}", words

    def _row(self, kind: str, key: str) -> str:
        of_row = f"{kind}-{key}"
        place = self._places.get(of_row)
        return self._words_sent.get(of_row) or f"{_KINDS[kind]}{place or ''}"


def _places_in(sent: Iterable[str]) -> dict[str, int]:
    """「indicator-37」 → 2 for the second indicator that was sent."""
    places: dict[str, int] = {}
    counts = dict.fromkeys(_KINDS, 0)
    for row in map(_ROW.fullmatch, sent):
        if row is not None and f"{row[1]}-{row[2]}" not in places:
            counts[row[1]] += 1
            places[f"{row[1]}-{row[2]}"] = counts[row[1]]
    return places


def _fields_of(path: str) -> Mapping[str, forms.Field]:
    try:
        found = resolve(path)
    except Resolver404:
        return _ELSEWHERE
    if found.url_name == "transition":
        step = workflow.BY_NAME.get(found.kwargs["name"])
        return TransitionForm(transition=step).fields if step else TransitionForm.base_fields
    return _FIELDS.get(found.url_name or "", _ELSEWHERE)
