"""The words in which a year was published first: what is published of it later keeps to them."""

from collections.abc import Mapping
from typing import Any

from progress.models import Publication, Round, ScaleEntry


def first_frame(round_: Round) -> Mapping[str, Any]:
    """The words in which the year was published. One query."""
    frames = Publication.objects.filter(round=round_, number=1).values_list("frame", flat=True)
    return next(iter(frames), {})


def in_words_of(frame: Mapping[str, Any], *entries: ScaleEntry | None) -> None:
    """The entries get the labels of the frame, in memory: they must not be saved."""
    scale = frame.get("scale", {})
    for entry in entries:
        if entry is not None:
            labels = {step["symbol"]: step["label"] for step in scale.get(entry.kind, ())}
            entry.label = labels.get(entry.symbol, entry.label)
