"""Which programmes that are made up a page of the admin shows: by the way from its model to the programme."""

from collections.abc import Mapping
from operator import attrgetter
from typing import Any

from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist
from django.db import models

from accounts.samples import register_samples
from plan.editing.states import states_of
from plan.models import Revision
from programs.models import Action, ActionLineage, ActionYear, Indicator, Program, UpperItem
from programs.queries.programs import sample_titles, samples

# Of people and log-in, and of the plan, which is real. What of it tells of actions as well has a way all the same.
OF_NO_PROGRAMME = frozenset({"account", "accounts", "auth", "mfa", "plan", "socialaccount"})

# Ways that do not end at one programme.
ITSELF, ANY, NONE = "itself", "any", "none"

Ways = tuple[str, ...]

_WAYS: dict[type[models.Model], Ways] = {}


def register_ways(ways: Mapping[type[models.Model], Ways]) -> None:
    """For each model the attributes that lead from a row to its programmes (`action.program`).

    Or ITSELF, ANY (its rows tell of any programme, and do not say of which) or NONE.
    """
    _WAYS.update(ways)


def register() -> None:
    register_samples(samples)
    register_ways(
        {
            Program: (ITSELF,),
            Action: ("program",),
            ActionYear: ("action.program",),
            Indicator: ("action.program",),
            ActionLineage: ("action.program", "predecessor.program"),
            # The city's own items, whatever programme names them.
            UpperItem: (NONE,),
            # Of the plan or of a programme: see `_of_revision`.
            Revision: (ANY,),
        }
    )


def ways_of(model: type[models.Model]) -> Ways | None:
    """None where nobody has decided: such a page bears the mark as if it told of any programme."""
    found = _WAYS.get(model)
    return (NONE,) if found is None and model._meta.app_label in OF_NO_PROGRAMME else found


def samples_shown(model: type[models.Model] | None, row: models.Model | None) -> list[str]:
    """Titles of the programmes that are made up, of a page of the row, or of a list of the model (row None).

    model None: a page of no model, as the first page of the admin. Queries: one for a list; for a row as many
    as are needed to get to its programme from what is at hand.
    """
    ways = (ANY,) if model is None else ways_of(model) or (ANY,)
    if ways == (NONE,):
        return []
    if row is None:
        return sample_titles()
    programs = _of_revision(row) if isinstance(row, Revision) else _programs(row, ways)
    if programs is None:
        return sample_titles()
    return list(dict.fromkeys(program.title for program in programs if program.is_sample))


def _programs(row: Any, ways: Ways) -> list[Program] | None:
    """None where it cannot be told: the row does not say it, or what it belonged to is deleted."""
    if ways == (ANY,):
        return None
    try:
        return [row if way == ITSELF else attrgetter(way)(row) for way in ways]
    except ObjectDoesNotExist:
        return None


def _of_revision(revision: Revision) -> list[Program] | None:
    """Of what was changed, even where it is deleted by now."""
    try:
        model: Any = apps.get_model(revision.object_type)
    except LookupError:
        return None  # a model of former days
    ways = ways_of(model)
    if ways == (NONE,):
        return []
    states = states_of(model, revision.object_id)
    return _programs(states[0].root, ways) if ways and states else None
