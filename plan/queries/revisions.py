"""改定履歴 and the mendings of the scan, with word-level differences."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db.models import OuterRef, QuerySet, Subquery

from plan.enums import RevisionKind
from plan.models import Mending, Plan, Revision
from plan.queries.plans import of_pages
from plan.text.diffing import Piece, word_diff
from plan.text.markup import plain

LATEST = 5
# Below this share of common text, two texts are not two readings of the same words.
LEAST_SAME = 0.5
# One part, if there is any. To ask whether one exists makes PostgreSQL read all parts of all entries.
_A_PART = Subquery(Revision.objects.shown().filter(part_of=OuterRef("pk")).order_by().values("pk")[:1])


@dataclass(frozen=True)
class ChangeView:
    """One changed field: its name and the way from the old text to the new."""

    label: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class RevisionView:
    """`has_parts` where what it did to each of many roots is on record as well; `is_gone`: deleted since."""

    revision: Revision
    changes: tuple[ChangeView, ...]
    has_parts: bool = False
    is_gone: bool = False


@dataclass(frozen=True)
class MendingView:
    """`pieces` is empty where the text was left as it stands, or where the entry describes the fault in words."""

    mending: Mending
    pieces: tuple[Piece, ...]

    @property
    def is_mended(self) -> bool:
        return bool(self.mending.after)

    @property
    def before(self) -> list[Piece]:
        """What the source says, with the words that were taken out marked."""
        return [piece for piece in self.pieces if piece.kind != "added"]

    @property
    def after(self) -> list[Piece]:
        """What is published, with the words that were put in marked."""
        return [piece for piece in self.pieces if piece.kind != "removed"]


def revisions_of(plan: Plan, path: str = "") -> QuerySet[Revision]:
    """The plan's revisions, newest first; with `path` those of what is shown at that address, parts of others too."""
    found = plan.revisions.shown().filter(of_pages([path])) if path else plan.revisions.listed()
    return found.annotate(a_part=_A_PART).order_by("-made_at", "-pk")


def parts_of(whole: Revision) -> QuerySet[Revision]:
    """What a change of many roots did to each of them, in the order in which the pages of the roots tell it."""
    return whole.parts.shown().order_by("-made_at", "-pk")


def latest_at(plan: Plan, paths: Sequence[str]) -> list[RevisionView]:
    """The newest revisions of what is shown at any of `paths`. One query."""
    found = plan.revisions.shown().filter(of_pages(paths)).order_by("-made_at", "-pk")
    return [view(revision) for revision in found[:LATEST]]


def latest_of(plan: Plan) -> list[Revision]:
    """Of a change of many roots one: it would leave no room for others. One query."""
    return list(plan.revisions.listed().order_by("-made_at", "-pk")[:LATEST])


def view(revision: Revision) -> RevisionView:
    """Markdown signs are taken out first: readers see words."""
    changes = (
        ChangeView(change["label"], tuple(word_diff(_words(change["before"]), _words(change["after"]))))
        for change in revision.changes
    )
    return RevisionView(revision, tuple(changes), getattr(revision, "a_part", None) is not None)


def linked_views(revisions: Sequence[Revision]) -> list[RevisionView]:
    """`view` of each, for a list that leads to their pages: that of what was deleted since may be gone. One query."""
    deletions = Revision.objects.filter(
        kind=RevisionKind.DELETED,
        object_type__in={each.object_type for each in revisions},
        object_id__in={each.object_id for each in revisions},
    )
    rows = deletions.order_by("made_at").values_list("object_type", "object_id", "made_at")
    deleted = {(model, key): made_at for model, key, made_at in rows}

    def is_gone(each: Revision) -> bool:
        deleted_at = deleted.get((each.object_type, each.object_id))
        return deleted_at is not None and each.made_at < deleted_at

    return [replace(view(each), is_gone=is_gone(each)) for each in revisions]


def _words(text: object) -> str:
    return plain(str(text)) if text not in (None, "") else ""


def mendings_of(plan: Plan) -> list[MendingView]:
    """Every entry of the ledger, in its order. One query."""
    return [MendingView(mending, _pieces(mending)) for mending in plan.mendings.order_by("position")]


def _pieces(mending: Mending) -> tuple[Piece, ...]:
    """The words that differ; nothing to compare where the two texts have little in common."""
    if not mending.after:
        return ()
    pieces = tuple(word_diff(mending.before, mending.after))
    same = sum(len(piece.text) for piece in pieces if piece.kind == "same")
    is_quotation = same >= LEAST_SAME * max(len(mending.before), len(mending.after))
    return pieces if is_quotation else ()
