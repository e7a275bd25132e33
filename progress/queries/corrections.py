"""正誤: what was corrected after publication."""

import datetime
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone

from plan.models import Measure
from plan.prose import TermMarker
from plan.text.diffing import Piece, word_diff
from progress.enums import RoundState
from progress.models import Correction, PublishedEvaluation, Round
from progress.queries.published import PublishedRound
from progress.queries.results import CorrectionView, Data, Pieces, WrongAndRight

# So many lead to their 調書 from the page of the measure; the 正誤表 has them all.
WITHIN_A_MEASURE = 10
# Amounts and grades are seen at a glance; so many characters are a sentence, whose changed words must be looked for.
SENTENCE = 15
# Up to this share of common text, the shorter of two texts is not another reading of the longer one.
LEAST_SAME = 1 / 3


def frozen_corrections() -> QuerySet[Any]:
    """Of all years, whether or not the public may read them now, newest first, each with the code of its 調書."""
    codes = PublishedEvaluation.objects.filter(evaluation=OuterRef("evaluation"), is_current=True)
    return (
        Correction.objects.select_related("publication__round", "measure_evaluation__measure__policy")
        .annotate(code=Subquery(codes.values("code")[:1]))
        .order_by("-publication__made_at", "-pk")
    )


def shown_corrections() -> QuerySet[Any]:
    """Those that the public may read."""
    return frozen_corrections().filter(publication__round__in=Round.objects.published())


def corrections_of(published: PublishedRound, marker: TermMarker, **what: Any) -> tuple[CorrectionView, ...]:
    """The corrections of one thing in a year; of a year that is only previewed there are none. At most one query."""
    if published.round.state != RoundState.PUBLISHED:
        return ()
    return marked_views(frozen_corrections().filter(publication__round=published.round, **what), marker)


def corrections_within(published: PublishedRound, measure: Measure) -> tuple[CorrectionView, ...]:
    """The newest corrections of the 調書 of a measure in a year, without marks. At most one query."""
    if published.round.state != RoundState.PUBLISHED:
        return ()
    current = {"evaluation__published__measure": measure, "evaluation__published__is_current": True}
    rows = frozen_corrections().filter(publication__round=published.round, **current)[:WITHIN_A_MEASURE]
    return tuple(map(correction_view, rows))


def marked_views(corrections: Iterable[Any], marker: TermMarker | None = None) -> tuple[CorrectionView, ...]:
    """`correction_view` of each for a page: what differs is marked; with a marker the terms, too. No query."""
    views = [_marked(correction_view(each), marker) for each in corrections]
    first = next((view for view in views if any(change.is_marked for change in view.marked)), None)
    return tuple(replace(view, explains_marks=True) if view is first else view for view in views)


def _marked(view: CorrectionView, marker: TermMarker | None) -> CorrectionView:
    if marker is not None:
        marker.section()
    return replace(view, marked=wrong_and_right(view.changes, is_addition=view.is_addition, marker=marker))


def wrong_and_right(
    changes: Iterable[Data], *, is_addition: bool = False, marker: TermMarker | None = None
) -> tuple[WrongAndRight, ...]:
    """The words that differ are marked; with a marker the terms, too."""

    def told(pieces: Pieces) -> Pieces:
        return tuple(Piece(piece.kind, marker.quoted(piece.text)) for piece in pieces) if marker else pieces

    found = []
    for change in changes:
        wrong, right = compared("" if is_addition else str(change["before"]), str(change["after"]))
        found.append(WrongAndRight(change["label"], told(wrong), told(right)))
    return tuple(found)


def compared(wrong: str, right: str) -> tuple[Pieces, Pieces]:
    """Both with the words that differ; without them where both are short, or the one is nothing like the other."""
    is_told = wrong and right and max(len(wrong), len(right)) >= SENTENCE
    pieces = word_diff(wrong, right) if is_told else []
    same = sum(len(piece.text) for piece in pieces if piece.kind == "same")
    if not pieces or same <= LEAST_SAME * min(len(wrong), len(right)):
        return _unmarked(wrong), _unmarked(right)
    before, after = (tuple(each for each in pieces if each.kind in {"same", kind}) for kind in ("removed", "added"))
    return before, after


def _unmarked(text: str) -> Pieces:
    return (Piece("same", text),) if text else ()


def correction_view(correction: Any) -> CorrectionView:
    """`correction` read with `frozen_corrections()`: no query."""
    publication, slug = correction.publication, [correction.publication.round.slug]
    if correction.measure_evaluation is not None:
        kind, code = "measure", correction.measure_evaluation.measure.code
    else:
        kind, code = "action", correction.code
    return CorrectionView(
        number=publication.number,
        title=correction.title,
        reason=correction.reason,
        made_at=publication.made_at,
        changes=tuple(correction.changes),
        url=reverse(f"progress:{kind}", args=[*slug, code]),
        first_url=reverse(f"progress:{kind}_first", args=[*slug, code]),
        is_addition=correction.is_addition,
    )


def overtaken_words(round_: Round) -> dict[int, datetime.date]:
    """Measure → the day of the words of its 施策評価, where a 調書 of it was corrected after them. At most one query.

    Of a round that is only previewed there is nothing.
    """
    if round_.published_at is None:
        return {}
    own = Correction.objects.filter(publication__round=round_, measure_evaluation__measure=OuterRef("measure"))
    corrected = PublishedEvaluation.objects.filter(round=round_, is_current=True, edition__gt=1).order_by()
    found = corrected.values("measure").annotate(
        newest=Max("publication__made_at"),
        own=Subquery(own.order_by("-publication__made_at").values("publication__made_at")[:1]),
    )
    worded = ((row["measure"], row["own"] or round_.published_at, row["newest"]) for row in found)
    return {measure: timezone.localdate(moment) for measure, moment, newest in worded if newest > moment}
