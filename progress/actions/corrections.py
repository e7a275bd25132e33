"""訂正: a new snapshot beside the earlier ones, with a 正誤 that says what was wrong, what is right and why."""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts import audit
from accounts.enums import AuditKind
from accounts.models import User
from plan.actions import bump_content_version, wait_for_turn
from progress import workflow
from progress.actions import proposals
from progress.actions.evaluations import (
    Answers,
    Refused,
    apply_answers,
    check,
    demand_staff,
    move,
    one_by_one,
    record_event,
    save_row,
)
from progress.actions.freezing import freeze_measures, frozen_again
from progress.actions.locks import locked_evaluation, locked_round
from progress.actions.measures import MEASURE_FIELDS
from progress.actions.notices import tell_published_late
from progress.actions.publication import record_actuals
from progress.documents import index_publication
from progress.enums import PublicationKind, RoundState, Status
from progress.errors import BareRating, NothingToCorrect, NotNow, ReasonRequired, StaleSave
from progress.models import (
    Correction,
    Evaluation,
    EvaluationEvent,
    MeasureEvaluation,
    Publication,
    PublishedEvaluation,
    Round,
)
from progress.queries.filling import entries_of
from progress.queries.first_frame import first_frame, in_words_of
from progress.queries.snapshot_rows import snapshot_rows
from progress.snapshot_differences import Change, evaluation_differences, measure_differences
from progress.snapshots import entry_data, frame_data

_LATE = "後からの公表"
_CHANGED_SINCE = "確かめる画面を開いた後に変わりました。内容を読んでから、もう一度操作してください。"


@transaction.atomic
def correct_evaluation(
    *,
    evaluation: Evaluation,
    answers: Answers,
    by: User,
    reason: str,
    expected_version: int,
    at: datetime.datetime | None = None,
) -> Correction:
    """Correct what is published of one 調書.

    Effects, in order: (1) the 調書 is locked and gets the right values, with
    history and a 訂正 event; a next year's plan that still waits follows; (2) a
    `Publication` of kind CORRECTION; (3) a new frozen row, current in place of
    the one before, which stays; (4) the measure's sums likewise where they
    change; (5) settlement and actual values of the yearly plan; (6) the
    `Correction`; (7) search finds the new words and no longer the old ones;
    (8) the content version grows; (9) the audit trail has it. Raises NotYours,
    NotNow, ReasonRequired, StaleSave, NothingToCorrect.
    """
    round_ = _held(evaluation.round_id)
    stored = locked_evaluation(evaluation.pk)
    check(workflow.CORRECT, stored, by)
    _demand_reason(reason)
    changed = apply_answers(stored, answers)
    is_stale = stored.version != expected_version
    if not changed:
        raise NothingToCorrect(is_made=is_stale)
    if is_stale:
        raise StaleSave(Evaluation.objects.with_everything().get(pk=stored.pk))
    moment = at or timezone.now()
    stored.version += 1
    for instance in (stored, *(row for row in changed if row is not stored)):
        save_row(instance, by=by, moment=moment)
    record_event(stored, workflow.CORRECT, by=by, before=Status.PUBLISHED, at=moment, comment=reason)
    proposals.renew(evaluation=stored, by=by)
    return _publish_again(stored, round_, by=by, reason=reason, moment=moment)


@transaction.atomic
def publish_late(
    *,
    evaluation: Evaluation,
    by: User,
    reason: str,
    expected_version: int | None = None,
    at: datetime.datetime | None = None,
) -> Correction:
    """Publish a 調書 that was an exception when its round was published and has been accepted since.

    Effects as for a correction, the 調書 becomes PUBLISHED, and mail to its department is queued. Raises NotYours,
    NotNow, ReasonRequired, StaleSave where another version of it was looked over (None: nobody did).
    """
    correction, event = _publish_late(evaluation, by=by, reason=reason, expected_version=expected_version, at=at)
    tell_published_late([event])
    return correction


def publish_late_many(
    *, evaluations: Iterable[Evaluation], by: User, reason: str, seen_at: datetime.datetime
) -> tuple[int, list[Refused]]:
    """`publish_late` for each, in a transaction of its own: how many are public now, and the others with why.

    `seen_at`: when the person was shown them. What was accepted anew since, or is saved after `evaluations` were
    read, is refused. Each person gets one mail about all, queued at the end, however it ends. Raises ReasonRequired.
    """
    _demand_reason(reason, _LATE)

    def publish(evaluation: Evaluation) -> EvaluationEvent:
        return _publish_seen(evaluation, by=by, reason=reason, seen_at=seen_at)

    done, refused = one_by_one(evaluations, publish, changed_since=_CHANGED_SINCE, tell=tell_published_late)
    return len(done), refused


@transaction.atomic
def correct_measure(
    *,
    evaluation: MeasureEvaluation,
    values: Mapping[str, Any],
    by: User,
    reason: str,
    expected_version: int,
    at: datetime.datetime | None = None,
) -> Correction:
    """Correct a published 施策評価; `values` by field name.

    Effects, in order: (1) the 施策評価 gets the right values, with history; (2)
    a CORRECTION publication (an ADDITION where nothing was written); (3) a new frozen row; (4) the `Correction`; (5)
    search follows; (6) the content version grows. Raises as `correct_evaluation`, and BareRating.
    """
    round_ = _held(evaluation.round_id)
    demand_staff(workflow.CORRECT, None, by)
    if round_.state != RoundState.PUBLISHED:
        raise NotNow("訂正できるのは、公表した年度の施策評価だけです。")
    _demand_reason(reason)
    stored = MeasureEvaluation.objects.select_related("rating", "measure__policy__plan").get(pk=evaluation.pk)
    is_stale = stored.version != expected_version
    frame = first_frame(round_)
    before = _measure_words(stored, frame)
    for name in MEASURE_FIELDS:
        setattr(stored, name, values.get(name, getattr(stored, name)))
    changes = measure_differences(before, _measure_words(stored, frame))
    if not changes:
        raise NothingToCorrect(is_made=is_stale)
    if is_stale:
        raise StaleSave(MeasureEvaluation.objects.get(pk=stored.pk))
    if stored.lacks_reason:
        raise BareRating
    moment = at or timezone.now()
    stored.version += 1
    stored.saved_at, stored.saved_by = moment, by
    save_row(stored, by=by, moment=moment)
    # Where nothing was written when the round was published, nothing was wrong.
    kind = PublicationKind.CORRECTION if any(before.values()) else PublicationKind.ADDITION
    publication = _next_publication(round_, by=by, moment=moment, kind=kind)
    freeze_measures(round_, publication)
    return _correct(
        publication,
        changes,
        reason,
        measure_evaluation=stored,
        title=str(stored.measure),
        path=f"{round_.get_absolute_url()}measures/{stored.measure.code}/",
    )


# ── Steps ─────────────────────────────────────────────────────────────────────


def _held(round_id: int) -> Round:
    """One publisher at a time; plan's turn first, then the round, then the 調書: nobody waits in a circle."""
    wait_for_turn()
    return locked_round(round_id)


def _demand_reason(reason: str, noun: str = "訂正") -> None:
    if not reason.strip():
        raise ReasonRequired(noun)


def _publish_seen(evaluation: Evaluation, *, by: User, reason: str, seen_at: datetime.datetime) -> EvaluationEvent:
    """The text of what is 確認済み changes only by way of a 差戻し, and then it is accepted anew."""
    if evaluation.accepted_at and evaluation.accepted_at > seen_at:
        raise StaleSave(evaluation)
    _, event = _publish_late(evaluation, by=by, reason=reason, expected_version=evaluation.version)
    return event


@transaction.atomic
def _publish_late(
    evaluation: Evaluation,
    *,
    by: User,
    reason: str,
    expected_version: int | None,
    at: datetime.datetime | None = None,
) -> tuple[Correction, EvaluationEvent]:
    round_ = _held(evaluation.round_id)
    stored = locked_evaluation(evaluation.pk)
    demand_staff(workflow.PUBLISH, stored, by)
    if stored.status == Status.PUBLISHED:
        raise NotNow(f"調書『{stored}』は、すでに公表しています。")
    if round_.state != RoundState.PUBLISHED or stored.status != Status.ACCEPTED:
        raise NotNow("後から公表できるのは、公表した年度の例外で、確認が済んだ調書だけです。")
    _demand_reason(reason, _LATE)
    if expected_version not in {None, stored.version}:
        raise StaleSave(stored)
    moment = at or timezone.now()
    move(stored, Status.PUBLISHED, by=by, moment=moment)
    save_row(stored, by=by, moment=moment)
    event = record_event(stored, workflow.PUBLISH, by=by, before=Status.ACCEPTED, at=moment, comment=reason)
    kind = PublicationKind.ADDITION
    return _publish_again(stored, round_, by=by, reason=reason, moment=moment, kind=kind), event


def _publish_again(
    stored: Evaluation,
    round_: Round,
    *,
    by: User,
    reason: str,
    moment: datetime.datetime,
    kind: PublicationKind = PublicationKind.CORRECTION,
) -> Correction:
    evaluation = snapshot_rows(Evaluation.objects.filter(pk=stored.pk)).get()
    publication = _next_publication(round_, by=by, moment=moment, kind=kind)
    before = PublishedEvaluation.objects.get(evaluation=evaluation, is_current=True)
    after = frozen_again(evaluation, before, publication)
    changes = evaluation_differences(before.data, after.data)
    if not changes:
        raise NothingToCorrect
    PublishedEvaluation.objects.filter(pk=before.pk).update(is_current=False)
    after.save()
    freeze_measures(round_, publication)
    record_actuals([evaluation], round_, by=by)
    return _correct(
        publication,
        changes,
        reason,
        evaluation=evaluation,
        title=str(before),
        path=evaluation.action.get_absolute_url(),
    )


def _next_publication(round_: Round, *, by: User, moment: datetime.datetime, kind: PublicationKind) -> Publication:
    last = Publication.objects.filter(round=round_).aggregate(last=Max("number"))["last"] or 0
    return Publication.objects.create(
        round=round_,
        number=last + 1,
        kind=kind,
        made_at=moment,
        by=by,
        frame=frame_data(round_, entries_of(round_)),
    )


def _correct(publication: Publication, changes: list[Change], reason: str, **of: Any) -> Correction:
    correction = Correction.objects.create(publication=publication, changes=changes, reason=reason.strip(), **of)
    index_publication(publication)
    bump_content_version()
    is_addition = publication.kind == PublicationKind.ADDITION
    audit.record(
        AuditKind.PUBLISHED if is_addition else AuditKind.CORRECTED,
        by=publication.by,
        about=f"{publication.get_kind_display()}：{publication.round} {correction}",
        path=correction.path,
        details={
            "理由": correction.reason,
            f"{'加えた' if is_addition else '訂正した'}項目": [change["label"] for change in changes],
        },
    )
    return correction


def _measure_words(evaluation: MeasureEvaluation, frame: Mapping[str, Any]) -> dict[str, Any]:
    in_words_of(frame, evaluation.rating)
    return {
        "rating": entry_data(evaluation.rating),
        **{name: getattr(evaluation, name) for name in MEASURE_FIELDS if name != "rating_id"},
    }
