"""What the grades of a round mean, for the pages of the desk: in the words of 公表, before it in those of the scale."""

from collections.abc import Sequence

from progress.models import Round, ScaleEntry
from progress.queries.filling import entries_of, scale_data
from progress.queries.first_frame import published_frame
from progress.queries.results import Legend


def legend_of(round_: Round, entries: Sequence[ScaleEntry] | None = None) -> Legend:
    """Two queries at most; one less where the `entries` are known."""
    if frame := published_frame(round_):
        return Legend.of(frame)
    if entries is None:
        entries = entries_of(round_)
    return Legend.of({"scale": scale_data(round_.scale, entries)})
