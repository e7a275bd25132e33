"""Two people edited the same text: what the other saved, beside what was typed here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from plan.editing.snapshots import Change, Rows, Snapshot, differences, take, take_current
from plan.editing.states import State, states_of
from plan.forms import RootForm, RowFormSet
from plan.text.diffing import Piece, word_diff


@dataclass(frozen=True)
class Difference:
    """One changed field, as pieces of a word diff."""

    label: str
    pieces: list[Piece]


@dataclass(frozen=True)
class Conflict:
    """`newer` are the states saved since the form was read, the newest first.

    `theirs` is what they changed; `mine` is what saving the typed text would
    change on top of that.
    """

    newer: list[State]
    theirs: list[Difference]
    mine: list[Difference]


def conflict_of(form: Any, formsets: Sequence[RowFormSet]) -> Conflict | None:
    """The conflict a validated form ran into; None when there is none."""
    if not isinstance(form, RootForm) or form.stored is None:
        return None
    states = states_of(type(form.instance), form.instance.pk)
    read = next((state for state in states if state.root.version == form.read_version), None)
    newer = [state for state in states if read is None or state.since > read.since]
    current = take_current(form.stored)
    return Conflict(
        newer=newer,
        theirs=word_differences(differences(read.snapshot(), current)) if read else [],
        mine=word_differences(differences(current, _typed(form, formsets))),
    )


def word_differences(changes: Sequence[Change]) -> list[Difference]:
    return [Difference(change["label"], word_diff(change["before"], change["after"])) for change in changes]


def _typed(form: RootForm, formsets: Sequence[RowFormSet]) -> Snapshot:
    """What the form says, valid or not; a field that cannot be read keeps the stored value."""
    rows: Rows = {
        str(formset.fk.remote_field.related_name): [
            row for row in formset.rows_in_order() if row not in formset.rows_to_delete()
        ]
        for formset in formsets
    }
    return take(form.instance, rows)
