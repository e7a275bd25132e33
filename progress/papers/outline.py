"""The contents of a paper that nobody has ordered yet, without reading all that will stand in it."""

from collections.abc import Collection
from dataclasses import dataclass, field

from progress.enums import PaperPart, RoundState
from progress.models import Evaluation, PublishedEvaluation, PublishedMeasure, Round
from progress.papers.preview import Preview
from progress.papers.report import Report, in_order
from progress.papers.round_paper import Entry, uncorrected_paper
from progress.papers.selection import Selection
from progress.queries.published import frozen_evaluations, frozen_measures, frozen_round
from progress.rollup import Rollup

MOST_SHEETS = 200
"""More 取組 than these have no lines in it: nobody chooses by them, and a round may have 20,000."""


@dataclass(frozen=True)
class Outline:
    """The lines of the contents; `unlisted` 取組 have theirs in the paper alone."""

    entries: list[Entry] = field(default_factory=list)
    unlisted: int = 0


def outline_of(round_: Round, selection: Selection) -> Outline:
    """A constant number of queries (at most ten)."""
    lists_sheets = selection.has(PaperPart.SHEETS) and not selection.has(PaperPart.INDEX_CODE)
    report, unlisted = (_published if round_.state == RoundState.PUBLISHED else _draft)(
        round_, selection.measures, lists_sheets
    )
    return Outline(uncorrected_paper(report, selection, "").contents, unlisted)


def _published(round_: Round, chosen: Collection[str], lists_sheets: bool) -> tuple[Report, int]:
    found = frozen_measures().filter(round=round_).select_related("measure__policy__plan")
    measures = tuple(found.order_by("measure__policy__number", "measure__number"))
    rows: list[PublishedEvaluation] = []
    count = 0
    if lists_sheets:
        wanted = frozen_evaluations().filter(round=round_, measure__in=_keys(measures, chosen))
        count = wanted.count()
        rows = list(wanted.select_related("measure__policy")) if count <= MOST_SHEETS else []
    return Report(frozen_round(round_), False, measures, in_order(rows)), count - len(rows)


def _draft(round_: Round, chosen: Collection[str], lists_sheets: bool) -> tuple[Report, int]:
    made = Preview.of(round_)
    # Nothing of the contents is a sum.
    measures = tuple(made.measure_rows(dict[int, Rollup]()))
    rows: list[PublishedEvaluation] = []
    count = 0
    if lists_sheets:
        wanted = Evaluation.objects.filter(round=round_, direction__measure__in=_keys(measures, chosen))
        count = wanted.count()
        rows = made.rows(wanted) if count <= MOST_SHEETS else []
    return Report(made.published, True, measures, in_order(rows)), count - len(rows)


def _keys(measures: Collection[PublishedMeasure], chosen: Collection[str]) -> list[int]:
    return [row.measure_id for row in measures if not chosen or row.measure.code in chosen]
