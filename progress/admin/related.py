"""What the forms of programmes and actions lead to in the rounds: their rounds, their 調書."""

from typing import Any

from django.contrib import admin
from django.urls import reverse

from plan.admin.base import register_related_lists
from programs.models import Action, Program
from progress.models import Evaluation, Round
from progress.queries.led_elsewhere import rounds_behind

Links = list[tuple[str, str]]


def _list(model: type[Evaluation] | type[Round], words: str, key: str, value: Any, count: int) -> Links:
    """Nothing to lead to where there are none, or the admin does not show them."""
    if not count or not admin.site.is_registered(model):
        return []
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return [(f"{words}（{count}件）", f"{address}?{key}={value}")]


def evaluations_of(action: Action) -> Links:
    return _list(Evaluation, "調書", "action__id__exact", action.pk, action.evaluations.count())


def moves_of(action: Action) -> Links:
    """Whoever has just given the action to another 課 finds the way to give it the 調書 as well."""
    return [
        (f"{round_}の調書を、今の主管課に移す", reverse("desk:round_hand_over", args=[round_.slug]))
        for round_ in rounds_behind(action)
    ]


def rounds_of(program: Program) -> Links:
    return _list(Round, "評価年度", "program__id__exact", program.pk, program.rounds.count())


register_related_lists(Action, evaluations_of)
register_related_lists(Action, moves_of)
register_related_lists(Program, rounds_of)
