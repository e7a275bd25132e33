"""What a 組織改編 moves, listed before it happens, and what stands in its way."""

import datetime
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Department, Membership
from plan.fiscal import date_label, fiscal_year_of
from programs.models import ActionOwner, Program
from programs.queries.first_of import FirstOf
from progress.enums import RoundState, Status
from progress.models import Evaluation, Extension, Round
from progress.queries.staffing import Unstaffed, in_office, unstaffed_with
from progress.reorganising import Reorganisation


@dataclass(frozen=True)
class Moves:
    """What is in force on or after the day; querysets, so that a page shows the first of thousands and counts all.

    `kept` of what the predecessors own stays as it is: that of finished programmes.
    """

    owners: QuerySet[ActionOwner]
    memberships: QuerySet[Membership]
    evaluations: QuerySet[Evaluation]
    divisions: QuerySet[Department]
    kept: QuerySet[ActionOwner]


def finished_programs(day: datetime.date) -> QuerySet[Program]:
    """Those that a 組織改編 of the day leaves as they are: their years are over, and all that is to be said of them is.

    Over: the day is after the last fiscal year. Said: no round is prepared or open, no exception waits for 公表, and
    the last year is published, or one of the programme that followed: nobody evaluates this one any more, as where it
    is older than the portal. Until then a 調書 may still be filled in, by a 課 that is there.
    """
    rounds = Round.objects.order_by()
    going_on = rounds.filter(program=OuterRef("pk")).exclude(state=RoundState.PUBLISHED)
    waiting = Evaluation.objects.order_by().filter(round__program=OuterRef("pk")).exclude(status=Status.PUBLISHED)
    last_year = rounds.filter(program=OuterRef("pk"), year=OuterRef("end_year"), state=RoundState.PUBLISHED)
    followed = rounds.filter(program__predecessor=OuterRef("pk"), state=RoundState.PUBLISHED)
    return Program.objects.order_by().filter(
        ~Exists(going_on), ~Exists(waiting), Exists(last_year) | Exists(followed), end_year__lt=fiscal_year_of(day)
    )


def moves(reorganisation: Reorganisation) -> Moves:
    """Everything the predecessors leave: actions they own, people, 調書 not yet published; for a 局 its 課.

    Not the actions of finished programmes: they keep the department of their day.
    """
    leaving = [department.pk for department in reorganisation.predecessors]
    in_force = Q(valid_to__isnull=True) | Q(valid_to__gte=reorganisation.day)
    owned = ActionOwner.objects.filter(in_force, department__in=leaving)
    finished = finished_programs(reorganisation.day).values("pk")
    return Moves(
        owners=owned.exclude(action__program__in=finished)
        .select_related("action__program", "department")
        .order_by("action__code", "pk"),
        memberships=Membership.objects.filter(in_force, department__in=leaving)
        .select_related("user", "department")
        .order_by("user__staff_number", "pk"),
        evaluations=unpublished(Evaluation.objects.filter(department__in=leaving)).order_by("action__code"),
        kept=owned.filter(action__program__in=finished),
        divisions=Department.objects.filter(in_force, bureau__in=leaving).order_by("code"),
    )


SHOWN = 50


@dataclass(frozen=True)
class Listing:
    """What a 組織改編 moves and what stays, as a page shows it; a 局 brings its 課 with all they have.

    `actions`, `people` and `evaluations` are (row, index of the successor). `extensions` go with 調書, so of a
    published round too, where some are exceptions. `fingerprint` changes with any of it.
    """

    divisions: FirstOf
    actions: FirstOf
    people: FirstOf
    evaluations: FirstOf
    extensions: list[Extension]
    published: int
    kept: int
    fingerprint: str


def listing(reorganisation: Reorganisation) -> Listing:
    """A constant number of queries, however much there is."""
    divisions = list(moves(reorganisation).divisions)
    whole = replace(reorganisation, predecessors=(*reorganisation.predecessors, *divisions))
    listed = moves(whole)
    going = unpublished(Evaluation.objects.filter(round=OuterRef("round"), department=OuterRef("department")))
    held = Extension.objects.filter(Exists(going), department__in=whole.predecessors)
    extensions = list(held.select_related("round", "department").order_by("round", "department__code"))
    return Listing(
        divisions=FirstOf(len(divisions), divisions[:SHOWN]),
        actions=_part(listed.owners, lambda row: (row, reorganisation.action_to.get(row.action_id, 0))),
        people=_part(listed.memberships, lambda row: (row, reorganisation.person_to.get(row.user_id, 0))),
        evaluations=_part(listed.evaluations, lambda row: (row, reorganisation.action_to.get(row.action_id, 0))),
        extensions=extensions,
        published=Evaluation.objects.filter(department__in=whole.predecessors, status=Status.PUBLISHED).count(),
        kept=listed.kept.values("action").distinct().count(),
        fingerprint=_fingerprint(whole, listed, extensions),
    )


def _part(rows: QuerySet[Any], entry: Callable[[Any], Any]) -> FirstOf:
    return FirstOf(rows.count(), [entry(row) for row in rows[:SHOWN]])


def _fingerprint(whole: Reorganisation, listed: Moves, extensions: list[Extension]) -> str:
    keys = [
        [department.pk for department in whole.predecessors],
        *(
            sorted(rows.values_list("pk", flat=True))
            for rows in (listed.owners, listed.memberships, listed.evaluations)
        ),
        [(extension.pk, extension.deadline.isoformat()) for extension in extensions],
        *(sorted(to.items()) for to in (whole.action_to, whole.person_to)),
    ]
    return sha256(json.dumps(keys).encode()).hexdigest()


def is_done(reorganisation: Reorganisation) -> bool:
    """Whether it was done already: who pressed twice, or another tab."""
    names = {
        successor.existing.name if successor.existing else successor.name for successor in reorganisation.successors
    }
    return bool(reorganisation.predecessors) and all(
        department.valid_to == reorganisation.last_day
        and {successor.name for successor in department.successors.all()} == names
        for department in reorganisation.predecessors
    )


def unpublished(evaluations: QuerySet[Evaluation]) -> QuerySet[Evaluation]:
    """The 調書 somebody still works on: published ones keep the department of their day."""
    return evaluations.exclude(status=Status.PUBLISHED).select_related("action", "round")


def problems(reorganisation: Reorganisation) -> list[str]:
    """Everything that stands in the way, in words; empty when it can be done."""
    return [*_of_predecessors(reorganisation), *_of_successors(reorganisation)]


def _of_predecessors(reorganisation: Reorganisation) -> Iterator[str]:
    if not reorganisation.predecessors:
        yield "終わる組織を選んでください。"
    for department in reorganisation.predecessors:
        if department.valid_to is not None:
            yield f"『{department}』は{date_label(department.valid_to)}に終わっています。有効な組織を選んでください。"
        elif department.valid_from >= reorganisation.day:
            yield f"『{department}』の設置日は改編の日より後です。改編の日を確かめてください。"
    kinds = {department.bureau_id is None for department in reorganisation.predecessors}
    if len(kinds) > 1:
        yield "局と課を一度に改編することはできません。分けて操作してください。"
    if kinds == {True} and len(reorganisation.successors) > 1:
        yield "局の分割は、課ごとに所属する局を変えて行ってください。"


def _of_successors(reorganisation: Reorganisation) -> Iterator[str]:
    if not reorganisation.successors:
        yield "引き継ぐ組織を入力してください。"
    of_codes = code_problems(reorganisation)
    for index, successor in enumerate(reorganisation.successors):
        if successor.existing is not None:
            if successor.existing in reorganisation.predecessors:
                yield f"『{successor.existing}』を、終わる組織と引き継ぐ組織の両方に選ぶことはできません。"
            continue
        if not successor.code or not successor.name:
            yield "引き継ぐ組織の、組織コードと名称を入力してください。"
        elif index in of_codes:
            yield of_codes[index]


def code_problems(reorganisation: Reorganisation) -> dict[int, str]:
    """Why the code of a new successor cannot be used, by its index.

    It may keep that of a predecessor; nobody else's that is in force. One query.
    """
    codes = {index: each.code for index, each in enumerate(reorganisation.successors) if each.existing is None}
    leaving = [department.pk for department in reorganisation.predecessors]
    standing = Department.objects.valid_on(reorganisation.day).exclude(pk__in=leaving)
    taken = set(standing.filter(code__in=codes.values()).values_list("code", flat=True))
    found = {}
    for index, code in codes.items():
        if code and list(codes.values()).count(code) > 1:
            found[index] = f"組織コード『{code}』が重なっています。別のコードを入力してください。"
        elif code in taken:
            found[index] = f"組織コード『{code}』は、ほかの組織が使っています。別のコードを入力してください。"
    return found


def unstaffed_successors(reorganisation: Reorganisation) -> list[Unstaffed]:
    """The 課 that follow in which, on the day, nobody will fill in or endorse: with whom they get, and have already.

    One query, and one for each successor that is there already.
    """
    if reorganisation.is_of_bureaus:  # their 課 keep their people
        return []
    present: list[set[tuple[int, str]]] = [set() for _ in reorganisation.successors]
    acting = in_office(reorganisation.day)
    moving = acting.filter(department__in=[department.pk for department in reorganisation.predecessors])
    for person, role in moving.values_list("user", "role"):
        present[reorganisation.person_to.get(person, 0)].add((person, role))
    for people, successor in zip(present, reorganisation.successors, strict=True):
        if successor.existing is not None:
            people.update(acting.filter(department=successor.existing).values_list("user", "role"))
    pairs = zip(reorganisation.successors, present, strict=True)
    found = (unstaffed_with(successor.full_name, people) for successor, people in pairs)
    return [each for each in found if each is not None]
