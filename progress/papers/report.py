"""One round as every paper, workbook and file of it is made: the same rows, numbers and order.

A published round is read from what was frozen. Of any other, the rows are
those that freezing would make now: what is not decided yet shows its plan
alone, and the paper is a draft. For the people of the chain the undecided
調書 can be told as they stand; every sum is of the decided ones all the same.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from progress.enums import DECIDED, RoundState
from progress.models import Evaluation, PublishedEvaluation, PublishedMeasure, Round
from progress.papers.preview import Preview
from progress.queries.published import PublishedRound, frozen_evaluations, frozen_measures, frozen_round
from progress.queries.results import Legend, Sums, added, sums_of
from progress.queries.years import MeasureResult
from progress.rollup import Part, Rollup


@dataclass(frozen=True)
class Report:
    """`measures` in the order of the 体系, `evaluations` in it too: by measure, then by code. Money in 千円."""

    published: PublishedRound
    is_draft: bool
    measures: tuple[PublishedMeasure, ...]
    evaluations: tuple[PublishedEvaluation, ...]

    @property
    def round(self) -> Round:
        return self.published.round

    @property
    def legend(self) -> Legend:
        return self.published.legend

    @property
    def is_sample(self) -> bool:
        return self.published.is_sample

    @cached_property
    def results(self) -> tuple[MeasureResult, ...]:
        """The measures with their sums."""
        return tuple(MeasureResult.of(row, self.published) for row in self.measures)

    @cached_property
    def whole(self) -> Sums:
        return sums_of(added([row.data.get("rollup", {}) for row in self.measures]), self.legend)

    @property
    def shows_undecided(self) -> bool:
        """Whether anything stands in it that is not decided: never for the public or the committee."""
        return any(row.data.get("state") for row in self.evaluations)

    @property
    def is_provisional(self) -> bool:
        return self.is_draft or self.shows_undecided

    def evaluations_of(self, measure_id: int) -> tuple[PublishedEvaluation, ...]:
        return tuple(row for row in self.evaluations if row.measure_id == measure_id)


def report_of(round_: Round, *, as_it_stands: bool = False) -> Report:
    """The whole round. A constant number of queries (at most 20). Who may read it is for the caller to ask.

    `as_it_stands`: undecided 調書 are told with what is typed so far.
    """
    if round_.state == RoundState.PUBLISHED:
        return _published(round_, as_it_stands=as_it_stands)
    return _draft(round_, as_it_stands=as_it_stands)


def _published(round_: Round, *, as_it_stands: bool) -> Report:
    measures = frozen_measures().filter(round=round_).select_related("measure__policy__plan")
    evaluations = frozen_evaluations().filter(round=round_)
    rows = list(evaluations.select_related("measure__policy", "direction__measure__policy", "department"))
    if as_it_stands:
        _tell_exceptions(round_, rows)
    return Report(
        frozen_round(round_),
        is_draft=False,
        measures=tuple(measures.order_by("measure__policy__number", "measure__number")),
        evaluations=in_order(rows),
    )


def _tell_exceptions(round_: Round, rows: Iterable[PublishedEvaluation]) -> None:
    """What was published undecided goes on through the chain; in memory it is told as it stands now."""
    undecided = Evaluation.objects.filter(round=round_).exclude(status__in=DECIDED)
    told = {row.evaluation_id: row.data for row in Preview.of(round_).rows(undecided, as_it_stands=True)}
    for row in rows:
        row.data = told.get(row.evaluation_id, row.data)


def _draft(round_: Round, *, as_it_stands: bool) -> Report:
    made = Preview.of(round_)
    rows = made.rows(Evaluation.objects.filter(round=round_), as_it_stands=as_it_stands)
    measures = tuple(made.measure_rows(_rollups(rows)))
    return Report(made.published, is_draft=True, measures=measures, evaluations=in_order(rows))


def _rollups(rows: Iterable[PublishedEvaluation]) -> dict[int, Rollup]:
    """Measure id → the sum of its rows."""
    parts: dict[int, list[Part]] = {}
    for row in rows:
        amounts = (row.budget, row.settlement, row.indicators_total, row.indicators_reached)
        parts.setdefault(row.measure_id, []).append(Part(row.grade_symbol, *amounts))
    return {measure: Rollup.of(each) for measure, each in parts.items()}


def in_order(rows: Sequence[PublishedEvaluation]) -> tuple[PublishedEvaluation, ...]:
    """In that of the 体系, and in it by code."""
    return tuple(sorted(rows, key=lambda row: (row.measure.policy.number, row.measure.number, row.code)))
