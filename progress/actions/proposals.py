"""Closing the loop: the Act part of an accepted 調書 becomes the next year's plan, once staff confirm it."""

import datetime
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.enums import AuditKind
from accounts.models import User
from accounts.permissions import Permission
from plan.actions import wait_for_turn
from programs.actions.yearly import end_action, plan_year, resume_action
from programs.evaluated import evaluated_years
from programs.models import ActionYear
from progress.actions.locks import locked_evaluation
from progress.enums import DECIDED, ProposalState
from progress.errors import NotNow, NotYours, ReasonRequired
from progress.models import Evaluation, NextYearProposal, PlanOrigin
from progress.queries.confirmable import lets_out
from progress.queries.filling import has_next_year
from progress.queries.next_plans import NextPlan, next_plans, without
from progress.queries.next_year import evaluated_later, not_told_yet, nowhere_to_go, still_continued
from progress.queries.successors import following_program, heirs_of_endings, is_last_year
from progress.snapshots import number


@transaction.atomic
def propose(*, evaluation: Evaluation, by: User) -> NextYearProposal | None:
    """Put the Act part forward as the next year's plan; None where there is nothing to propose.

    In a programme's last year it is the plan of the next programme, which need not be made yet.
    Effects: (1) the proposal of this 調書 is made, or renewed where one was
    taken back or decided before; what was confirmed earlier stays in the
    yearly plan until this one is confirmed.
    """
    proposed = _proposed(evaluation)
    if not proposed["ends_action"] and not _has_plans(evaluation):
        return None
    proposal = NextYearProposal.objects.filter(evaluation=evaluation).first() or NextYearProposal(evaluation=evaluation)
    proposal.year = evaluation.round.year + 1
    for name, value in proposed.items():
        setattr(proposal, name, value)
    proposal.state = ProposalState.PROPOSED
    proposal.decided_at = proposal.decided_by = None
    proposal.decline_reason = ""
    _save(proposal, by)
    _let_go(proposal)
    return proposal


def _proposed(evaluation: Evaluation) -> dict[str, Any]:
    """What the Act part says, by the fields of the proposal."""
    return {
        "planned_work": evaluation.next_plan,
        "budget": evaluation.next_budget,
        "targets": [
            {"indicator": row.indicator_id, "target": number(row.next_target), "reason": row.target_change_reason}
            for row in evaluation.indicators.all()
        ],
        "ends_action": evaluation.outlook is not None and evaluation.outlook.ends_action,
    }


def left_behind(evaluation: Evaluation) -> NextYearProposal | None:
    """What was confirmed of the 調書, where that says something else by now: the plan did not follow."""
    confirmed = NextYearProposal.objects.filter(evaluation=evaluation, state=ProposalState.CONFIRMED).first()
    if confirmed is None:
        return None
    now = _proposed(evaluation)
    return confirmed if any(getattr(confirmed, name) != value for name, value in now.items()) else None


def _let_go(proposal: NextYearProposal) -> None:
    """A plan of the next programme that came from what is an ending now can be deleted: it is to go before that."""
    alone = [heir.action for heir in heirs_of_endings([proposal]).get(proposal.pk, ()) if heir.is_alone]
    PlanOrigin.objects.filter(proposal=proposal, action_year__action__in=alone).delete()


def _has_plans(evaluation: Evaluation) -> bool:
    """Whether the action goes on; of one that ends with the programme, or was ended too soon, if a plan is written."""
    if has_next_year(evaluation):
        return True
    written = bool(evaluation.next_plan) or evaluation.next_budget is not None
    return written and (is_last_year(evaluation.round) or _has_ended(evaluation))


def _has_ended(evaluation: Evaluation) -> bool:
    """Whether its action has its last year from what was confirmed of the 調書 before."""
    ended = NextYearProposal.history.filter(evaluation=evaluation.pk, state=ProposalState.CONFIRMED, ends_action=True)
    return evaluation.action.end_year == evaluation.round.year and ended.exists()


@transaction.atomic
def take_back(*, evaluation: Evaluation, by: User) -> None:
    """Remove what waits to be confirmed: the 調書 it came from was returned.

    Where an earlier proposal of the 調書 was confirmed, that one stands again: the yearly plan came from it.
    """
    for waiting in NextYearProposal.objects.filter(evaluation=evaluation, state=ProposalState.PROPOSED):
        confirmed = waiting.history.filter(state=ProposalState.CONFIRMED).first()
        if confirmed is None:
            waiting.delete()
        else:
            _save(confirmed.instance, by)
            _keep_origins(confirmed.instance)


def _keep_origins(proposal: NextYearProposal) -> None:
    """What `_let_go` took away while the 調書 was to end its action comes back with the plan that was confirmed."""
    for plan in next_plans([proposal]).get(proposal.pk, []):
        if plan.present is not None and plan.is_inherited and not plan.others:
            given = {"planned_work": plan.given_work, "budget": plan.given_budget}
            PlanOrigin.objects.get_or_create(proposal=proposal, action_year=plan.present, defaults=given)


@transaction.atomic
def renew(*, evaluation: Evaluation, by: User) -> None:
    """Let what waits to be confirmed follow the corrected 調書; what was decided stays as it is."""
    if NextYearProposal.objects.filter(evaluation=evaluation, state=ProposalState.PROPOSED).exists():
        propose(evaluation=evaluation, by=by)


@transaction.atomic
def confirm(
    *,
    proposal: NextYearProposal,
    by: User,
    at: datetime.datetime | None = None,
    seen_at: datetime.datetime | None = None,
) -> NextYearProposal:
    """Make the proposal the yearly plan of the next year, or end the action.

    Effects, in order: (1) the 調書 is locked; (2) `ActionYear` and the targets
    get the proposed values, with history and a 改定履歴 whose reason names the
    調書 (and for a target says why that is changed), or the action gets its
    last year and merged actions lose its part; (3) the proposal is CONFIRMED,
    and each yearly plan it became has its origin; (4) the audit
    trail has it. Raises NotYours, NotNow when it was decided already or is not
    what `seen_at` showed, its 調書 was returned, the next programme does not
    continue the action yet (or does, where it is to end), an action that is to
    end has a 調書 of a later year, or the public would learn from the plan what is not published.
    """
    stored = _locked(proposal, by)
    if seen_at is not None and stored.history.filter(history_date__gt=seen_at).exists():
        raise NotNow(f"『{stored.evaluation}』の案は、画面を開いた後に変わりました。今の案を見てから反映してください。")
    evaluation = stored.evaluation
    plans = next_plans([stored]).get(stored.pk, [])
    if not (plans or stored.ends_action):
        raise NotNow(nowhere_to_go(stored, following_program(evaluation.round)))
    heirs = heirs_of_endings([stored]).get(stored.pk, [])
    if alone := [heir.action for heir in heirs if heir.is_alone]:
        raise NotNow(still_continued(stored, alone))
    if (
        stored.ends_action
        and (later := max(evaluated_years([evaluation.action_id])[evaluation.action_id])) >= stored.year
    ):
        raise NotNow(evaluated_later(stored, later))
    if lets_out(stored, plans, heirs):
        raise NotNow(not_told_yet(stored))
    reason = f"{evaluation.round}の結果を反映"
    if seen_at is not None:
        _demand_plans_as_seen(stored, plans, seen_at, reason)
    if stored.ends_action:
        _end(stored, by=by, reason=reason)
    else:
        if _has_ended(evaluation):
            resume_action(action=evaluation.action, by=by, reason=reason)
        _plan(stored, plans, by=by, reason=reason)
    return _decide(stored, ProposalState.CONFIRMED, by=by, at=at)


def _demand_plans_as_seen(
    proposal: NextYearProposal, plans: Iterable[NextPlan], seen_at: datetime.datetime, reason: str
) -> None:
    """Raises NotNow where somebody has changed a plan since; what was confirmed in the meantime is no such change."""
    for plan in plans:
        if plan.present is None:
            continue
        later = plan.present.history.filter(history_date__gt=seen_at)
        if later.exclude(history_change_reason=reason).exists():
            raise NotNow(
                f"『{proposal.evaluation}』の案を反映する計画は、画面を開いた後に変わりました。"
                "今の計画を見てから反映してください。"
            )


def confirm_many(
    *, proposals: Iterable[NextYearProposal], by: User, seen_at: datetime.datetime | None = None
) -> tuple[int, list[tuple[NextYearProposal, str]]]:
    """Confirm those that can be, each in a transaction of its own; how many, and the others with the reason."""
    count, refused = 0, []
    for proposal in proposals:
        try:
            confirm(proposal=proposal, by=by, seen_at=seen_at)
        except NotNow as error:
            refused.append((proposal, str(error)))
        else:
            count += 1
    return count, refused


@transaction.atomic
def decline(
    *, proposal: NextYearProposal, by: User, reason: str, at: datetime.datetime | None = None
) -> NextYearProposal:
    """Leave the next year's plan as it is; the audit trail has it. Raises as `confirm`, ReasonRequired."""
    if not reason.strip():
        raise ReasonRequired("反映しないこと")
    stored = _locked(proposal, by)
    stored.decline_reason = reason.strip()
    return _decide(stored, ProposalState.DECLINED, by=by, at=at)


def _is_made_of_parts(plan: NextPlan, reason: str) -> bool:
    """Whether nobody ever typed anything into the plan: it was blank, or had what was confirmed of the round."""
    if plan.present is None:
        return True
    written = plan.present.history.exclude(planned_work="", budget=None)
    return not written.exclude(history_change_reason=reason).exists()


@transaction.atomic
def put_back(*, proposal: NextYearProposal, by: User) -> NextYearProposal:
    """Let what was declined wait again, as its 調書 says it now; the audit trail has it. Raises NotYours, NotNow."""
    stored = _locked(proposal, by, ProposalState.DECLINED)
    waiting = propose(evaluation=stored.evaluation, by=by)
    if waiting is None:
        raise NotNow(f"『{stored.evaluation}』には、次年度の計画が書かれていません。案に戻せません。")
    audit.record(AuditKind.TRANSITION, by=by, about=f"次年度計画「案に戻す」：{waiting}")
    return waiting


def _end(proposal: NextYearProposal, *, by: User, reason: str) -> None:
    """End the action. A merged action loses its part, and its money is added up without it."""
    end_action(action=proposal.evaluation.action, last_year=proposal.evaluation.round.year, by=by, reason=reason)
    given = PlanOrigin.objects.filter(proposal=proposal)
    had_part = set(given.values_list("action_year__action", flat=True))
    given.delete()
    for plan in without(proposal):
        if plan.action.pk not in had_part:  # only the sum may be complete now
            plan = replace(plan, work=plan.present.planned_work if plan.present else "")
        _plan_one(replace(plan, targets=()), proposal.year, by=by, reason=reason)


def _plan(proposal: NextYearProposal, plans: Iterable[NextPlan], *, by: User, reason: str) -> None:
    """Make the yearly plans, and keep what each got from this proposal."""
    PlanOrigin.objects.filter(proposal=proposal).delete()
    for plan in plans:
        made = _plan_one(plan, proposal.year, by=by, reason=reason)
        PlanOrigin.objects.create(
            proposal=proposal, action_year=made, planned_work=plan.given_work, budget=plan.given_budget
        )


def _plan_one(plan: NextPlan, year: int, *, by: User, reason: str) -> ActionYear:
    """A target that is changed is on record with the reason that the 調書 gives for it."""
    return plan_year(
        action=plan.action,
        year=year,
        planned_work=plan.work,
        budget=plan.budget,
        targets={target.indicator.pk: target.after for target in plan.targets},
        target_reasons={target.indicator.pk: target.reason for target in plan.targets},
        is_first=plan.is_first and _is_made_of_parts(plan, reason),
        by=by,
        reason=reason,
    )


def _locked(proposal: NextYearProposal, by: User, state: ProposalState = ProposalState.PROPOSED) -> NextYearProposal:
    """The proposal with its locked 調書; raises NotYours, or NotNow where it is not in `state` or was returned."""
    if not by.may(Permission.REVIEW):
        raise NotYours("次年度の計画への反映は、ICT推進課の職員が行います。")
    wait_for_turn()  # before the 調書, as publishing does: nobody waits in a circle
    evaluation = locked_evaluation(proposal.evaluation_id)
    stored = NextYearProposal.objects.filter(pk=proposal.pk).first()
    if stored is None:
        raise NotNow(f"『{evaluation}』の案は、調書の差戻しで取り下げられました。")
    stored.evaluation = evaluation
    if stored.state != state:
        raise NotNow(f"『{evaluation}』の次年度計画は、すでに「{stored.get_state_display()}」です。")
    if evaluation.status not in DECIDED:
        raise NotNow(f"『{evaluation}』は「{evaluation.get_status_display()}」です。確認が済んでから反映してください。")
    return stored


def _decide(
    proposal: NextYearProposal, state: ProposalState, *, by: User, at: datetime.datetime | None
) -> NextYearProposal:
    proposal.state = state
    proposal.decided_at, proposal.decided_by = at or timezone.now(), by
    _save(proposal, by)
    audit.record(AuditKind.TRANSITION, by=by, about=f"次年度計画「{state.label}」：{proposal}")
    return proposal


def _save(proposal: NextYearProposal, by: User) -> None:
    proposal._history_user = by  # type: ignore[attr-defined]  # simple_history reads it
    proposal.save()
