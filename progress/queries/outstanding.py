"""What still has to be done in open rounds, and by whom: for reminders and 催促."""

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Count, Q

from accounts.enums import Role
from progress.enums import RoundState, Status
from progress.models import Evaluation, Round
from progress.queries.extensions import Deadlines

# Who acts next, by state; what ICT推進課 has to accept is counted by `waiting`.
ACTS: dict[Status, Role] = {
    Status.DRAFT: Role.LIAISON,
    Status.RETURNED: Role.LIAISON,
    Status.SUBMITTED: Role.MANAGER,
}


def owed() -> Q:
    """調書 that a department still has to fill in or endorse; exceptions are excused."""
    return Q(status__in=ACTS, exception_reason="")


def is_owed(evaluation: Evaluation) -> bool:
    """The same of one 調書."""
    return evaluation.status in ACTS and not evaluation.exception_reason


def overdue(today: datetime.date) -> Q:
    """What is owed since before today, of 調書 with `due_on` (`queries.extensions.with_deadline`)."""
    return owed() & Q(due_on__lt=today)


def is_overdue(evaluation: Evaluation, today: datetime.date) -> bool:
    """The same of one 調書, read with `due_on`."""
    return is_owed(evaluation) and evaluation.due_on < today  # type: ignore[attr-defined]  # with_deadline


@dataclass(frozen=True)
class Outstanding:
    """One 調書 that somebody of its department has to fill in (LIAISON) or endorse (MANAGER, not who submitted)."""

    pk: int
    round_id: int
    department_id: int
    role: Role
    status: Status
    action: str
    submitted_by: int | None

    def is_for(self, person_id: int, role: Role) -> bool:
        return self.role == role and not (role == Role.MANAGER and self.submitted_by == person_id)


@dataclass(frozen=True)
class Waiting:
    """How many 調書 of one department in one round wait for ICT推進課."""

    round_id: int
    department: str
    count: int


def open_rounds() -> list[Round]:
    """The newest first. One query."""
    return list(Round.objects.filter(state=RoundState.OPEN).select_related("program"))


def outstanding(round_: Round, departments: Collection[int]) -> list[Outstanding]:
    """What the departments still owe, exceptions left out: those are excused. One query."""
    return _outstanding(Q(round=round_, department__in=departments))


def outstanding_due(
    rounds: Iterable[Round],
    deadlines: Deadlines,
    days: Collection[datetime.date],
    *,
    departments: Collection[int] | None = None,
) -> list[Outstanding]:
    """What these departments (None: all) owe by one of the days, an extension counting for its own. One query."""
    due = Q(pk__in=())
    for round_ in rounds:
        extended = {department: day for (of, department), day in deadlines.extended.items() if of == round_.pk}
        later = [department for department, day in extended.items() if day in days]
        due |= Q(round=round_, department__in=later)
        if round_.deadline in days:
            due |= Q(round=round_) & ~Q(department__in=list(extended))
    return _outstanding(due if departments is None else due & Q(department__in=departments))


def waiting(rounds: Iterable[Round], *, since: datetime.datetime, until: datetime.datetime) -> list[Waiting]:
    """What waits for ICT推進課 in the rounds where something was endorsed from `since` to before `until`. One query."""
    rows = (
        Evaluation.objects.filter(round__in=[round_.pk for round_ in rounds], status=Status.ENDORSED)
        .order_by("department__code")
        .values("round", "department__code", "department__name")
        .annotate(count=Count("pk"), new=Count("pk", filter=Q(endorsed_at__gte=since, endorsed_at__lt=until)))
    )
    fresh = {row["round"] for row in rows if row["new"]}
    return [Waiting(row["round"], row["department__name"], row["count"]) for row in rows if row["round"] in fresh]


def _outstanding(condition: Q) -> list[Outstanding]:
    rows = (
        Evaluation.objects.filter(condition, owed(), round__state=RoundState.OPEN)
        .order_by("action__code")
        .values_list("pk", "round", "department", "status", "action__code", "action__title", "submitted_by")
    )
    return [
        Outstanding(pk, round_id, department, ACTS[Status(status)], Status(status), f"{code} {title}", submitter)
        for pk, round_id, department, status, code, title, submitter in rows
    ]
