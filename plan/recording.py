"""Entries of 改定履歴: of one change of one root, and of one change of very many."""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from accounts.models import User
from plan.editing.roots import (
    is_hidden,
    lasting_path,
    plan_of,
    public_path,
    publication_key,
    publication_of,
    title_of,
)
from plan.editing.snapshots import Change, divided
from plan.enums import RevisionKind
from plan.models import Revision
from plan.models.base import Versioned

AT_ONCE = 500


@dataclass(frozen=True)
class Part:
    """What a change of many roots did to one of them."""

    root: Versioned
    kind: RevisionKind
    changes: Sequence[Change]


def record_revision(
    *,
    root: Versioned,
    kind: RevisionKind,
    changes: Sequence[Change],
    by: User | None,
    reason: str,
    made_at: datetime.datetime,
) -> Revision:
    """Put one change of a living root on record, under its present title and address.

    What of it is internal gets a record of its own, which the public does not
    read; that record is returned where there is no other.
    """
    entry = Revision(plan=plan_of(root), reason=reason.strip(), by=by, made_at=made_at)
    for revision in _entries(entry, Part(root, kind, changes)):
        revision.save()
    return revision


def record_parts(whole: Revision, parts: Iterable[Part]) -> None:
    """Put what the change of `whole` did to each root on record, as `record_revision` would, in batches.

    Lists of everything show `whole` alone; what the parts say is read on the
    page of each root, and from `whole`. Of entries of one moment the last is
    read first. One query for each batch, where `title_of` and `public_path`
    need none.
    """
    rows = (revision for part in parts for revision in _entries(whole, part, part_of=whole))
    while batch := list(islice(rows, AT_ONCE)):
        Revision.objects.bulk_create(batch)


def follow_publication(root: Versioned) -> None:
    """Take what is on record of everything published with `root` out of 改定履歴, or put it back.

    Does nothing for a root that decides over no others. To be called after the
    root was saved. What was written of a draft stays out (`is_hidden`).
    """
    if root != (publication := publication_of(root)):
        return
    is_withdrawn = not publication.is_published
    entries = Revision.objects.filter(published_with=publication_key(root), is_withdrawn=not is_withdrawn)
    entries.update(is_withdrawn=is_withdrawn)


def _entries(like: Revision, part: Part, *, part_of: Revision | None = None) -> Iterator[Revision]:
    """Of the moment, person and reason of `like`: what is internal, if anything, and then what is shown, if anything.

    One of them in any case.
    """
    internal, shown = divided(part.changes)
    if part.kind == RevisionKind.DELETED:
        internal = []
    found = [(internal, True)] if internal else []
    if shown or not internal:
        found.append((shown, is_hidden(part.root)))
    for changes, hidden in found:
        yield Revision(
            plan=like.plan,
            kind=part.kind,
            object_type=part.root._meta.label_lower,
            object_id=part.root.pk,
            title=title_of(part.root),
            path=lasting_path(part.root) if part.kind == RevisionKind.DELETED else public_path(part.root),
            changes=changes,
            reason=like.reason,
            by=like.by,
            made_at=like.made_at,
            is_hidden=hidden,
            published_with=publication_key(part.root),
            part_of=part_of,
        )
