"""調書 of actions that came into a round's year after it was opened."""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.enums import AuditKind
from accounts.models import User
from accounts.permissions import Permission
from plan.actions import wait_for_turn
from programs.models import Action
from progress.actions.locks import locked_round
from progress.actions.notices import tell_added
from progress.actions.opening import NAMED_IN_AUDIT, Report, batches, blank_all, no_report
from progress.errors import NotNow, NotYours
from progress.models import Evaluation, Round
from progress.queries.led_elsewhere import day_that_counts
from progress.queries.without_evaluations import addable


@dataclass(frozen=True)
class Added:
    """`evaluations` made, by code; `needless`: how many actions have one, are not of the year or led by nobody."""

    evaluations: Sequence[Evaluation]
    needless: int


@transaction.atomic
def add_evaluations(
    *,
    round: Round,
    actions: Collection[int],
    by: User,
    report: Report = no_report,
    at: datetime.datetime | None = None,
    today: datetime.date | None = None,
) -> Added:
    """Make the blank 調書 of those of the actions (keys) that have none, as opening the round would have.

    Effects, in order: (1) other writers of the plan wait, the round is locked; (2) a 調書 for each with its Plan part,
    targets and milestones, in the 課 that leads the action today; the deadline is that of the round or of the 課; (3)
    mail to the people of these departments is queued; (4) the audit trail has it. All or nothing, and nothing where all
    have one. Raises NotYours, NotNow unless the round is open.
    """
    if not by.may(Permission.OPEN_ROUND):
        raise NotYours("調書は、ICT推進課の職員が追加します。")
    moment = at or timezone.now()
    wait_for_turn()  # nobody changes the actions meanwhile
    stored = locked_round(round.pk)
    if not stored.is_open:
        raise NotNow("調書を追加できるのは、照会中の年度だけです。")
    wanted = set(actions)
    keys = [key for key in addable(stored, today).values_list("pk", flat=True) if key in wanted]
    added: list[Evaluation] = []
    day = day_that_counts(stored, today)
    for batch in batches(keys):
        report(len(added), len(keys))
        rows = Action.objects.filter(pk__in=batch).order_by("code")
        blank_all(stored, rows, leading_on=day, by=by, moment=moment)
        made = Evaluation.objects.filter(round=stored, action__in=batch).select_related("action")
        added += made.order_by("action__code")
    report(len(keys), len(keys))
    if added:
        tell_added(stored, added)
        audit.record(
            AuditKind.TRANSITION,
            by=by,
            about=f"調書の追加：{stored}",
            details={"件数": len(added), "取組": [str(each) for each in added[:NAMED_IN_AUDIT]]},
        )
    return Added(added, len(wanted) - len(keys))
