"""What goes with a round: its days, 記入要領, extensions, release to the committee, exceptions."""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.enums import AuditKind
from accounts.models import Department, User
from accounts.permissions import Permission
from plan.actions import wait_for_turn
from plan.fiscal import date_label
from progress import permissions, workflow
from progress.actions.evaluations import Refused, record_event, save_row
from progress.actions.locks import locked_evaluation, locked_round
from progress.actions.opening import ensure_default_scale
from progress.enums import EvaluationField, RoundState, Status
from progress.errors import NotNow, NotYours, ReasonRequired
from progress.models import Evaluation, Extension, Guidance, Round
from progress.queries.left_out import exception_problem

OPEN_ROUND_FIELDS = ("deadline",)
"""What of a round may still change once its 調書 are out; before, everything may."""


@transaction.atomic
def prepare_round(*, round: Round, by: User) -> Round:
    """Add a round, validated and unsaved; it is in preparation and nobody but staff knows of it.

    Without a scale it gets the city's own, made where it is missing. The audit trail has it. Raises NotYours,
    ValidationError where another click has added the same round meanwhile.
    """
    _demand_permission(by)
    wait_for_turn()
    if round.scale_id is None:
        round.scale = ensure_default_scale()
    _demand_free(round)
    return _save_round(round, by, "評価年度の準備")


@transaction.atomic
def change_round(*, round: Round, values: Mapping[str, Any], by: User) -> tuple[Round, list[Extension]]:
    """Give a round other days, another year or scale; of an open one the deadline alone.

    Returns it, and the extensions that went. Effects, in order: (1) the round
    is locked and its fields are saved, with history; (2) extensions that are
    no longer later than the deadline go; (3) the audit trail has it. Raises
    NotYours, NotNow for a published round and for what an open one has fixed,
    ValidationError where another round got the year or the address meanwhile,
    or the days no longer go together.
    """
    _demand_permission(by)
    wait_for_turn()
    stored = locked_round(round.pk)
    if stored.state == RoundState.PUBLISHED:
        raise NotNow("公表した年度の設定は変えられません。")
    differing = {name: value for name, value in values.items() if getattr(stored, name) != value}
    if stored.state == RoundState.OPEN and not set(differing) <= set(OPEN_ROUND_FIELDS):
        raise NotNow("照会を始めた年度で変えられるのは、提出期限だけです。")
    if not differing:
        return stored, []
    changes: dict[str, object] = {}
    for name, value in differing.items():
        label = str(Round._meta.get_field(name).verbose_name)  # type: ignore[union-attr]  # a field of its own
        changes[label] = f"{getattr(stored, name)} → {value}"
        setattr(stored, name, value)
    _demand_free(stored)
    save_row(stored, by=by, moment=timezone.now())
    overtaken = list(stored.extensions.filter(deadline__lte=stored.deadline).select_related("department"))
    for extension in overtaken:
        delete_extension(extension, by)
    if overtaken:
        changes["なくなった延長"] = [str(extension.department) for extension in overtaken]
    _record(stored, by, "評価年度の設定の変更", changes)
    return stored, overtaken


@transaction.atomic
def write_guidance(*, round: Round, texts: Mapping[EvaluationField, str], by: User) -> int:
    """Keep the 記入要領 of a round; "" shows none at the field. Returns how many differ from before.

    Effects: (1) the rows that differ are saved, with history; (2) the audit trail
    has it. Raises NotNow for a published round.
    """
    _demand_permission(by)
    stored = locked_round(round.pk)
    if stored.state == RoundState.PUBLISHED:
        raise NotNow("公表した年度の記入要領は変えられません。")
    present = {row.field: row for row in stored.guidances.all()}
    changed = 0
    for field, text in texts.items():
        row = present.get(field.value) or Guidance(round=stored, field=field)
        if row.pk is not None and row.text == text:
            continue
        row.text = text
        row._history_user = by  # type: ignore[attr-defined]  # simple_history reads it
        row.save()
        changed += 1
    if changed:
        _record(stored, by, "記入要領の変更", {"項目の数": changed})
    return changed


@transaction.atomic
def extend(*, round: Round, department: Department, deadline: datetime.date, reason: str, by: User) -> Extension:
    """Give one department a later deadline (a business day); a second extension replaces the first.

    Effects: (1) the extension is saved, with history; (2) the audit trail has it; neither where it says so
    already. Raises ReasonRequired, NotNow for a published round, ValidationError for the day.
    """
    _demand_permission(by)
    if not reason.strip():
        raise ReasonRequired("期限の延長")
    stored = locked_round(round.pk)
    if stored.state == RoundState.PUBLISHED:
        raise NotNow("公表した年度の期限は延ばせません。")
    extension = Extension.objects.filter(round=stored, department=department).first() or Extension(
        round=stored, department=department
    )
    if (extension.deadline, extension.reason) == (deadline, reason.strip()):
        return extension
    extension.deadline, extension.reason = deadline, reason.strip()
    extension.full_clean(validate_unique=False, validate_constraints=False)
    extension._history_user = by  # type: ignore[attr-defined]  # simple_history reads it
    extension.save()
    _record(
        stored, by, "提出期限の延長", {"所管課": str(department), "期限": date_label(deadline), "理由": reason.strip()}
    )
    return extension


@transaction.atomic
def end_extension(*, extension: Extension, by: User) -> None:
    """Take an extension back: the round's own deadline counts again. Raises NotNow for a published round.

    Nothing is done, and nothing goes on record, where another click was faster.
    """
    _demand_permission(by)
    stored = locked_round(extension.round_id)
    if stored.state == RoundState.PUBLISHED:
        raise NotNow("公表した年度の期限は変えられません。")
    if not Extension.objects.filter(pk=extension.pk).exists():
        return
    delete_extension(extension, by)
    _record(stored, by, "提出期限の延長の取消し", {"所管課": str(extension.department)})


@transaction.atomic
def release_to_committee(*, round: Round, by: User, at: datetime.datetime | None = None) -> Round:
    """Let committee viewers read what is accepted of this round; nothing is done where they may already.

    Raises NotYours, NotNow before it was opened.
    """
    _demand_permission(by, Permission.RELEASE_TO_COMMITTEE)
    stored = locked_round(round.pk)
    if stored.state == RoundState.PLANNED:
        raise NotNow("照会を始めてから、会議に公開してください。")
    if stored.released_at is not None:
        return stored
    stored.released_at, stored.released_by = at or timezone.now(), by
    return _save_round(stored, by, "会議への公開")


@transaction.atomic
def withdraw_from_committee(*, round: Round, by: User) -> Round:
    """Hide the round from committee viewers again, if they see it; what is published stays public. Raises NotYours."""
    _demand_permission(by, Permission.RELEASE_TO_COMMITTEE)
    stored = locked_round(round.pk)
    if stored.released_at is None:
        return stored
    stored.released_at = stored.released_by = None
    return _save_round(stored, by, "会議への公開の取りやめ")


@transaction.atomic
def set_exception(
    *, evaluation: Evaluation, by: User, reason: str, at: datetime.datetime | None = None, is_first: bool = False
) -> Evaluation:
    """List a 調書 as an exception, so that the round can be published without it; an empty reason takes it off.

    The reason is published; the 経過 and the audit trail have it. Nothing is done where it stands so already.
    Raises NotYours, NotNow once the round is published or the 調書 accepted, or where it has another reason already
    and this is to be its `is_first` one.
    """
    stored = locked_evaluation(evaluation.pk)
    if is_first and stored.is_exception and stored.exception_reason != reason.strip():
        raise NotNow(
            f"すでに例外です（理由：{stored.exception_reason}）。理由を変えるときは、「直す・外す」を押してください。"
        )
    if refused := permissions.refusal(by, workflow.PUBLISH, stored):
        raise NotYours(refused)
    if problem := exception_problem(stored, clears=not reason.strip()):
        raise NotNow(problem)
    if stored.exception_reason == reason.strip():
        return stored
    stored.exception_reason = reason.strip()
    stored._history_user = by  # type: ignore[attr-defined]  # simple_history reads it
    stored.save()
    deed = workflow.EXCEPT if stored.is_exception else workflow.EXCEPT_NO_MORE
    status = Status(stored.status)
    record_event(stored, deed, by=by, before=status, at=at or timezone.now(), comment=stored.exception_reason)
    _record(stored.round, by, deed.noun, {"取組": str(stored), "理由": stored.exception_reason})
    return stored


def set_exceptions(*, evaluations: Iterable[Evaluation], by: User, reason: str) -> tuple[int, list[Refused]]:
    """`set_exception` for each, in a transaction of its own; how many are exceptions now, and the others with why.

    The reason that somebody gave for one in the meantime stays.
    """
    count, refused = 0, []
    for evaluation in evaluations:
        try:
            set_exception(evaluation=evaluation, by=by, reason=reason, is_first=True)
        except NotNow as error:
            refused.append(Refused(evaluation, str(error)))
        else:
            count += 1
    return count, refused


# ── Steps ─────────────────────────────────────────────────────────────────────


def _demand_permission(by: User, permission: Permission = Permission.OPEN_ROUND) -> None:
    if not by.may(permission):
        raise NotYours("評価年度の設定は、ICT推進課の職員が行います。")


def _demand_free(round_: Round) -> None:
    """A form has looked before; whoever clicked at the same moment is told what they would have been told then."""
    round_.validate_constraints()
    round_.validate_unique()


def _save_round(stored: Round, by: User, deed: str) -> Round:
    save_row(stored, by=by, moment=timezone.now())
    _record(stored, by, deed)
    return stored


def _record(round_: Round, by: User, deed: str, details: Mapping[str, object] | None = None) -> None:
    audit.record(AuditKind.TRANSITION, by=by, about=f"{deed}：{round_}", details=details)


def delete_extension(extension: Extension, by: User | None) -> None:
    """With history."""
    extension._history_user = by  # type: ignore[attr-defined]  # simple_history reads it
    extension.delete()
