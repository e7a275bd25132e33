"""Two people on one 施策評価: what is stored beside what was typed, and the choice between them."""

from typing import Any

from django.http import QueryDict

from plan.text.diffing import word_diff
from progress.forms.measures import RATING, MeasureForm
from progress.models import MeasureEvaluation
from progress.views.conflict import BOTH, CHOICE, MINE, THEIRS, Difference


def chosen(data: QueryDict, current: MeasureForm) -> QueryDict:
    """What to save after the choice; without one `data` comes back as it is. `current`: a form of what is stored."""
    made = data.copy()
    for name, stored in current.initial.items():
        match data.get(CHOICE + name):
            case "theirs":
                made[name] = "" if stored is None else str(stored)
            case "both":
                made[name] = f"{stored}\n{data.get(name, '')}".strip()
    return made


def differences(typed: MeasureForm, current: MeasureForm, data: QueryDict) -> list[Difference]:
    """Where what the person changed is not what is stored; `typed` is validated, `current` a form of what is stored."""
    read = current.evaluation.history.filter(version=typed.read_version).order_by("-history_id").first()
    if read is None and typed.read_version == 1:
        read = MeasureEvaluation()  # blank, as the opening of the round makes it
    found = []
    for name, mine in typed.values.items():
        theirs = current.initial[name]
        is_theirs_alone = read is not None and getattr(read, name) == mine
        if mine != theirs and not is_theirs_alone:
            found.append(_difference(typed, name, mine, theirs, data))
    return found


def _difference(typed: MeasureForm, name: str, mine: Any, theirs: Any, data: QueryDict) -> Difference:
    mine_words, theirs_words = typed.words(name, mine), typed.words(name, theirs)
    asked = data.get(CHOICE + name, "")
    return Difference(
        name=name,
        label=str(typed.fields[name].label),
        typed=data.get(name, ""),
        mine=mine_words,
        theirs=theirs_words,
        pieces=word_diff(theirs_words, mine_words),
        error=" ".join(str(error) for error in typed.errors.get(name, [])),
        chosen=asked if asked in {MINE, THEIRS, BOTH} else "" if theirs_words else MINE,
        may_join=name != RATING and bool(mine_words and theirs_words),
    )
