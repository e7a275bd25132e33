"""Mail about deadlines: once a day by itself (`manage.py send_reminders`), and 催促 when ICT推進課 asks for it."""

import datetime
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.enums import AuditKind, Role
from accounts.models import Department, User
from accounts.permissions import Permission
from plan.fiscal import date_label
from progress.actions.outbox import Draft, Listed, draft, queue
from progress.business_days import add_business_days, business_days_between, is_business_day
from progress.deadlines import TimeLeft, time_left
from progress.enums import MailKind, RoundState, Status
from progress.errors import NotNow, NotYours
from progress.models import OutboxMail, Round
from progress.queries.extensions import Deadlines, deadlines_of
from progress.queries.outstanding import Outstanding, Waiting, open_rounds, outstanding, outstanding_due, waiting
from progress.queries.recipients import DEPARTMENT_ROLES, Post, by_person, posts

BUSINESS_DAYS_BEFORE = (7, 3, 1)
BUSINESS_DAYS_AFTER = (1, 5, 10)
Owed = dict[tuple[int, int], list[Outstanding]]
"""(round id, department id) → what it owes."""


@dataclass(frozen=True)
class Section:
    """What one department owes in one round, as far as it concerns the reader."""

    round: Round
    department: Department
    left: TimeLeft
    to_fill_in: Listed
    to_endorse: Listed
    evaluations: frozenset[int]

    @property
    def count(self) -> int:
        return len(self.evaluations)

    @property
    def deadline_label(self) -> str:
        return date_label(self.left.deadline)


@dataclass(frozen=True)
class ToAccept:
    """What waits for ICT推進課 in one round."""

    round: Round
    departments: Listed
    count: int


@dataclass(frozen=True)
class Chased:
    """What became of a 催促: mails queued, and departments with something to do but nobody to write to."""

    queued: list[Draft]
    already_today: int
    unreachable: list[Department]

    @property
    def people(self) -> int:
        return len({draft.to.pk for draft in self.queued})


@transaction.atomic
def send_reminders(today: datetime.date | None = None) -> list[Draft]:
    """Queue the reminders of the day; returns those that were not queued before.

    Effects: (1) at most one mail to each person, for all open rounds: to 担当者
    what is to be filled in, to 課長 what is to be endorsed, 7, 3 and 1
    business days before the deadline of their department and 1, 5 and 10
    after it; to ICT推進課 what waits for 確認, when something was endorsed since
    the business day before. Nothing on days on which the city hall is closed,
    and nothing new when it is called again on the same day.
    """
    day = today or timezone.localdate()
    if not is_business_day(day):
        return []
    return queue(_digests(day))


def reminder_as_of_now(mail: OutboxMail) -> Draft | None:
    """What a reminder that waits in the outbox has to say now; None where its day is over or nothing is to be done."""
    day = _day_of(mail)
    if day < timezone.localdate():
        return None
    return next(iter(_digests(day, to=mail.to)), None)


@transaction.atomic
def remind(
    *, round: Round, departments: Collection[Department], by: User, today: datetime.date | None = None
) -> Chased:
    """催促: ask those of the departments whose turn it is, whatever the deadline; once a day for a person and 課.

    Effects: (1) one mail for each 課 to each 担当者 with something to fill in and each 課長
    with something to endorse; (2) the audit trail has it, where there was anything to send. Raises NotYours, NotNow
    where the round is not open.
    """
    if not by.may(Permission.OPEN_ROUND):
        raise NotYours("催促は、ICT推進課の職員が行います。")
    stored = Round.objects.select_related("program").get(pk=round.pk)
    if stored.state != RoundState.OPEN:
        raise NotNow(f"{stored}は「{stored.get_state_display()}」のため、催促できません。")
    day = today or timezone.localdate()
    owed = _grouped(outstanding(stored, [department.pk for department in departments]))
    deadlines = deadlines_of([stored])
    people = by_person(posts(*DEPARTMENT_ROLES, on=day, departments=[department.pk for department in departments]))
    drafts = []
    reached: set[int] = set()
    for person, theirs in people.items():
        if sections := _sections([stored], theirs, owed, deadlines, day):
            reached.update(*(section.evaluations for section in sections))
            drafts += [
                _chase(stored, person, [each], about=f"round-{stored.pk}-{each.department.pk}:{day.isoformat()}")
                for each in sections
            ]
    queued = queue(drafts)
    asked = {draft.to.pk for draft in queued}
    if queued:
        facts = {"所管課": [str(department) for department in departments], "人数": len(asked)}
        audit.record(AuditKind.TRANSITION, by=by, about=f"催促：{stored}", details=facts)
    missed = {key for (_, key), rows in owed.items() if not reached.issuperset(row.pk for row in rows)}
    return Chased(
        queued, len({draft.to.pk for draft in drafts} - asked), [each for each in departments if each.pk in missed]
    )


def chase_as_of_now(mail: OutboxMail) -> Draft | None:
    """What a 催促 that waits in the outbox has to say now; None where nothing is left to do for this person.

    A 課 that took over the one it was for, by a 組織改編, is asked in its place.
    """
    round_id, department_id = _round_and_department_of(mail)
    stored = Round.objects.select_related("program").get(pk=round_id)
    day = timezone.localdate()
    heirs = Department.objects.filter(predecessors=department_id, predecessors__valid_to__lt=day)
    departments = [department_id, *heirs.values_list("pk", flat=True)]
    owed = _grouped(outstanding(stored, departments))
    theirs = posts(*DEPARTMENT_ROLES, on=day, departments=departments, of=mail.to)
    sections = _sections([stored], theirs, owed, deadlines_of([stored]), day)
    return _chase(stored, mail.to, sections, about=_about(mail)) if sections else None


# ── Steps ─────────────────────────────────────────────────────────────────────


def _digests(day: datetime.date, *, to: User | None = None) -> list[Draft]:
    """The reminders of the day as the 調書 stand now, one for each person; `to`: that of this person alone."""
    rounds = open_rounds()
    deadlines = deadlines_of(rounds)
    found = posts(*DEPARTMENT_ROLES, on=day, of=to)
    departments = {post.department.pk for post in found if post.department}
    owed = _grouped(outstanding_due(rounds, deadlines, _days_reminded_of(day), departments=departments))
    before = add_business_days(day, -1)
    people, staff = by_person(found), by_person(posts(Role.ICT_STAFF, on=day, of=to))
    to_accept = _to_accept(rounds, waiting(rounds, since=_midnight(before), until=_midnight(day))) if staff else []
    drafts = []
    for person in dict.fromkeys([*people, *staff]):
        sections = _sections(rounds, people.get(person, ()), owed, deadlines, day)
        to_read = to_accept if person in staff else []
        if sections or to_read:
            drafts.append(_digest(day, person, sections, to_read))
    return drafts


def _days_reminded_of(today: datetime.date) -> set[datetime.date]:
    """The deadlines of which people are reminded today; a day on which the city hall is closed may be among them."""
    wanted = {*BUSINESS_DAYS_BEFORE, *(-count for count in BUSINESS_DAYS_AFTER)}
    first = add_business_days(today, -max(BUSINESS_DAYS_AFTER) - 1)
    last = add_business_days(today, max(BUSINESS_DAYS_BEFORE) + 1)
    days = (first + datetime.timedelta(days=offset) for offset in range((last - first).days + 1))
    return {day for day in days if business_days_between(today, day) in wanted}


def _grouped(rows: Iterable[Outstanding]) -> Owed:
    owed: Owed = {}
    for row in rows:
        owed.setdefault((row.round_id, row.department_id), []).append(row)
    return owed


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))


def _sections(
    rounds: Sequence[Round],
    theirs: Sequence[Post],
    owed: Owed,
    deadlines: Deadlines,
    today: datetime.date,
) -> list[Section]:
    """What concerns the person of these posts, the earliest deadline first."""
    departments = {post.department.pk: post.department for post in theirs if post.department}
    sections = []
    for round_ in rounds:
        for key, department in departments.items():
            duties = [post for post in theirs if post.department == department]
            rows = owed.get((round_.pk, key), ())
            mine = [row for row in rows if any(row.is_for(post.person.pk, post.role) for post in duties)]
            if mine:
                sections.append(_section(round_, department, mine, deadlines.of(round_, key), today))
    return sorted(sections, key=lambda section: section.left.deadline)


def _section(
    round_: Round, department: Department, rows: list[Outstanding], deadline: datetime.date, today: datetime.date
) -> Section:
    return Section(
        round=round_,
        department=department,
        left=time_left(deadline, today),
        to_fill_in=Listed.of(_line(row) for row in rows if row.role == Role.LIAISON),
        to_endorse=Listed.of(_line(row) for row in rows if row.role == Role.MANAGER),
        evaluations=frozenset(row.pk for row in rows),
    )


def _line(row: Outstanding) -> str:
    return f"{row.action}（差し戻されています）" if row.status == Status.RETURNED else row.action


def _to_accept(rounds: Sequence[Round], rows: Sequence[Waiting]) -> list[ToAccept]:
    found = []
    for round_ in rounds:
        mine = [row for row in rows if row.round_id == round_.pk]
        if mine:
            lines = Listed.of(f"{row.department}　{row.count}件" for row in mine)
            found.append(ToAccept(round_, lines, sum(row.count for row in mine)))
    return found


def _digest(day: datetime.date, person: User, sections: list[Section], to_accept: list[ToAccept]) -> Draft:
    context: dict[str, Any] = {
        "sections": sections,
        "to_accept": to_accept,
        "overdue": sum(section.count for section in sections if section.left.is_late),
        "due": sum(section.count for section in sections if not section.left.is_late),
        "waiting": sum(each.count for each in to_accept),
    }
    rounds = {section.round for section in sections} | {each.round for each in to_accept}
    is_sample = any(round_.is_sample for round_ in rounds)
    return draft(MailKind.REMINDER, day.isoformat(), person, is_sample=is_sample, context=context)


def _chase(round_: Round, person: User, sections: Sequence[Section], *, about: str) -> Draft:
    context = {"round": round_, "sections": sections, "count": sum(section.count for section in sections)}
    return draft(MailKind.CHASE, about, person, is_sample=round_.is_sample, context=context)


def _about(mail: OutboxMail) -> str:
    """What the key of the mail says between its kind and whom it is for (`outbox.draft`)."""
    return mail.key.split(":", 1)[1].rpartition(":")[0]


def _day_of(mail: OutboxMail) -> datetime.date:
    return datetime.date.fromisoformat(_about(mail))


def _round_and_department_of(mail: OutboxMail) -> tuple[int, int]:
    round_id, department_id = _about(mail).partition(":")[0].removeprefix("round-").split("-")
    return int(round_id), int(department_id)
