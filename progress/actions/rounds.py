"""What goes with an open round: extensions, release to the committee, exceptions."""

import datetime

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.enums import AuditKind
from accounts.models import Department, User
from progress import permissions, workflow
from progress.actions.locks import locked_evaluation, locked_round
from progress.enums import RoundState, Status
from progress.errors import NotNow, NotYours, ReasonRequired
from progress.models import Evaluation, Extension, Round


@transaction.atomic
def extend(*, round: Round, department: Department, deadline: datetime.date, reason: str, by: User) -> Extension:
    """Give one department a later deadline (a business day); a second extension replaces the first.

    Effects: (1) the extension is saved, with history. Raises ReasonRequired,
    NotNow for a published round, ValidationError for the day.
    """
    if not reason.strip():
        raise ReasonRequired("期限の延長")
    stored = locked_round(round.pk)
    if stored.state == RoundState.PUBLISHED:
        raise NotNow("公表した年度の期限は延ばせません。")
    extension = Extension.objects.filter(round=stored, department=department).first() or Extension(
        round=stored, department=department
    )
    extension.deadline, extension.reason = deadline, reason.strip()
    extension.full_clean(validate_unique=False, validate_constraints=False)
    extension._history_user = by  # type: ignore[attr-defined]  # simple_history reads it
    extension.save()
    return extension


@transaction.atomic
def release_to_committee(*, round: Round, by: User, at: datetime.datetime | None = None) -> Round:
    """Let committee viewers read what is accepted of this round. Raises NotNow where it is not open."""
    stored = locked_round(round.pk)
    if stored.state == RoundState.PLANNED:
        raise NotNow("照会を始めてから、会議に公開してください。")
    stored.released_at, stored.released_by = at or timezone.now(), by
    return _save_round(stored, by, "会議への公開")


@transaction.atomic
def withdraw_from_committee(*, round: Round, by: User) -> Round:
    """Hide the round from committee viewers again; what is published stays public."""
    stored = locked_round(round.pk)
    stored.released_at = stored.released_by = None
    return _save_round(stored, by, "会議への公開の取りやめ")


@transaction.atomic
def set_exception(*, evaluation: Evaluation, by: User, reason: str) -> Evaluation:
    """List a 調書 as an exception, so that the round can be published without it; an empty reason takes it off.

    The reason is published. Raises NotYours, NotNow once the round is published or the 調書 accepted.
    """
    stored = locked_evaluation(evaluation.pk)
    if refused := permissions.refusal(by, workflow.PUBLISH, stored):
        raise NotYours(refused)
    if stored.round.state != RoundState.OPEN:
        raise NotNow("例外にできるのは、照会中の調書だけです。")
    if reason.strip() and stored.status == Status.ACCEPTED:
        raise NotNow("確認が済んでいる調書は、例外にする必要がありません。")
    stored.exception_reason = reason.strip()
    stored._history_user = by  # type: ignore[attr-defined]  # simple_history reads it
    stored.save()
    return stored


# ── Steps ─────────────────────────────────────────────────────────────────────


def _save_round(stored: Round, by: User, deed: str) -> Round:
    stored._history_user = by  # type: ignore[attr-defined]  # simple_history reads it
    stored.save()
    audit.record(AuditKind.TRANSITION, by=by, about=f"{deed}：{stored}")
    return stored
