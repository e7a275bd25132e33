"""Copying the yearly plan into a 調書 anew: it was changed after 照会, and the 課 still has the 調書."""

import datetime
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.enums import AuditKind
from accounts.models import User
from accounts.permissions import Permission
from plan.actions import wait_for_turn
from progress import workflow
from progress.actions import notices
from progress.actions.evaluations import Refused, one_by_one, record_event, save_row
from progress.actions.kept_sums import count_indicators
from progress.actions.locks import locked_evaluation
from progress.enums import RoundState, Status
from progress.errors import NotNow, NotYours
from progress.models import Evaluation, EvaluationEvent, EvaluationIndicator, EvaluationMilestone
from progress.queries.plan_parts import PlannedTarget, PlanPart
from progress.queries.replanning import WITH_DEPARTMENT, changes_of, is_saved_since, milestones_taken, plan_part

_CHANGED_SINCE = "画面を開いた後に、計画がまた変わりました。今の計画を見てから、もう一度取り込んでください。"


@transaction.atomic
def replan(
    *, evaluation: Evaluation, by: User, seen_at: datetime.datetime | None = None, at: datetime.datetime | None = None
) -> EvaluationEvent:
    """Copy what the programme plans now into the Plan part; what the 課 filled in stays.

    Effects, in order: (1) other writers of the plan wait, and the 調書 is locked;
    (2) plan, budget, targets and milestones are those of the programme, with
    history, and the version grows by one: who has the form open goes on with
    it (`save_evaluation`). A milestone about which something was written stays
    though the plan has it no more; a target of the next year that nobody
    changed follows; (3) the 経過 and the audit trail have it. Raises
    NotYours, NotNow: it is with others by now, the plan is copied already, or
    was saved again since `seen_at`.
    """
    if not by.may(Permission.OPEN_ROUND):
        raise NotYours("計画の取り込みは、ICT推進課の職員が行います。")
    wait_for_turn()
    stored = locked_evaluation(evaluation.pk)
    if stored.round.state != RoundState.OPEN or stored.status not in WITH_DEPARTMENT:
        raise NotNow(f"「{stored.get_status_display()}」です。計画は、提出する前の調書にだけ取り込めます。")
    if seen_at is not None and is_saved_since(stored, seen_at):
        raise NotNow(_CHANGED_SINCE)
    part = plan_part(stored)
    changes = changes_of(stored, part)
    if not changes:
        raise NotNow("計画は、すでに取り込んであります。")
    comment = f"変わった項目：{'、'.join(change['label'] for change in changes)}"
    return _take(stored, part, by=by, moment=at or timezone.now(), comment=comment)


def replan_many(
    *, evaluations: Iterable[Evaluation], by: User, seen_at: datetime.datetime
) -> tuple[list[EvaluationEvent], list[Refused]]:
    """`replan` each in a transaction of its own; what is refused is listed with the reason.

    The mail to the 課 is queued at the end, however it ends.
    """

    def deed(each: Evaluation) -> EvaluationEvent:
        return replan(evaluation=each, by=by, seen_at=seen_at)

    return one_by_one(evaluations, deed, tell=notices.tell_replanned)


# ── Steps ─────────────────────────────────────────────────────────────────────


def _take(stored: Evaluation, part: PlanPart, *, by: User, moment: datetime.datetime, comment: str) -> EvaluationEvent:
    _take_targets(stored, part, by=by, moment=moment)
    _take_milestones(stored, part, by=by, moment=moment)
    stored = Evaluation.objects.with_answers().get(pk=stored.pk)
    stored.planned_work, stored.planned_budget = part.work, part.budget
    stored.plan_copied_at = timezone.now()
    stored.version += 1
    stored.saved_at, stored.saved_by = moment, by
    count_indicators(stored)
    save_row(stored, by=by, moment=moment)
    audit.record(AuditKind.TRANSITION, by=by, about=f"{workflow.REPLAN.noun}：{stored.round} {stored}")
    return record_event(stored, workflow.REPLAN, by=by, before=Status(stored.status), at=moment, comment=comment)


def _take_targets(stored: Evaluation, part: PlanPart, *, by: User, moment: datetime.datetime) -> None:
    present = {row.indicator_id: row for row in stored.indicators.all()}
    for planned in part.targets:
        row = present.get(planned.indicator.pk) or EvaluationIndicator(evaluation=stored, indicator=planned.indicator)
        if row.pk is None or _differs(row, planned):
            if row.next_target == row.planned_next_target:
                row.next_target = planned.next_target
            row.position, row.target = planned.indicator.position, planned.target
            row.planned_next_target = planned.next_target
            save_row(row, by=by, moment=moment)


def _differs(row: EvaluationIndicator, planned: PlannedTarget) -> bool:
    return (row.target, row.planned_next_target) != (planned.target, planned.next_target)


def _take_milestones(stored: Evaluation, part: PlanPart, *, by: User, moment: datetime.datetime) -> None:
    taken = milestones_taken(stored, part)
    for position, (row, planned) in enumerate(taken, start=1):
        if row is None:
            row = EvaluationMilestone(evaluation=stored)
        wanted = (position, planned.month, planned.title)
        if row.pk is None or (row.position, row.month, row.title) != wanted:
            row.position, row.month, row.title = wanted
            save_row(row, by=by, moment=moment)
    kept = {row.pk for row, _ in taken if row is not None}
    for row in stored.milestones.all():
        if row.pk not in kept:
            row._history_user = by  # type: ignore[attr-defined]  # simple_history reads it
            row.delete()
