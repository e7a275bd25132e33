"""What the forms of programmes and actions lead to in the rounds: their rounds, their 調書."""

from typing import Any

from django.contrib import admin
from django.urls import reverse

from plan.admin.base import register_related_lists
from programs.models import Action, Program
from progress.models import Evaluation, Round
from progress.queries.led_elsewhere import placed

Links = list[tuple[str, str]]


def _list(model: type[Evaluation] | type[Round], words: str, key: str, value: Any, count: int) -> Links:
    """Nothing to lead to where there are none, or the admin does not show them."""
    if not count or not admin.site.is_registered(model):
        return []
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return [(f"{words}（{count}件）", f"{address}?{key}={value}")]


def evaluations_of(action: Action) -> Links:
    """Its 調書; and who has just given the action to another 課 finds the way to give it the 調書 too. One query."""
    found = list(placed(action))
    moves = [
        (f"{each.round}の調書を、今の主管課に移す", reverse("desk:round_hand_over", args=[each.round.slug]))
        for each in found
        if each.is_behind
    ]
    return [*_list(Evaluation, "調書", "action__id__exact", action.pk, len(found)), *moves]


def rounds_of(program: Program) -> Links:
    return _list(Round, "評価年度", "program__id__exact", program.pk, program.rounds.count())


register_related_lists(Action, evaluations_of)
register_related_lists(Program, rounds_of)
