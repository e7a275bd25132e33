"""What years of use leave on record, written in bulk for `progress.load`: 改定履歴 and the audit trail."""

import datetime
from collections.abc import Iterator, Sequence

from django.db import connection, transaction

from accounts.enums import AuditKind
from accounts.models import AuditEntry, AuditHead, User
from accounts.models.audit import canonical
from plan.editing.roots import publication_key
from plan.enums import RevisionKind
from plan.models import Revision
from programs.models import Action, Program
from progress.load_publications import batches

# For each action: so many changes of its text, and so many deeds.
REVISIONS, DEEDS = 10, 10
KINDS = (AuditKind.LOGGED_IN, *[AuditKind.TRANSITION] * (DEEDS - 2), AuditKind.EXPORTED)


def record_revisions(program: Program, actions: Sequence[Action], *, by: User) -> None:
    """Changes of every action, spread over the years of the programme."""
    rows = (
        Revision(
            plan=program.plan,
            kind=RevisionKind.CHANGED,
            object_type=Action._meta.label_lower,
            object_id=action.pk,
            title=f"取組 {action}{program.sample_mark}",
            published_with=publication_key(action),
            path=action.get_absolute_url(),
            changes=[{"label": "取組の内容", "before": f"{turn}回目の案", "after": f"{turn + 1}回目の案"}],
            reason="事業の見直しのため",
            by=by,
            made_at=moment,
        )
        for turn, action, moment in _spread(program, actions, REVISIONS)
    )
    for batch in batches(rows):
        Revision.objects.bulk_create(batch)


def record_deeds(program: Program, actions: Sequence[Action], *, by: User) -> None:
    """Go on with the chain of the audit trail as `accounts.audit.record` would, deed by deed.

    One transaction for each batch: PostgreSQL goes through all former states of
    the head, which the transaction may still see, for every step of it.
    """
    for batch in batches(_spread(program, actions, DEEDS)):
        with transaction.atomic():
            AuditHead.objects.get_or_create(id=1)
            head = AuditHead.objects.select_for_update().get(id=1)
            AuditEntry.objects.bulk_create(_chained(head, batch, by))


def _chained(head: AuditHead, deeds: Sequence[tuple[int, Action, datetime.datetime]], by: User) -> list[AuditEntry]:
    """Entries that follow `head`, not yet saved; the head in the database is taken to the last of them."""
    entries: list[AuditEntry] = []
    for turn, action, moment in deeds:
        before = entries[-1] if entries else head
        entry = AuditEntry(
            number=before.number + 1,
            at=moment,
            person=by,
            person_name=by.name,
            staff_number=by.staff_number,
            kind=KINDS[turn],
            about="" if KINDS[turn] == AuditKind.LOGGED_IN else f"提出：{action}",
            path="/desk/",
            client="192.0.2.1",
            details=canonical({"前の状態": "記入中", "後の状態": "提出済み"}),
            previous_hash=before.hash,
        )
        entry.hash = entry.computed_hash()
        entries.append(entry)
    with connection.cursor() as cursor:
        # Step by step: a trigger refuses any other.
        steps = [(entry.number, entry.hash) for entry in entries]
        cursor.executemany(f"UPDATE {AuditHead._meta.db_table} SET number = %s, hash = %s WHERE id = 1", steps)  # noqa: S608  # a name of our own
    return entries


def _spread(program: Program, actions: Sequence[Action], turns: int) -> Iterator[tuple[int, Action, datetime.datetime]]:
    """Each action so many times, in turns, from the first day of the programme to its last round."""
    start = datetime.datetime.combine(program.first_day, datetime.time(9), tzinfo=datetime.UTC)
    end = datetime.datetime(program.end_year, 4, 1, tzinfo=datetime.UTC)
    step = (end - start) / (turns * len(actions))
    for turn in range(turns):
        for at, action in enumerate(actions):
            yield turn, action, start + step * (turn * len(actions) + at)
