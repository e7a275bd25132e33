"""Saving a 調書 and moving it along the decision chain. The only writes of `Evaluation.status`."""

import datetime
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.text import Truncator

from accounts import audit
from accounts.enums import AuditKind
from accounts.models import User
from progress import permissions, workflow
from progress.actions import notices, proposals
from progress.actions.kept_sums import count_indicators
from progress.actions.locks import locked_evaluation
from progress.enums import EvaluationField, RoundState, Status
from progress.errors import Incomplete, NotNow, NotYours, ProgressError, ReasonRequired, StaleSave
from progress.models import Evaluation, EvaluationEvent
from progress.models.evaluation import LONGEST_DEPARTMENTS
from progress.queries.filling import entries_of, missing_of
from progress.queries.versions import is_only_replanned, values_at
from progress.workflow import Deed, Transition

ANSWER_FIELDS = (
    "plan_change",
    "results",
    "settlement",
    "grade_id",
    "grade_reason",
    "outcomes",
    "problems",
    "environment_change",
    "outlook_id",
    "outlook_reason",
    "next_plan",
    "next_budget",
)
INDICATOR_FIELDS = ("actual", "no_actual_reason", "next_target", "target_change_reason")
MILESTONE_FIELDS = ("reached", "note")

_UNKNOWN = object()
_CHANGED_SINCE = "確認の画面を開いた後に変わりました。内容を読んでから、もう一度確認してください。"


@dataclass(frozen=True)
class Answers:
    """What a person filled in: values by field name, and by the id of the row for indicators and milestones."""

    values: Mapping[str, Any] = field(default_factory=dict)
    indicators: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    milestones: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Refused:
    """A 調書 that a bulk operation passed over, and why."""

    evaluation: Evaluation
    reason: str


@transaction.atomic
def save_evaluation(
    *,
    evaluation: Evaluation,
    answers: Answers,
    by: User,
    expected_version: int,
    on_record: bool = True,
    at: datetime.datetime | None = None,
) -> Evaluation:
    """Store what was filled in; the state stays. Returns the 調書 as it is stored now.

    Effects, in order: (1) the 調書 is locked; (2) changed fields and rows are
    saved with history and the version grows by one; (3) a 保存 event, unless
    `on_record` is false (autosave). Nothing is written when nothing changed.
    Where nothing but the plan was copied anew since `expected_version`, what
    was filled in is saved, and targets nobody touched follow the plan. Raises
    NotYours, NotNow, StaleSave (saved by somebody else since
    `expected_version`: nothing is written, both can be shown).
    """
    stored = locked_evaluation(evaluation.pk)
    check(workflow.SAVE, stored, by)
    is_replanned = is_only_replanned(stored, since=expected_version)
    if is_replanned:
        answers = touched(answers, stored, version=expected_version)
    changed = apply_answers(stored, answers)
    if stored.version != expected_version and not is_replanned:
        if not changed:
            return stored  # the same text again: a second click or the back button
        raise StaleSave(Evaluation.objects.with_everything().get(pk=stored.pk))
    if not changed:
        return stored
    moment = at or timezone.now()
    stored.version += 1
    stored.saved_at, stored.saved_by = moment, by
    for instance in (stored, *(row for row in changed if row is not stored)):
        save_row(instance, by=by, moment=moment)
    if on_record:
        record_event(stored, workflow.SAVE, by=by, before=Status(stored.status), at=moment)
    return stored


@transaction.atomic
def perform(
    *,
    evaluation: Evaluation,
    transition: Transition,
    by: User,
    comment: str = "",
    fields: Sequence[EvaluationField] = (),
    expected_version: int | None = None,
    at: datetime.datetime | None = None,
    tell: bool = True,
) -> EvaluationEvent:
    """Do one transition of the table other than 保存, 公表 and 訂正, which have verbs of their own.

    Effects, in order: (1) the 調書 is locked; (2) its state, time and person are
    saved with history; (3) the event is recorded, with the comment and the
    fields it points at; (4) what was proposed for the next year follows: made
    by 確認, taken back by 差戻し; (5) mail to those whom it concerns is queued,
    unless `tell` is false; (6) the audit trail has it. Raises NotYours, NotNow,
    ReasonRequired, Incomplete, StaleSave (the text is no longer the one that
    was read: `expected_version`).
    """
    if transition in {workflow.SAVE, workflow.PUBLISH, workflow.CORRECT}:
        raise ValueError(f"{transition.name} has a verb of its own.")
    stored = locked_evaluation(evaluation.pk)
    check(transition, stored, by)
    if expected_version is not None and stored.version != expected_version:
        raise StaleSave(stored)
    if transition.needs_reason and not comment.strip():
        raise ReasonRequired(transition.noun)
    if transition.needs_complete and (lacking := missing_of(stored, entries_of(stored.round))):
        raise Incomplete(lacking)
    before = Status(stored.status)
    moment = at or timezone.now()
    move(stored, transition.goes_to(before), by=by, moment=moment)
    save_row(stored, by=by, moment=moment)
    event = record_event(stored, transition, by=by, before=before, at=moment, comment=comment, fields=fields)
    if stored.status == Status.ACCEPTED:
        proposals.propose(evaluation=stored, by=by)
    elif before is Status.ACCEPTED:
        proposals.take_back(evaluation=stored, by=by)
    if tell:
        notices.tell_transition(event)
    audit.record(
        AuditKind.TRANSITION,
        by=by,
        about=f"{transition.noun}：{stored.round} {stored}",
        details={"前の状態": before.label, "後の状態": stored.get_status_display()},
    )
    return event


def accept_many(
    *,
    evaluations: Iterable[Evaluation],
    by: User,
    seen_at: datetime.datetime | None = None,
    at: datetime.datetime | None = None,
) -> tuple[list[EvaluationEvent], list[Refused]]:
    """確認 of many at once: each in a transaction of its own; what cannot be accepted is listed with the reason.

    `seen_at`: when the person was shown them. What was returned and endorsed
    again since, or is saved after `evaluations` were read, is refused. The mail
    about them is queued at the end, however it ends: one to each person, not
    one for each 調書.
    """

    def accept(evaluation: Evaluation) -> EvaluationEvent:
        return _accept_seen(evaluation, by=by, seen_at=seen_at, at=at)

    return one_by_one(evaluations, accept, changed_since=_CHANGED_SINCE, tell=notices.tell_accepted)


def one_by_one(
    evaluations: Iterable[Evaluation],
    deed: Callable[[Evaluation], EvaluationEvent],
    *,
    changed_since: str = "",
    tell: Callable[[Collection[EvaluationEvent]], None],
) -> tuple[list[EvaluationEvent], list[Refused]]:
    """Do the deed to each, and `tell` of those done at the end, however it ends.

    What is refused is listed with the reason: `changed_since` for StaleSave, where the deed raises it.
    """
    done: list[EvaluationEvent] = []
    refused: list[Refused] = []
    try:
        for evaluation in evaluations:
            try:
                done.append(deed(evaluation))
            except StaleSave:
                refused.append(Refused(evaluation, changed_since))
            except ProgressError as error:
                refused.append(Refused(evaluation, str(error)))
    finally:
        tell(done)
    return done, refused


def _accept_seen(
    evaluation: Evaluation, *, by: User, seen_at: datetime.datetime | None, at: datetime.datetime | None
) -> EvaluationEvent:
    """The text of what waits for 確認 changes only by way of a 差戻し, and then it is endorsed anew."""
    if seen_at and evaluation.is_endorsed and evaluation.endorsed_at and evaluation.endorsed_at > seen_at:
        raise StaleSave(evaluation)
    version = evaluation.version if seen_at else None
    return perform(
        evaluation=evaluation, transition=workflow.ACCEPT, by=by, at=at, tell=False, expected_version=version
    )


def touched(answers: Answers, stored: Evaluation, *, version: int) -> Answers:
    """Without the next year's targets that stand as they stood in the version. Three queries."""
    before = values_at(stored, version)
    rows = {
        key: {name: value for name, value in given.items() if before.get((key, name), _UNKNOWN) != value}
        for key, given in answers.indicators.items()
    }
    return replace(answers, indicators=rows)


def check(transition: Transition, evaluation: Evaluation, by: User) -> None:
    """Raise NotYours or NotNow: first who, then when."""
    if reason := permissions.refusal(by, transition, evaluation):
        raise NotYours(reason)
    reason = workflow.refusal(
        transition,
        status=Status(evaluation.status),
        round_state=RoundState(evaluation.round.state),
        is_exception=evaluation.is_exception,
    )
    if reason:
        raise NotNow(reason)


def demand_staff(transition: Transition, evaluation: Evaluation | None, by: User) -> None:
    """Raise NotYours unless the person is of those in ICT推進課 who do the transition."""
    if reason := permissions.staff_refusal(by, transition, evaluation):
        raise NotYours(reason)


# ── Steps, which corrections take as well ─────────────────────────────────────────────────────────────────────


def apply_answers(stored: Evaluation, answers: Answers) -> list[models.Model]:
    """Give the stored rows the new values, and count the indicators; returns those that somebody changed."""
    changed: list[models.Model] = []
    if _set(stored, {name: value for name, value in answers.values.items() if name in ANSWER_FIELDS}):
        changed.append(stored)
    for row in stored.indicators.all():
        given = answers.indicators.get(row.pk, {})
        if _set(row, {name: value for name, value in given.items() if name in INDICATOR_FIELDS}):
            changed.append(row)
    for milestone in stored.milestones.all():
        given = answers.milestones.get(milestone.pk, {})
        if _set(milestone, {name: value for name, value in given.items() if name in MILESTONE_FIELDS}):
            changed.append(milestone)
    count_indicators(stored)
    return changed


def _set(instance: models.Model, values: Mapping[str, Any]) -> bool:
    differing = {name: value for name, value in values.items() if getattr(instance, name) != value}
    for name, value in differing.items():
        setattr(instance, name, value)
    return bool(differing)


def move(evaluation: Evaluation, status: Status, *, by: User, moment: datetime.datetime) -> None:
    """Give the 調書 its new state, and the time and person that go with it."""
    evaluation.status = status
    match status:
        case Status.SUBMITTED:
            evaluation.submitted_at, evaluation.submitted_by = moment, by
        case Status.ENDORSED:
            evaluation.endorsed_at, evaluation.endorsed_by = moment, by
        case Status.ACCEPTED:
            evaluation.accepted_at, evaluation.accepted_by = moment, by
        case Status.DRAFT | Status.RETURNED:
            evaluation.submitted_at = evaluation.submitted_by = None
            evaluation.endorsed_at = evaluation.endorsed_by = None
            evaluation.accepted_at = evaluation.accepted_by = None


def save_row(instance: models.Model, *, by: User, moment: datetime.datetime) -> None:
    instance._history_user = by  # type: ignore[attr-defined]  # simple_history reads these
    instance._history_date = moment  # type: ignore[attr-defined]
    instance.save()


def record_event(
    evaluation: Evaluation,
    transition: Transition | Deed,
    *,
    by: User,
    before: Status,
    at: datetime.datetime,
    comment: str = "",
    fields: Sequence[EvaluationField] = (),
) -> EvaluationEvent:
    event = event_of(evaluation, transition, by=by, before=before, at=at, comment=comment, fields=fields)
    event.save()
    return event


def event_of(
    evaluation: Evaluation,
    transition: Transition | Deed,
    *,
    by: User,
    before: Status,
    at: datetime.datetime,
    comment: str = "",
    fields: Sequence[EvaluationField] = (),
) -> EvaluationEvent:
    """Not saved yet: for who records many at once."""
    return EvaluationEvent(
        evaluation=evaluation,
        transition=transition.name,
        label=transition.noun,
        from_status=before,
        to_status=evaluation.status,
        by=by,
        by_name=by.name,
        department_name=_departments_of(by),
        comment=comment.strip(),
        fields=[EvaluationField(each).value for each in fields],
        version=evaluation.version,
        at=at,
    )


def _departments_of(person: User) -> str:
    """As many of their names as an event holds."""
    names = sorted({str(membership.department) for membership in person.valid_memberships if membership.department})
    return Truncator("、".join(names)).chars(LONGEST_DEPARTMENTS)
