"""The words in which a year was published first: what is told of it later, and published of it later, keeps to them."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from copy import copy
from typing import Any

from django.db.models import JSONField, OuterRef, QuerySet, Subquery

from progress.models import Publication, Round, ScaleEntry


def first_frame(round_: Round) -> Mapping[str, Any]:
    """The words in which the year was published; {} where it is not. One query at most: it is kept with `round_`."""
    if not vars(round_).get("first_frame"):
        frames = Publication.objects.filter(round=round_, number=1).values_list("frame", flat=True)
        vars(round_)["first_frame"] = next(iter(frames), {})
    found: Mapping[str, Any] = vars(round_)["first_frame"]
    return found


def published_frame(round_: Round) -> Mapping[str, Any]:
    """`first_frame` without a query where the round is not published."""
    return first_frame(round_) if round_.is_published else {}


def in_words_of(frame: Mapping[str, Any], *entries: ScaleEntry | None) -> None:
    """The entries get the labels of the frame, in memory: they must not be saved."""
    scale = frame.get("scale", {})
    for entry in entries:
        if entry is not None:
            labels = {step["symbol"]: step["label"] for step in scale.get(entry.kind, ())}
            entry.label = labels.get(entry.symbol, entry.label)


def in_published_words(rows: Iterable[Any], frame: Mapping[str, Any] | None = None) -> list[Any]:
    """調書 or 施策評価 of any rounds; the entries read with them get the labels with which their year was published.

    In memory: they must not be saved. One query where there are any; none where the `frame` of all of them is known.
    """
    found = list(rows)
    rounds = {row.round_id for row in found}
    frames = dict.fromkeys(rounds, frame) if frame is not None else _frames_of(rounds)
    for row in found:
        for name in _entries_read(row):
            entry = copy(getattr(row, name))  # rows of another year may share it
            in_words_of(frames.get(row.round_id, {}), entry)
            setattr(row, name, entry)
    return found


def keep_frame(row: Any) -> None:
    """The round of a row read `with_first_frame` knows its frame."""
    vars(row.round)["first_frame"] = row.first_frame or {}


def with_first_frame(rows: QuerySet[Any], *, of: str = "pk") -> QuerySet[Any]:
    """Rounds with the frame of each as `first_frame`, None where it is not published.

    `of` is the column that leads from other rows to their round.
    """
    frames = Publication.objects.filter(round=OuterRef(of), number=1).values("frame")[:1]
    return rows.annotate(first_frame=Subquery(frames, output_field=JSONField()))


def _frames_of(rounds: Collection[int]) -> dict[int, Mapping[str, Any]]:
    first = Publication.objects.filter(round__in=rounds, number=1).values_list("round", "frame")
    return dict(first) if rounds else {}


def _entries_read(row: Any) -> Iterator[str]:
    for field in row._meta.concrete_fields:
        if field.related_model is ScaleEntry and field.is_cached(row) and getattr(row, field.name) is not None:
            yield field.name
