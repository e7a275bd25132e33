"""組織改編: departments are renamed, merged or split on a day; what they do and who works there moves with them."""

import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from accounts import audit
from accounts.enums import AuditKind
from accounts.models import Department, Membership, User
from accounts.permissions import Permission
from plan.actions import bump_content_version, wait_for_turn
from programs.enums import OwnerKind
from programs.models import ActionOwner
from progress.actions.opening import BATCH, Report, no_report
from progress.actions.rounds import delete_extension
from progress.errors import CannotReorganise, NotYours
from progress.models import Evaluation, Extension
from progress.queries.led_elsewhere import with_lead
from progress.queries.reorganisation import moves, problems, unpublished
from progress.reorganising import Reorganisation, Successor

Row = TypeVar("Row", ActionOwner, Membership)
Key = tuple[int, str, int | None]


@transaction.atomic
def reorganise(
    *,
    reorganisation: Reorganisation,
    by: User,
    reason: str = "",
    report: Report = no_report,
    today: datetime.date | None = None,
) -> list[Department]:
    """Do what `queries.reorganisation.moves` lists. Returns the successors.

    Effects, in order: (1) successors are set up; predecessors end the day
    before and name them; a 局 takes its 課 along, each as a new row under the
    new 局; (2) what the predecessors own passes to the successors on the day,
    old years keep the old owner; (3) people likewise; (4) 調書 that are not
    published, and the extensions they have, go to who leads the action once
    the day has come (see `realign`); (5) the content version grows; (6) the audit trail has it. All or
    nothing, a constant number of queries for each batch. Raises NotYours,
    CannotReorganise.
    """
    if not by.may(Permission.REORGANISE):
        raise NotYours("組織改編は、ICT推進課の職員かシステム管理者が行います。")
    wait_for_turn()
    reorganisation = _as_stored(reorganisation)
    if found := problems(reorganisation):
        raise CannotReorganise(found)
    listed = moves(reorganisation)
    divisions = list(listed.divisions)
    numbers = {"取組": listed.owners.count(), "利用者の役割": listed.memberships.count(), "課": len(divisions)}
    successors = [_set_up(successor, reorganisation, by=by) for successor in reorganisation.successors]
    _end(reorganisation.predecessors, successors, reorganisation, by=by)
    _pass_on(reorganisation, listed.owners, listed.memberships, successors, by=by, report=report)
    for division in divisions:
        _take_along(division, successors[0], reorganisation, by=by)
    realign(by=by, today=today)
    bump_content_version()
    audit.record(
        AuditKind.REORGANISED,
        by=by,
        about=f"{'、'.join(map(str, reorganisation.predecessors))} → {'、'.join(map(str, successors))}",
        details={"改編の日": reorganisation.day.isoformat(), **numbers, "理由": reason.strip()},
    )
    return successors


@transaction.atomic
def realign(*, by: User | None = None, today: datetime.date | None = None) -> int:
    """Give every unpublished 調書 of a 課 that has ended to who leads its action today; returns how many.

    For a 組織改編 entered ahead of its day, `manage.py realign_departments` does
    this daily. Effects: (1) `Evaluation.department`, with history; (2) a 課
    that got an extension for them hands it on, in a published round too, where
    they are exceptions, and keeps none where none of its 調書 stays; (3) the
    audit trail has it where nobody asked for it: a 組織改編 records itself.
    """
    wait_for_turn()
    day = today or timezone.localdate()
    ended = with_lead(unpublished(Evaluation.objects.filter(department__valid_to__lt=day)), day)
    held = ended.select_for_update(of=("self",)).order_by("pk")
    moved = [evaluation for evaluation in held if evaluation.lead not in {None, evaluation.department_id}]
    if not moved:
        return 0
    befores = [evaluation.department_id for evaluation in moved]
    hand_on_extensions({(each.round_id, each.department_id, each.lead) for each in moved}, by=by)
    for evaluation in moved:
        evaluation.department_id = evaluation.lead
    bulk_update_with_history(moved, Evaluation, ["department"], batch_size=BATCH, default_user=by)
    end_idle_extensions({(each.round_id, before) for each, before in zip(moved, befores, strict=True)}, by=by)
    if by is None:
        audit.record(
            AuditKind.REORGANISED, by=None, about="調書の引継ぎ：改編の日が来たため", details={"調書": len(moved)}
        )
    return len(moved)


# ── Steps ─────────────────────────────────────────────────────────────────────


def _as_stored(reorganisation: Reorganisation) -> Reorganisation:
    """With the predecessors as they are now: somebody else may have reorganised them meanwhile."""
    keys = [department.pk for department in reorganisation.predecessors]
    stored = Department.objects.select_related("bureau").in_bulk(keys)
    return replace(reorganisation, predecessors=tuple(stored[key] for key in keys))


def _set_up(successor: Successor, reorganisation: Reorganisation, *, by: User) -> Department:
    if successor.existing is not None:
        return successor.existing
    department = Department(
        code=successor.code, name=successor.name, bureau=successor.bureau, valid_from=reorganisation.day
    )
    department._history_user = by  # type: ignore[attr-defined]  # simple_history reads it
    department.save()
    return department


def _end(
    predecessors: Iterable[Department], successors: Sequence[Department], reorganisation: Reorganisation, *, by: User
) -> None:
    for department in predecessors:
        department.valid_to = reorganisation.last_day
        department._history_user = by  # type: ignore[attr-defined]  # simple_history reads it
        department.save()
        department.successors.add(*successors)


def _pass_on(
    reorganisation: Reorganisation,
    owners: Iterable[ActionOwner],
    memberships: Iterable[Membership],
    successors: Sequence[Department],
    *,
    by: User,
    report: Report,
) -> None:
    # Leading goes before sharing: a successor that does both leads.
    owned = sorted(owners, key=lambda owner: owner.kind != OwnerKind.LEAD)
    people = list(memberships)
    total = len(owned) + len(people)
    report(0, total)
    hand_over = _HandOver(reorganisation, by)
    for done in hand_over.run(owned, lambda row: successors[reorganisation.action_to.get(row.action_id, 0)]):
        report(done, total)
    for done in hand_over.run(people, lambda row: successors[reorganisation.person_to.get(row.user_id, 0)]):
        report(len(owned) + done, total)


class _HandOver:
    """Closes rows on the last day and opens their like at the successor; what begins later only moves."""

    def __init__(self, reorganisation: Reorganisation, by: User) -> None:
        self._day, self._last_day = reorganisation.day, reorganisation.last_day
        self._options = {"batch_size": BATCH, "default_user": by}

    def run(self, rows: Sequence[Row], target: Callable[[Row], Department]) -> Iterator[int]:
        """Yields how many are done, after each batch."""
        taken = self._taken(rows, target)
        for start in range(0, len(rows), BATCH):
            batch = rows[start : start + BATCH]
            self._move(batch, target, taken)
            yield start + len(batch)

    def _taken(self, rows: Sequence[Row], target: Callable[[Row], Department]) -> set[Key]:
        """What the successors have already, where they were there before."""
        if not rows:
            return set()
        departments = {target(row).pk for row in rows}
        present = type(rows[0])._default_manager.filter(department__in=departments)
        return {_key(row, row.department_id) for row in present if row.valid_to is None or row.valid_to >= self._day}

    def _move(self, batch: Sequence[Row], target: Callable[[Row], Department], taken: set[Key]) -> None:
        twins: list[Row] = []
        for row in batch:
            department = target(row)
            key = _key(row, department.pk)
            if key not in taken:
                taken.add(key)
                twins.append(self._twin(row, department))
            row.valid_to = self._last_day
        model = type(batch[0])
        begun = [row for row in batch if row.valid_from is None or row.valid_from <= self._last_day]
        coming = [row for row in batch if row not in begun]
        if begun:
            bulk_update_with_history(begun, model, ["valid_to"], **self._options)
        for row in coming:  # would have begun at the predecessor after its end
            row.delete()
        if twins:
            bulk_create_with_history(twins, model, **self._options)

    def _twin(self, row: Row, department: Department) -> Row:
        values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
        values |= {
            "id": None,
            "department_id": department.pk,
            "valid_from": max(row.valid_from or self._day, self._day),
        }
        return type(row)(**values)


def _key(row: Row, department_id: int | None) -> Key:
    """What a 課 has once: an action, or a person in a role."""
    return (
        (row.action_id, "", department_id) if isinstance(row, ActionOwner) else (row.user_id, row.role, department_id)
    )


def _take_along(division: Department, bureau: Department, reorganisation: Reorganisation, *, by: User) -> None:
    """A 課 of a 局 that ends goes on under the new one, as a new row: old years keep the old 局."""
    inner = Reorganisation(
        day=reorganisation.day,
        predecessors=(division,),
        successors=(Successor(code=division.code, name=division.name, bureau=bureau),),
    )
    listed = moves(inner)
    successors = [_set_up(successor, inner, by=by) for successor in inner.successors]
    _end(inner.predecessors, successors, inner, by=by)
    _pass_on(inner, listed.owners, listed.memberships, successors, by=by, report=no_report)


def hand_on_extensions(moved: set[tuple[int, int, int]], *, by: User | None) -> None:
    """(round, ended 課, its successor): the later of two extensions counts."""
    for round_id, ended, successor in sorted(moved):
        extension = Extension.objects.filter(round=round_id, department=ended).first()
        if extension is None:
            continue
        own = Extension.objects.filter(round=round_id, department=successor).first() or Extension(
            round_id=round_id, department_id=successor, deadline=extension.deadline, reason=extension.reason
        )
        own.deadline = max(own.deadline, extension.deadline)
        own._history_user = by  # type: ignore[attr-defined]  # simple_history reads it
        own.save()


def end_idle_extensions(left: set[tuple[int, int]], *, by: User | None) -> None:
    """(round, ended 課): where the ended 課 has no 調書 any more, its extension is about nothing, and goes."""
    of_it = Evaluation.objects.filter(round=OuterRef("round"), department=OuterRef("department"))
    for round_id, ended in sorted(left):
        for extension in Extension.objects.filter(~Exists(of_it), round=round_id, department=ended):
            delete_extension(extension, by)
