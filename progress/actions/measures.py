"""施策評価: ICT推進課's own evaluation of a measure, until the round is published."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.enums import AuditKind
from accounts.models import User
from accounts.permissions import Permission
from progress.enums import RoundState
from progress.errors import NotNow, NotYours, StaleSave
from progress.models import MeasureEvaluation

MEASURE_FIELDS = ("rating_id", "reason", "results", "problems", "outlook")


@transaction.atomic
def save_measure_evaluation(
    *,
    evaluation: MeasureEvaluation,
    values: Mapping[str, Any],
    by: User,
    expected_version: int,
    at: datetime.datetime | None = None,
) -> MeasureEvaluation:
    """Store a 施策評価; it may be incomplete. Returns it as stored now.

    Effects: (1) the row is locked; (2) changed fields are saved with history,
    the version grows by one; (3) the audit trail has it: a 施策評価 has no 経過
    of its own. Nothing is written when nothing changed. Raises
    NotYours, NotNow (published: correct it), StaleSave.
    """
    if not by.may(Permission.EVALUATE_MEASURES):
        raise NotYours("施策評価は、ICT推進課の職員が書きます。")
    MeasureEvaluation.objects.select_for_update().get(pk=evaluation.pk)
    stored = MeasureEvaluation.objects.select_related("round", "rating", "measure__policy").get(pk=evaluation.pk)
    if stored.round.state != RoundState.OPEN:
        raise NotNow("施策評価を書けるのは、照会中の年度だけです。公表した後は訂正します。")
    differing = {
        name: values[name] for name in MEASURE_FIELDS if name in values and getattr(stored, name) != values[name]
    }
    if not differing:
        return stored
    if stored.version != expected_version:
        raise StaleSave(stored)
    for name, value in differing.items():
        setattr(stored, name, value)
    stored.version += 1
    stored.saved_at, stored.saved_by = at or timezone.now(), by
    stored._history_user = by  # type: ignore[attr-defined]  # simple_history reads it
    stored.save()
    labels = [str(MeasureEvaluation._meta.get_field(name.removesuffix("_id")).verbose_name) for name in differing]  # type: ignore[union-attr]  # fields of its own
    audit.record(
        AuditKind.TRANSITION,
        by=by,
        about=f"施策評価の保存：{stored.round} {stored.measure}",
        details={"項目": labels},
    )
    return stored
