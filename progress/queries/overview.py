"""The round as ICT推進課 watches it: how far it is as a whole, and department by department, late ones first."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, OuterRef, QuerySet, Subquery, Value
from django.utils import timezone

from accounts.enums import Role
from accounts.models import Department, User
from progress.deadlines import TimeLeft, time_left
from progress.enums import RoundState, Status
from progress.models import Evaluation, Extension, Round
from progress.queries.led_elsewhere import number_led_elsewhere, number_of
from progress.queries.outstanding import ACTS
from progress.queries.recipients import DEPARTMENT_ROLES, posts
from progress.queries.replanning import overtaken
from progress.queries.without_evaluations import without_evaluation

DEPARTMENTS_A_PAGE = 20


@dataclass(frozen=True)
class StateCount:
    """How many 調書 are in one state; `share` and `start` in percent of all, for the bar."""

    status: Status
    count: int
    start: float = 0
    share: float = 0

    @property
    def label(self) -> str:
        return str(self.status.label)


@dataclass(frozen=True)
class DepartmentRow:
    """One department in the round. `owed`: 調書 that it still has to fill in or endorse, exceptions excused.

    `exceptions`: those that the round is published without, as things stand, or was and still is.
    """

    department: Department
    states: Sequence[Status]
    by_status: Mapping[Status, int]
    owed: int
    exceptions: int
    left: TimeLeft
    is_watched: bool
    liaisons: Sequence[User] = ()
    managers: Sequence[User] = ()

    @property
    def counts(self) -> list[StateCount]:
        """One for each state that is shown."""
        return [StateCount(status, self.by_status.get(status, 0)) for status in self.states]

    @property
    def total(self) -> int:
        return sum(self.by_status.values())

    @property
    def is_late(self) -> bool:
        return self.is_watched and self.owed > 0 and self.left.is_late

    @property
    def is_chased(self) -> bool:
        """Whether the deadline matters: the round is open and it is the department's turn."""
        return self.is_watched and self.owed > 0

    def has(self, status: str) -> bool:
        return bool(self.by_status.get(status))  # type: ignore[call-overload]  # a Status is its text


@dataclass(frozen=True)
class Watch:
    """All departments of a round, late ones first, and the counts of the whole.

    `added`: exceptions that were published late; they are none of the `exceptions` any more.
    `behind`: 調書 whose action another 課 leads now; `lacking`: actions of the year without a 調書; `overtaken`: 調書
    whose plan was saved after 照会.
    """

    rows: list[DepartmentRow]
    counts: list[StateCount]
    total: int
    exceptions: int
    added: int = 0
    behind: int = 0
    lacking: int = 0
    overtaken: int = 0

    @cached_property
    def late(self) -> list[DepartmentRow]:
        return [row for row in self.rows if row.is_late]

    @property
    def late_count(self) -> int:
        return sum(row.owed for row in self.late)

    @property
    def bureaus(self) -> list[Department]:
        found = {row.department.bureau_id: row.department.bureau for row in self.rows}
        return sorted((bureau for bureau in found.values() if bureau is not None), key=lambda bureau: bureau.code)


@dataclass
class _Counted:
    by_status: dict[Status, int] = field(default_factory=dict)
    owed: int = 0
    exceptions: int = 0
    added: int = 0


def watch(round_: Round, today: datetime.date | None = None) -> Watch:
    """Two queries, however many 調書 and departments there are."""
    day = today or timezone.localdate()
    counted = _counted(round_)
    extended = Extension.objects.filter(round=round_, department=OuterRef("pk")).order_by()
    departments: QuerySet[Any] = Department.objects.filter(pk__in=counted).select_related("bureau")
    departments = departments.annotate(
        extended_to=Subquery(extended.values("deadline")[:1]),
        behind=number_led_elsewhere(round_),
        lacking=number_of(without_evaluation(round_)),
        overtaken=number_of(overtaken(round_)),
    )
    states = shown_states(round_)
    rows = [
        DepartmentRow(
            department=department,
            states=states,
            by_status=counted[department.pk].by_status,
            owed=counted[department.pk].owed,
            exceptions=counted[department.pk].exceptions,
            left=time_left(department.extended_to or round_.deadline, day),
            is_watched=round_.state == RoundState.OPEN,
        )
        for department in departments.order_by("code", "valid_from")
    ]
    rows.sort(key=lambda row: (not row.is_late, row.left.deadline if row.is_late else datetime.date.min))
    sums = {status: sum(each.by_status.get(status, 0) for each in counted.values()) for status in states}
    total = sum(sums.values())
    of_all: Any = rows[0].department if rows else None
    return Watch(
        rows,
        bar(sums),
        total,
        sum(each.exceptions for each in counted.values()),
        sum(each.added for each in counted.values()),
        of_all.behind if of_all else 0,
        of_all.lacking if of_all else 0,
        of_all.overtaken if of_all and round_.is_open else 0,
    )


def shown_states(round_: Round) -> list[Status]:
    """公表済み only where there is any."""
    return [status for status in Status if status is not Status.PUBLISHED or round_.state == RoundState.PUBLISHED]


def bar(sums: Mapping[Status, int]) -> list[StateCount]:
    """The counts side by side, in the order of the chain, as parts of one bar; what is done stands first."""
    total = sum(sums.values()) or 1
    counts, start = [], 0.0
    for status in reversed(list(sums)):
        share = 100 * sums[status] / total
        counts.append(StateCount(status, sums[status], round(start, 4), round(share, 4)))
        start += share
    return counts


def narrowed(rows: Iterable[DepartmentRow], *, bureau: int | None, state: str, late: bool) -> list[DepartmentRow]:
    """Those of the bureau, with a 調書 in the state, or late ones alone."""
    return [
        row
        for row in rows
        if (bureau is None or row.department.bureau_id == bureau)
        and (not state or row.has(state))
        and (not late or row.is_late)
    ]


def page_of(rows: Sequence[DepartmentRow], number: str) -> Page[DepartmentRow]:
    """One page with whom to ask in the departments that still owe something. One query."""
    page = Paginator(rows, DEPARTMENTS_A_PAGE).get_page(number)
    owing = [row.department.pk for row in page if row.is_watched and row.owed]
    people: dict[tuple[int, Role], list[User]] = {}
    for post in posts(*DEPARTMENT_ROLES, on=timezone.localdate(), departments=owing):
        if post.department is not None:
            people.setdefault((post.department.pk, post.role), []).append(post.person)
    page.object_list = [
        replace(
            row,
            liaisons=people.get((row.department.pk, Role.LIAISON), ()),
            managers=people.get((row.department.pk, Role.MANAGER), ()),
        )
        for row in page
    ]
    return page


def _counted(round_: Round) -> dict[int, _Counted]:
    """Department id → its counts. One query of two parts: each reads an index alone, not the 調書, which are long."""
    of_round = Evaluation.objects.filter(round=round_).order_by().values_list("department", "status")
    excused_ones = of_round.exclude(exception_reason="").annotate(count=Count("pk"), is_excused=Value(1))
    every_one = of_round.annotate(count=Count("pk"), is_excused=Value(0))
    counted: dict[int, _Counted] = defaultdict(_Counted)
    for department, status, count, is_excused in every_one.union(excused_ones, all=True):
        row = counted[department]
        if not is_excused:
            row.by_status[Status(status)] = count
        elif status == Status.PUBLISHED:
            row.added += count
        elif status not in round_.decided_states:
            row.exceptions += count
        if status in ACTS:
            row.owed += -count if is_excused else count
    return counted
