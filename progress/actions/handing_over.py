"""調書 follow their action: where another 課 leads it now, that one fills in."""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from simple_history.utils import bulk_update_with_history

from accounts import audit
from accounts.enums import AuditKind
from accounts.models import Department, User
from accounts.permissions import Permission
from plan.actions import wait_for_turn
from programs.models import ActionOwner
from progress import workflow
from progress.actions.evaluations import Refused, event_of
from progress.actions.locks import locked_round
from progress.actions.notices import Handed, tell_handed_over
from progress.actions.opening import BATCH, NAMED_IN_AUDIT, Report, batches, no_report
from progress.actions.reorganisation import end_idle_extensions, hand_on_extensions
from progress.enums import Status
from progress.errors import NotYours
from progress.models import Evaluation, EvaluationEvent, Round
from progress.queries.led_elsewhere import led_elsewhere

_CHANGED_SINCE = "画面を開いた後に、所管課の登録が変わりました。移る先を見てから、もう一度操作してください。"


@dataclass(frozen=True)
class HandedOver:
    """`moved`: which went from where to where; `needless`: how many are with who leads them, or are published."""

    moved: Sequence[Handed]
    refused: Sequence[Refused]
    needless: int


@transaction.atomic
def hand_over(
    *,
    round: Round,
    keys: Collection[int],
    by: User,
    seen_at: datetime.datetime | None = None,
    report: Report = no_report,
    at: datetime.datetime | None = None,
    today: datetime.date | None = None,
) -> HandedOver:
    """Give those of the 調書 that are not published, and whose action another 課 leads today, to that 課.

    State and text stay; what waits for 承認 waits for the 課長 of the new 課. Effects, in order: (1) other writers of
    the plan wait, the round and the 調書 are locked; (2) `Evaluation.department`, with history, and an event each;
    (3) a 課 that has ended hands its extension on, as a 組織改編 does: any other keeps it for what stays there;
    (4) mail to the people of both 課; (5) the audit trail has it. All or nothing, and nothing where nothing is to move.
    Refused is what had its owners changed after `seen_at`, when the person was shown where it goes. Raises NotYours.
    """
    if not by.may(Permission.OPEN_ROUND):
        raise NotYours("調書は、ICT推進課の職員が主管課に移します。")
    wait_for_turn()  # nobody changes the owners meanwhile
    stored, wanted = locked_round(round.pk), set(keys)
    held = led_elsewhere(stored, today).select_for_update(of=("self",)).order_by("pk")
    found = [each for each in held if each.pk in wanted]
    moment = at or timezone.now()  # what was done to them before the locks was done before
    changed = _owners_changed_since(seen_at, {each.action_id for each in found})
    moving = [each for each in found if each.action_id not in changed]
    refused = [Refused(each, _CHANGED_SINCE) for each in found if each.action_id in changed]
    moved = _moved(moving, by=by, moment=moment, report=report)
    if moved:
        day = today or timezone.localdate()
        ended = [each for each in moved if each.before.has_ended(day)]
        hand_on_extensions({(stored.pk, each.before.pk, each.after.pk) for each in ended}, by=by)
        end_idle_extensions({(stored.pk, each.before.pk) for each in ended}, by=by)
        tell_handed_over(stored, moved, by=by)
        audit.record(
            AuditKind.TRANSITION,
            by=by,
            about=f"{workflow.HAND_OVER.noun}：{stored}",
            details={"件数": len(moved), "調書": [_in_words(each) for each in moved[:NAMED_IN_AUDIT]]},
        )
    return HandedOver(moved, refused, len(wanted) - len(found))


# ── Steps ─────────────────────────────────────────────────────────────────────


def _owners_changed_since(moment: datetime.datetime | None, actions: Collection[int]) -> set[int]:
    if moment is None:
        return set()
    saves = ActionOwner.history.filter(history_date__gt=moment).values_list("action", flat=True)
    return set(actions).intersection(saves)


def _moved(rows: Sequence[Any], *, by: User, moment: datetime.datetime, report: Report) -> list[Handed]:
    departments = Department.objects.in_bulk({key for each in rows for key in (each.department_id, each.lead)})
    moved: list[Handed] = []
    for batch in batches(rows):
        report(len(moved), len(rows))
        handed = [Handed(each, departments[each.department_id], departments[each.lead]) for each in batch]
        for each in handed:
            each.evaluation.department = each.after
        bulk_update_with_history(
            batch, Evaluation, ["department"], batch_size=BATCH, default_user=by, default_date=moment
        )
        EvaluationEvent.objects.bulk_create(_event(each, by=by, moment=moment) for each in handed)
        moved += handed
    report(len(moved), len(rows))
    return moved


def _event(handed: Handed, *, by: User, moment: datetime.datetime) -> EvaluationEvent:
    status = Status(handed.evaluation.status)
    comment = f"取組の主管課が変わったため、{handed.before}から{handed.after}に移しました。"
    return event_of(handed.evaluation, workflow.HAND_OVER, by=by, before=status, at=moment, comment=comment)


def _in_words(handed: Handed) -> str:
    return f"{handed.evaluation}：{handed.before} → {handed.after}"
