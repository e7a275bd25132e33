"""Changes of an action's yearly plan that come from elsewhere than the admin."""

from collections.abc import Mapping
from decimal import Decimal

from django.db import transaction

from accounts.models import User
from plan.actions import create_root, revise
from programs.models import Action, ActionYear, Indicator, IndicatorYear


@transaction.atomic
def plan_year(
    *,
    action: Action,
    year: int,
    planned_work: str,
    budget: int | None,
    targets: Mapping[int, Decimal | None],
    by: User,
    reason: str,
    target_reasons: Mapping[int, str] | None = None,
    is_first: bool = False,
) -> ActionYear:
    """Set what an action plans for a fiscal year (budget in 千円, targets by indicator id).

    Effects, in order: (1) the yearly plan is made (its words are then the
    original ones) or changed, the original staying beside it, or, `is_first`,
    following; (2) targets that differ are changed, with the reason of their own
    from `target_reasons` (by indicator id) behind the common one; each with
    history, 改定履歴 and a new content version.
    """
    plan = ActionYear.objects.filter(action=action, year=year).first()
    if plan is None:
        plan = ActionYear(
            action=action,
            year=year,
            planned_work=planned_work,
            budget=budget,
            original_planned_work=planned_work,
            original_budget=budget,
        )
        create_root(root=plan, by=by, reason=reason)
    else:
        plan.planned_work, plan.budget = planned_work, budget
        if is_first:
            plan.take_as_original()
        revise(root=plan, by=by, reason=reason, expected_version=plan.version)
    for indicator in action.indicators.filter(pk__in=targets):
        own = (target_reasons or {}).get(indicator.pk, "").strip()
        whole = f"{reason}：{own}" if own else reason
        _set_target(indicator, year, targets[indicator.pk], by=by, reason=whole)
    return plan


@transaction.atomic
def end_action(*, action: Action, last_year: int, by: User, reason: str) -> Action:
    """Make `last_year` (fiscal) the action's last; with history, 改定履歴 and a new content version."""
    stored = Action.objects.get(pk=action.pk)
    stored.end_year = max(last_year, stored.start_year)
    revise(root=stored, by=by, reason=reason, expected_version=stored.version)
    return stored


@transaction.atomic
def resume_action(*, action: Action, by: User, reason: str) -> Action:
    """Take back the last year that `end_action` gave: it goes on to the programme's. Effects as there."""
    stored = Action.objects.get(pk=action.pk)
    stored.end_year = None
    revise(root=stored, by=by, reason=reason, expected_version=stored.version)
    return stored


def _set_target(indicator: Indicator, year: int, target: Decimal | None, *, by: User, reason: str) -> None:
    row = IndicatorYear.objects.filter(indicator=indicator, position=year).first()
    if row is None:
        row = IndicatorYear(indicator=indicator, position=year, original_target=target)
    elif row.target == target:
        return
    row.target = target
    revise(root=indicator, by=by, reason=reason, expected_version=indicator.version, rows=[row])
