"""Mail about what happened: opened, submitted, returned, endorsed, accepted, published.

Each function queues (`outbox`) in the transaction of the caller and never
sends. Who did something is not told of it. Who gets which mail, and why
ICT推進課 hears of 承認 only once a day: docs/decisions/0009-mail.md.
"""

import datetime
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import Department, User
from plan.fiscal import date_label, moment_label
from progress import workflow
from progress.actions.outbox import Draft, Listed, draft, queue
from progress.enums import EvaluationField, MailKind, Status
from progress.errors import CannotPublish
from progress.models import Evaluation, EvaluationEvent, OutboxMail, Round
from progress.queries.extensions import deadlines_of
from progress.queries.recipients import DEPARTMENT_ROLES, Post, by_person, posts


@dataclass(frozen=True)
class DepartmentWork:
    """What one department has to fill in, for one of its people."""

    name: str
    deadline: str
    actions: Listed


def tell_opened(round_: Round) -> None:
    """One mail to each 担当者 and 課長 of a department with 調書 in the round: which, and by when."""
    rows = Evaluation.objects.filter(round=round_).order_by("action__code")
    actions: dict[int, list[str]] = {}
    for department, code, title in rows.values_list("department", "action__code", "action__title"):
        actions.setdefault(department, []).append(f"{code} {title}")
    _tell_work(MailKind.OPENED, round_, actions, about=f"round-{round_.pk}", is_added=False)


def tell_added(round_: Round, evaluations: Sequence[Evaluation]) -> None:
    """The same of these 調書 alone, which came after the opening."""
    actions: dict[int, list[str]] = {}
    for each in evaluations:
        actions.setdefault(each.department_id, []).append(str(each))
    _tell_work(MailKind.OPENED, round_, actions, about=f"evaluation-{evaluations[0].pk}", is_added=True)


@dataclass(frozen=True)
class Handed:
    """A 調書 that went from one 課 to another; it holds the new one already."""

    evaluation: Evaluation
    before: Department
    after: Department


def tell_handed_over(round_: Round, moved: Collection[Handed], *, by: User) -> None:
    """One mail to each 担当者 and 課長 of the 課 that got 調書 and of those that gave them: which, and where they are.

    About the event of the first of them: what goes back later is told again.
    """
    gained, lost = _grouped(moved, lambda each: each.after), _grouped(moved, lambda each: each.before)
    deadlines = deadlines_of([round_])
    about = f"event-{_newest_event(moved)}"
    drafts = []
    found = posts(*DEPARTMENT_ROLES, on=timezone.localdate(), departments={*gained, *lost})
    for person, theirs in by_person(post for post in found if post.person.pk != by.pk).items():
        mine = {post.department.pk: post.department for post in theirs if post.department}
        context = {
            "round": round_,
            "roles": {post.role.value for post in theirs if post.department and post.department.pk in gained},
            "gained": [
                DepartmentWork(str(mine[key]), date_label(deadlines.of(round_, key)), Listed.of(map(_gained, rows)))
                for key, rows in gained.items()
                if key in mine
            ],
            "lost": [
                DepartmentWork(str(mine[key]), "", Listed.of(map(_lost, rows)))
                for key, rows in lost.items()
                if key in mine
            ],
        }
        drafts.append(draft(MailKind.HANDED_OVER, about, person, is_sample=round_.is_sample, context=context))
    queue(drafts)


def tell_replanned(events: Collection[EvaluationEvent]) -> None:
    """One mail to each 担当者 and 課長 for all 調書 of a round that got another plan."""
    if not events:
        return
    first = next(iter(events))
    actions = {key: [str(each.evaluation) for each in theirs] for key, theirs in _by_department(events).items()}
    _tell_work(MailKind.REPLANNED, first.evaluation.round, actions, about=_about(first))


def tell_transition(event: EvaluationEvent) -> None:
    """Mail about one event of the chain; 保存 and 取下げ are told to nobody.

    提出: the department's 課長. 承認: who submitted. 差戻し: the 担当者 and who
    submitted, by ICT推進課 the 課長 as well, who had endorsed. 確認: who
    submitted and the 課長.
    """
    match event.transition:
        case workflow.SUBMIT.name:
            _tell(event, MailKind.SUBMITTED, _people(event, Role.MANAGER))
        case workflow.ENDORSE.name:
            _tell(event, MailKind.ENDORSED, _people(event, submitter=event.evaluation.submitted_by_id))
        case workflow.RETURN_BY_MANAGER.name:
            _tell(event, MailKind.RETURNED, _people(event, Role.LIAISON, submitter=_last_submitter(event)))
        case workflow.RETURN_BY_STAFF.name:
            _tell(event, MailKind.RETURNED, _people(event, *DEPARTMENT_ROLES, submitter=_last_submitter(event)))
        case workflow.ACCEPT.name:
            tell_accepted([event])


def is_asked_still(mail: OutboxMail) -> bool:
    """Of a 承認の依頼 that waits in the outbox: whether the 調書 still waits for 承認 since that very 提出.

    Not when it was withdrawn, returned, endorsed or submitted anew, nor when it was handed over to another 課: those
    have mails of their own. After a 組織改編 it is: the people moved with the 調書.
    """
    asking = EvaluationEvent.objects.filter(
        evaluation__events=_event_of(mail.key),
        evaluation__status=Status.SUBMITTED,
        transition__in=[workflow.SUBMIT.name, workflow.HAND_OVER.name],
    )
    return asking.order_by("-at", "-pk").values_list("pk", flat=True).first() == _event_of(mail.key)


def tell_accepted(events: Collection[EvaluationEvent]) -> None:
    """確認, of one or of many at once: one mail to each person for all of a round that concerns them."""
    by_department = _by_department(events)
    found = posts(*DEPARTMENT_ROLES, on=timezone.localdate(), departments=by_department)
    drafts = []
    for person, theirs in by_person(found).items():
        mine: dict[Round, dict[int, EvaluationEvent]] = {}
        for post in theirs:
            for event in by_department[post.department.pk] if post.department else ():
                if _is_told_of_acceptance(event, post):
                    mine.setdefault(event.evaluation.round, {})[event.pk] = event
        drafts += [_accepted(round_, accepted, person) for round_, accepted in mine.items()]
    queue(drafts)


def tell_published(round_: Round) -> None:
    """One mail to everybody of the departments of the round, and to ICT推進課: publishing may happen by the clock."""
    departments = Evaluation.objects.filter(round=round_).order_by().values_list("department", flat=True).distinct()
    today = timezone.localdate()
    found = [*posts(*DEPARTMENT_ROLES, on=today, departments=set(departments)), *posts(Role.ICT_STAFF, on=today)]
    context = {"title": str(round_), **_where_to_read(round_, round_.get_absolute_url())}
    queue(
        draft(MailKind.PUBLISHED, f"round-{round_.pk}", person, is_sample=round_.is_sample, context=context)
        for person in by_person(found)
    )


def tell_not_published(round_: Round, missed: datetime.datetime, error: CannotPublish) -> None:
    """One mail to everybody of ICT推進課: the set moment came, and the round could not be published."""
    context = {
        "title": str(round_),
        "moment": moment_label(timezone.localtime(missed)),
        "undecided": Listed.of(error.undecided, total=error.undecided_total),
        "unreasoned": Listed.of(error.unreasoned),
        "address": f"{settings.PORTAL_URL}{reverse('desk:round_publish', args=[round_.slug])}",
    }
    about = f"round-{round_.pk}-{missed:%Y%m%d%H%M}"
    queue(
        draft(MailKind.NOT_PUBLISHED, about, person, is_sample=round_.is_sample, context=context)
        for person in by_person(posts(Role.ICT_STAFF, on=timezone.localdate()))
    )


def tell_published_late(events: Collection[EvaluationEvent]) -> None:
    """One mail to everybody of the departments: their exceptions of a round have been published after the others."""
    by_department = _by_department(events)
    found = posts(*DEPARTMENT_ROLES, on=timezone.localdate(), departments=by_department)
    drafts = []
    for person, theirs in by_person(found).items():
        departments = dict.fromkeys(post.department.pk for post in theirs if post.department)
        drafts.append(_published_late([each for key in departments for each in by_department[key]], person))
    queue(drafts)


# ── Steps ─────────────────────────────────────────────────────────────────────


def _grouped(moved: Iterable[Handed], department: Callable[[Handed], Department]) -> dict[int, list[Handed]]:
    found: dict[int, list[Handed]] = {}
    for each in moved:
        found.setdefault(department(each).pk, []).append(each)
    return found


def _gained(each: Handed) -> str:
    return f"{each.evaluation}（{Status(each.evaluation.status).label}。{each.before}から）"


def _lost(each: Handed) -> str:
    return f"{each.evaluation}（{each.after}へ）"


def _newest_event(moved: Iterable[Handed]) -> int:
    of_these = EvaluationEvent.objects.filter(evaluation=min(each.evaluation.pk for each in moved))
    return of_these.order_by("-pk").values_list("pk", flat=True)[0]


def _tell_work(
    kind: MailKind, round_: Round, actions: Mapping[int, Sequence[str]], *, about: str, **told: object
) -> None:
    """One mail to each 担当者 and 課長. `actions`: id of the department → what it has to fill in."""
    deadlines = deadlines_of([round_])
    drafts = []
    for person, theirs in by_person(posts(*DEPARTMENT_ROLES, on=timezone.localdate(), departments=actions)).items():
        departments = {post.department.pk: post.department for post in theirs if post.department}
        context = {
            "round": round_,
            **told,
            "roles": {post.role.value for post in theirs},
            "departments": [
                DepartmentWork(str(department), date_label(deadlines.of(round_, key)), Listed.of(actions[key]))
                for key, department in departments.items()
            ],
        }
        drafts.append(draft(kind, about, person, is_sample=round_.is_sample, context=context))
    queue(drafts)


def _by_department(events: Iterable[EvaluationEvent]) -> dict[int, list[EvaluationEvent]]:
    found: dict[int, list[EvaluationEvent]] = {}
    for event in events:
        found.setdefault(event.evaluation.department_id, []).append(event)
    return found


def _people(event: EvaluationEvent, *roles: Role, submitter: int | None = None) -> Iterable[User]:
    """Who has one of the roles in the department, and who submitted, if still there; not who did it."""
    found = posts(*DEPARTMENT_ROLES, on=timezone.localdate(), departments=[event.evaluation.department_id])
    return {
        post.person: None
        for post in found
        if (post.role in roles or post.person.pk == submitter) and post.person.pk != event.by_id
    }


def _last_submitter(event: EvaluationEvent) -> int | None:
    submissions = EvaluationEvent.objects.filter(
        evaluation=event.evaluation_id, transition=workflow.SUBMIT.name
    ).order_by("-at", "-pk")
    return submissions.values_list("by", flat=True).first()


def _tell(event: EvaluationEvent, kind: MailKind, people: Iterable[User]) -> None:
    context = _context(event)
    queue(
        draft(kind, _about(event), person, is_sample=event.evaluation.round.is_sample, context=context)
        for person in people
    )


def _about(event: EvaluationEvent) -> str:
    return f"event-{event.pk}"


def _event_of(key: str) -> int:
    """The id of the event a mail with this key is about."""
    return int(key.split(":")[1].removeprefix("event-"))


def _context(event: EvaluationEvent) -> dict[str, Any]:
    evaluation = event.evaluation
    deadline = deadlines_of([evaluation.round]).of(evaluation.round, evaluation.department_id)
    return {
        "event": event,
        "evaluation": evaluation,
        "round": evaluation.round,
        "by_staff": event.transition == workflow.RETURN_BY_STAFF.name,
        "fields": [EvaluationField(name).label for name in event.fields],
        "deadline": date_label(deadline),
        "is_late": _day(event.at) > deadline,
    }


def _day(moment: datetime.datetime) -> datetime.date:
    return timezone.localdate(moment)


def _published_late(events: Sequence[EvaluationEvent], person: User) -> Draft:
    """About the first of them, so that a second press queues no second mail."""
    first, round_ = events[0].evaluation, events[0].evaluation.round
    if len(events) == 1:
        context: dict[str, Any] = {
            "title": f"{round_}（{first}）",
            **_where_to_read(round_, first.action.get_absolute_url()),
        }
    else:
        context = {
            "title": f"{round_}の調書{len(events)}件",
            **_where_to_read(round_, round_.get_absolute_url()),
            "actions": Listed.of(str(each.evaluation) for each in events),
        }
    return draft(MailKind.PUBLISHED, _about(events[0]), person, is_sample=round_.is_sample, context=context)


def _where_to_read(round_: Round, path: str) -> dict[str, str]:
    """Of what is published: the address, or why nobody can read it now."""
    return {"public_url": f"{settings.PORTAL_URL}{path}", "why_not_public": round_.program.why_not_public}


def _is_told_of_acceptance(event: EvaluationEvent, post: Post) -> bool:
    """課長 of the department, and who submitted; not who accepted."""
    is_concerned = post.role == Role.MANAGER or event.evaluation.submitted_by_id == post.person.pk
    return is_concerned and event.by_id != post.person.pk


def _accepted(round_: Round, events: Mapping[int, EvaluationEvent], person: User) -> Draft:
    context = {
        "count": len(events),
        "round": round_,
        "actions": Listed.of(str(event.evaluation) for event in events.values()),
    }
    return draft(MailKind.ACCEPTED, f"event-{min(events)}", person, is_sample=round_.is_sample, context=context)
