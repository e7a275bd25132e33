"""Opening a round: one blank 調書 for every action in force, all or nothing."""

import datetime
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.urls import reverse
from django.utils import timezone
from simple_history.utils import bulk_create_with_history

from accounts import audit
from accounts.enums import AuditKind
from accounts.models import User
from accounts.permissions import Permission
from plan.actions import wait_for_turn
from plan.fiscal import date_label, fiscal_year_label
from plan.models import Measure
from programs.models import Action, ActionOwner
from programs.queries.first_of import FirstOf, first_of
from progress.actions.locks import locked_round
from progress.actions.notices import tell_opened
from progress.default_scale import ENTRIES, NAME, NOTE
from progress.enums import RoundState
from progress.errors import CannotOpen, NotNow, NotYours, Obstacle
from progress.models import (
    Evaluation,
    EvaluationIndicator,
    EvaluationMilestone,
    Guidance,
    MeasureEvaluation,
    Round,
    Scale,
    ScaleEntry,
)
from progress.queries.guidance import guidance_texts
from progress.queries.led_elsewhere import day_that_counts
from progress.queries.plan_parts import PlanPart, plan_lookups, plan_parts
from progress.queries.without_evaluations import actions_to_open

BATCH = 500
# A record names so many of those that came by one press.
NAMED_IN_AUDIT = 50
SHOWN_PROBLEMS = 20
Row = TypeVar("Row")
Report = Callable[[int, int], None]
"""Told (done, total) while a long operation runs; may raise to stop it, and nothing is left half done."""


def no_report(done: int, total: int) -> None:
    """For who does not watch."""


@transaction.atomic
def ensure_default_scale() -> Scale:
    """The city's own scale, made where it is missing; what staff changed in it stays."""
    scale, is_new = Scale.objects.get_or_create(name=NAME, defaults={"note": NOTE})
    if is_new:
        for position, entry in enumerate(ENTRIES, start=1):
            ScaleEntry.objects.create(
                scale=scale,
                kind=entry.kind,
                position=position,
                symbol=entry.symbol,
                label=entry.label,
                min_rate=entry.min_rate,
                needs_reason=entry.needs_reason,
                ends_action=entry.ends_action,
            )
    return scale


@transaction.atomic
def open_round(*, round: Round, by: User, report: Report = no_report, at: datetime.datetime | None = None) -> Round:
    """照会を始める: one blank 調書 for every action in force in the round's year.

    Effects, in order: (1) other writers of the plan wait, the round is locked and becomes OPEN; (2) 記入要領 is
    copied from the newest round before, or from the defaults; (3) a 調書 for
    each action with its Plan part from the yearly plan, targets, milestones
    and the department that leads the action on the day of the press, or on the
    round's first day where that is later; (4) an empty
    施策評価 for each measure; (5) mail to the people of the departments is
    queued; (6) the audit trail has it. All or nothing. Raises NotYours,
    NotNow, CannotOpen.
    """
    if not by.may(Permission.OPEN_ROUND):
        raise NotYours("照会は、ICT推進課の職員が始めます。")
    moment = at or timezone.now()
    wait_for_turn()  # nobody changes the actions meanwhile
    stored = locked_round(round.pk)
    if stored.state != RoundState.PLANNED:
        raise NotNow(f"{stored}の照会は、すでに始まっています。")
    actions, day = actions_to_open(stored), day_that_counts(stored, timezone.localdate(moment))
    if (problems := opening_problems(stored, actions, actions.count(), leading_on=day)).total:
        raise CannotOpen(problems.shown, total=problems.total)
    stored.state, stored.opened_at, stored.opened_by = RoundState.OPEN, moment, by
    stored._history_user = by  # type: ignore[attr-defined]  # simple_history reads it
    stored.save()
    _copy_guidance(stored)
    blank_all(stored, actions, leading_on=day, by=by, moment=moment, report=report)
    measures = Measure.objects.filter(policy__plan=stored.program.plan_id)
    MeasureEvaluation.objects.bulk_create(MeasureEvaluation(round=stored, measure=measure) for measure in measures)
    tell_opened(stored)
    audit.record(AuditKind.TRANSITION, by=by, about=f"照会の開始：{stored}")
    return stored


def opening_problems(round_: Round, actions: QuerySet[Action], total: int, *, leading_on: datetime.date) -> FirstOf:
    """Why these actions, of which there are `total`, could not be opened; the first as an `Obstacle` each.

    One query.
    """
    if not total:
        year = fiscal_year_label(round_.year)
        sentence = f"{round_.program}には、{year}に実施する取組がありません。先に取組を登録してください。"
        listed = f"{reverse('admin:programs_action_changelist')}?program__id__exact={round_.program_id}"
        return FirstOf(1, [Obstacle(sentence, listed)])
    leads = ActionOwner.objects.filling_in_on(leading_on).filter(action=OuterRef("pk"))
    found = first_of(actions.filter(~Exists(leads)), SHOWN_PROBLEMS)
    return FirstOf(found.total, [_nobody_leads(action, leading_on) for action in found.shown])


def _nobody_leads(action: Action, leading_on: datetime.date) -> Obstacle:
    """It leads to the owners in the form of the action."""
    day = date_label(leading_on)
    sentence = f"取組『{action}』には、{day}に有効な主管課がありません。その日にある課を、所管課に登録してください。"
    return Obstacle(sentence, f"{reverse('admin:programs_action_change', args=[action.pk])}#owners-group")


def _copy_guidance(round_: Round) -> None:
    present = set(round_.guidances.values_list("field", flat=True))
    Guidance.objects.bulk_create(
        Guidance(round=round_, field=field, text=text)
        for field, text in guidance_texts(round_).items()
        if field.value not in present
    )


def blank_all(
    round_: Round,
    actions: QuerySet[Action],
    *,
    leading_on: datetime.date,
    by: User,
    moment: datetime.datetime,
    report: Report = no_report,
) -> None:
    """A blank 調書 with its Plan part for each of the actions, in the 課 that leads it on the day: there is one."""
    total = actions.count()
    leads = ActionOwner.objects.filling_in_on(leading_on).order_by("position", "pk")
    with_leads = actions.prefetch_related(*plan_lookups(round_), Prefetch("owners", leads, to_attr="leads"))
    rows: Iterator[Action] = with_leads.iterator(chunk_size=BATCH)
    done = 0
    report(done, total)
    for batch in batches(rows):
        _blank_batch(round_, batch, by=by, moment=moment)
        done += len(batch)
        report(done, total)


def batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    every = iter(rows)
    while batch := list(islice(every, BATCH)):
        yield batch


def _blank_batch(round_: Round, batch: list[Action], *, by: User, moment: datetime.datetime) -> None:
    parts = plan_parts(batch, round_)
    options = {"batch_size": BATCH, "default_user": by, "default_date": moment}
    blanks = [_blank(round_, action, parts[action.pk]) for action in batch]
    evaluations = bulk_create_with_history(blanks, Evaluation, **options)
    pairs = [(evaluation, parts[evaluation.action_id]) for evaluation in evaluations]
    milestones = [row for evaluation, part in pairs for row in _milestones(evaluation, part)]
    indicators = [row for evaluation, part in pairs for row in _indicators(evaluation, part)]
    bulk_create_with_history(milestones, EvaluationMilestone, **options)
    bulk_create_with_history(indicators, EvaluationIndicator, **options)


def _blank(round_: Round, action: Action, part: PlanPart) -> Evaluation:
    lead = action.leads[0]  # type: ignore[attr-defined]  # fetched by blank_all; who asks has seen that there is one
    return Evaluation(
        round=round_,
        action=action,
        direction_id=action.main_direction_id,
        department_id=lead.department_id,
        plan_copied_at=timezone.now(),
        planned_work=part.work,
        planned_budget=part.budget,
    )


def _milestones(evaluation: Evaluation, part: PlanPart) -> list[EvaluationMilestone]:
    return [
        EvaluationMilestone(evaluation=evaluation, position=row.position, month=row.month, title=row.title)
        for row in part.milestones
    ]


def _indicators(evaluation: Evaluation, part: PlanPart) -> list[EvaluationIndicator]:
    return [
        EvaluationIndicator(
            evaluation=evaluation,
            indicator=row.indicator,
            position=row.indicator.position,
            target=row.target,
            planned_next_target=row.next_target,
            next_target=row.next_target,
        )
        for row in part.targets
    ]
