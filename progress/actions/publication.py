"""公表: what was accepted becomes a frozen snapshot that the public sees, now or at a set time."""

import datetime
import logging
from collections.abc import Iterator, Mapping
from itertools import islice

from django.db import transaction
from django.utils import timezone
from simple_history.utils import bulk_update_with_history

from accounts import audit
from accounts.enums import AuditKind
from accounts.models import User
from accounts.permissions import Permission
from plan.actions import bump_content_version, wait_for_turn
from programs.models import ActionYear, IndicatorYear
from progress.actions.evaluations import save_row
from progress.actions.freezing import freeze_measures, frozen_evaluation
from progress.actions.locks import locked_round
from progress.actions.notices import tell_not_published, tell_published
from progress.actions.opening import BATCH, Report, no_report
from progress.documents import index_publication
from progress.enums import PublicationKind, RoundState, Status
from progress.errors import CannotPublish, NotNow, NotYours
from progress.models import (
    Evaluation,
    EvaluationEvent,
    EvaluationIndicator,
    MeasureEvaluation,
    Publication,
    PublishedEvaluation,
    Round,
)
from progress.queries.filling import entries_of
from progress.queries.plan_background import backgrounds_of
from progress.queries.snapshot_rows import snapshot_rows, undecided, unreasoned
from progress.snapshots import frame_data
from progress.workflow import PUBLISH

logger = logging.getLogger("portal.publication")

SHOWN_PROBLEMS = 50


@transaction.atomic
def schedule(*, round: Round, by: User, publish_at: datetime.datetime) -> Round:
    """Set the moment from which the round is public; `manage.py publish_due` does it then.

    Nothing is public before. Effects: (1) the round's `publish_at` and who
    answers for it; (2) the audit trail has it. Raises NotYours, NotNow (also for a moment that has gone
    by), CannotPublish when something stands in the way today.
    """
    _demand_permission(by)
    wait_for_turn()
    stored = _publishable(round)
    if publish_at <= timezone.now():
        raise NotNow("公表の予定には、これからの日時を入力してください。すぐなら「今すぐ公表する」を選びます。")
    if (stored.publish_at, stored.published_by) == (publish_at, by):
        return stored
    stored.publish_at, stored.published_by = publish_at, by
    save_row(stored, by=by, moment=timezone.now())
    moment = timezone.localtime(publish_at)
    _record(stored, by, "公表の予定", {"公表する日時": f"{moment:%Y-%m-%d %H:%M}"})
    return stored


@transaction.atomic
def unschedule(*, round: Round, by: User) -> Round:
    """Take the set moment back, if there is one; the audit trail has it.

    Raises NotYours, NotNow when the round is public already.
    """
    stored = locked_round(round.pk)
    _demand_permission(by)
    if stored.state == RoundState.PUBLISHED:
        raise NotNow(f"{stored}は、すでに公表しています。")
    if stored.publish_at is None:
        return stored
    stored.publish_at = stored.published_by = None
    save_row(stored, by=by, moment=timezone.now())
    _record(stored, by, "公表の予定の取消し")
    return stored


@transaction.atomic
def publish(*, round: Round, by: User, report: Report = no_report, at: datetime.datetime | None = None) -> Publication:
    """Make the round public. All or nothing.

    Effects, in order: (1) the round is locked and becomes PUBLISHED; (2) a
    `Publication` with the frame of the year; (3) a frozen row for each 調書 —
    whole where it was accepted, the plan and the reason only where it is an
    exception — and for each measure with its sums; (4) accepted 調書 become
    PUBLISHED, each with its event; (5) settlements and actual values go into
    the yearly plans; (6) search finds what was published; (7) the content
    version grows; (8) mail to everybody of the departments and of ICT推進課 is
    queued; (9) the audit trail has it. Raises NotYours, NotNow, CannotPublish.
    """
    _demand_permission(by)
    wait_for_turn()
    return _made_public(_publishable(round), by=by, moment=at or timezone.now(), report=report)


def _made_public(stored: Round, *, by: User, moment: datetime.datetime, report: Report) -> Publication:
    """The effects of `publish`; the round is locked."""
    stored.state, stored.published_at, stored.published_by = RoundState.PUBLISHED, moment, by
    save_row(stored, by=by, moment=moment)
    publication = Publication.objects.create(
        round=stored,
        number=1,
        kind=PublicationKind.FIRST,
        made_at=moment,
        by=by,
        frame=frame_data(stored, entries_of(stored)),
    )
    _freeze_all(stored, publication, by=by, report=report)
    freeze_measures(stored, publication)
    index_publication(publication)
    bump_content_version()
    tell_published(stored)
    audit.record(AuditKind.PUBLISHED, by=by, about=f"公表：{stored}", path=stored.get_absolute_url())
    return publication


def publish_due(
    now: datetime.datetime | None = None, report: Report = no_report
) -> list[tuple[Round, Publication | Exception]]:
    """Publish every round whose set moment has come; for `manage.py publish_due`.

    Who set the moment is on record as who published, whatever they may do by
    now: they could when they set it. A round that cannot be published
    (something was returned since) is reported with what stands in the way, and
    its moment is taken back: it must not become public by surprise days later.
    One that fails, be it in taking back its moment, is left as it is for the
    next run. The others are published all the same. Running twice at once
    publishes once.
    """
    moment = now or timezone.now()
    done: list[tuple[Round, Publication | Exception]] = []
    due = Round.objects.filter(state=RoundState.OPEN, publish_at__lte=moment)
    for round_ in due.order_by("publish_at"):
        try:
            done.append((round_, _published_or_called_off(round_, moment, report)))
        except NotNow:
            continue  # another process was faster, or the moment was taken back just now
        except Exception as error:  # whatever it is, it must not keep other rounds from their moment
            logger.exception("Publishing round %s failed.", round_.slug)
            done.append((round_, error))
    return done


def _published_or_called_off(round_: Round, now: datetime.datetime, report: Report) -> Publication | CannotPublish:
    try:
        return _publish_when_due(round_, now, report)
    except CannotPublish:
        return _call_off(round_, now)


@transaction.atomic
def _publish_when_due(round_: Round, now: datetime.datetime, report: Report) -> Publication:
    wait_for_turn()
    stored = _publishable(round_)
    by = stored.published_by
    if by is None or stored.publish_at is None or stored.publish_at > now:
        raise NotNow(f"{stored}の公表の予定は、取りやめられています。")
    return _made_public(stored, by=by, moment=timezone.now(), report=report)


@transaction.atomic
def _call_off(round_: Round, now: datetime.datetime) -> CannotPublish:
    """Take back the moment that came in vain; ICT推進課 gets a mail, the audit trail has it.

    Returns what stands in the way. Raises NotNow where nothing does any more — the last 確認 may have come since —
    or the moment was taken back: the next run looks again.
    """
    wait_for_turn()
    try:
        stored = _publishable(round_)
    except CannotPublish as error:
        stored, refused = locked_round(round_.pk), error
    else:
        raise NotNow(f"{stored}は、公表できるようになりました。")
    by, missed = stored.published_by, stored.publish_at
    if by is None or missed is None or missed > now:
        raise NotNow(f"{stored}の公表の予定は、取りやめられています。")
    stored.publish_at = stored.published_by = None
    save_row(stored, by=by, moment=timezone.now())
    tell_not_published(stored, missed, refused)
    _record(stored, by, "公表の予定の取消し（公表できない状態で日時が来たため）")
    return refused


# ── Steps ─────────────────────────────────────────────────────────────────────


def _demand_permission(by: User) -> None:
    if not by.may(Permission.PUBLISH):
        raise NotYours("公表は、ICT推進課の職員が行います。")


def _publishable(round_: Round) -> Round:
    """The round, locked; raises where it cannot be published now."""
    stored = locked_round(round_.pk)
    if stored.state == RoundState.PUBLISHED:
        raise NotNow(f"{stored}は、すでに公表しています。公表のページで、公表した日時を確かめてください。")
    if stored.state != RoundState.OPEN:
        raise NotNow(f"{stored}は「{stored.get_state_display()}」のため、公表できません。")
    # Whoever is saving or moving a 調書 or a 施策評価 finishes first; whoever comes later sees the published round.
    for model in (Evaluation, MeasureEvaluation):
        rows = model._default_manager.select_for_update(of=("self",)).filter(round=stored).order_by("pk")
        list(rows.values_list("pk", flat=True))
    waiting, bare = undecided(stored), unreasoned(stored)
    first = [f"{row.department} {row.action}（{row.get_status_display()}）" for row in waiting[:SHOWN_PROBLEMS]]
    if first or bare:
        raise CannotPublish(first, undecided_total=waiting.count(), unreasoned=[str(row) for row in bare])
    return stored


def _record(stored: Round, by: User, deed: str, details: Mapping[str, object] | None = None) -> None:
    audit.record(AuditKind.TRANSITION, by=by, about=f"{deed}：{stored}", details=details)


def _freeze_all(round_: Round, publication: Publication, *, by: User, report: Report) -> None:
    evaluations = Evaluation.objects.filter(round=round_).order_by("action__code")
    total = evaluations.count()
    rows = snapshot_rows(evaluations).iterator(chunk_size=BATCH)
    done = 0
    report(done, total)
    while batch := list(islice(rows, BATCH)):
        backgrounds = backgrounds_of(batch)
        PublishedEvaluation.objects.bulk_create(
            [frozen_evaluation(row, publication, background=backgrounds.get(row.pk)) for row in batch]
        )
        _mark_published([row for row in batch if row.status == Status.ACCEPTED], publication, by=by)
        record_actuals([row for row in batch if row.status == Status.PUBLISHED], round_, by=by)
        done += len(batch)
        report(done, total)


def _mark_published(evaluations: list[Evaluation], publication: Publication, *, by: User) -> None:
    for evaluation in evaluations:
        evaluation.status = Status.PUBLISHED
    bulk_update_with_history(
        evaluations, Evaluation, ["status"], batch_size=BATCH, default_user=by, default_date=publication.made_at
    )
    EvaluationEvent.objects.bulk_create(_publish_events(evaluations, publication, by))


def _publish_events(evaluations: list[Evaluation], publication: Publication, by: User) -> Iterator[EvaluationEvent]:
    for evaluation in evaluations:
        yield EvaluationEvent(
            evaluation=evaluation,
            transition=PUBLISH.name,
            label=PUBLISH.noun,
            from_status=Status.ACCEPTED,
            to_status=Status.PUBLISHED,
            by=by,
            by_name=by.name,
            version=evaluation.version,
            at=publication.made_at,
        )


def record_actuals(evaluations: list[Evaluation], round_: Round, *, by: User) -> None:
    """Put settlements and actual values of published 調書 into the yearly plans, with history.

    A constant number of queries. Not before publication: nothing of a 調書 may be read elsewhere until then.
    """
    by_action = {evaluation.action_id: evaluation for evaluation in evaluations}
    plans = list(ActionYear.objects.filter(action__in=by_action, year=round_.year))
    for plan in plans:
        plan.settlement = by_action[plan.action_id].settlement
    values = _values_with_actuals(evaluations, round_.year)
    options = {"batch_size": BATCH, "default_user": by}
    if plans:
        bulk_update_with_history(plans, ActionYear, ["settlement"], **options)
    if values:
        bulk_update_with_history(values, IndicatorYear, ["actual"], **options)


def _values_with_actuals(evaluations: list[Evaluation], year: int) -> list[IndicatorYear]:
    rows: dict[int, EvaluationIndicator] = {
        row.indicator_id: row for evaluation in evaluations for row in evaluation.indicators.all()
    }
    values = list(IndicatorYear.objects.filter(indicator__in=rows, position=year))
    for value in values:
        value.actual = rows[value.indicator_id].actual
    return values
