"""What a round would freeze if it were published now: the same rows as freezing makes, and none is stored."""

import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.core.paginator import Page
from django.db.models import QuerySet
from django.utils import timezone

from plan.queries.listing import page_of
from progress.actions.freezing import answered_evaluation, frozen_evaluation, listed_evaluation
from progress.enums import PublicationKind
from progress.models import (
    Evaluation,
    MeasureEvaluation,
    Publication,
    PublishedEvaluation,
    PublishedMeasure,
    Round,
    ScaleEntry,
)
from progress.queries.filling import entries_of
from progress.queries.first_frame import in_published_words
from progress.queries.measure_rollups import sums_by_measure
from progress.queries.plan_background import Background, backgrounds_of
from progress.queries.published import PublishedRound
from progress.queries.result_lists import result_rows
from progress.queries.results import Legend, ResultRow
from progress.queries.snapshot_rows import answered_rows, listed_rows, rows_of_a_round
from progress.rollup import Rollup
from progress.snapshots import evaluation_data, frame_data, measure_data


@dataclass(frozen=True)
class Preview:
    """A round as it would be published at `moment`."""

    published: PublishedRound
    publication: Publication
    entries: Sequence[ScaleEntry]

    @classmethod
    def of(cls, round_: Round, moment: datetime.datetime | None = None) -> "Preview":
        """One query."""
        made_at = moment or round_.publish_at or timezone.now()
        entries = entries_of(round_)
        frame = frame_data(round_, entries)
        publication = Publication(round=round_, number=1, kind=PublicationKind.FIRST, made_at=made_at, frame=frame)
        return cls(PublishedRound(round_, frame, Legend.of(frame), made_at), publication, entries)

    @property
    def evaluations(self) -> QuerySet[Evaluation]:
        return Evaluation.objects.filter(round=self.published.round).order_by("action__code")

    def measure_rows(self, rollups: Mapping[int, Rollup] | None = None) -> list[PublishedMeasure]:
        """Those of all measures in their order. Three queries; one where their roll-ups are known (by measure id)."""
        round_ = self.published.round
        if rollups is None:
            rollups = self.rollups()
        written = MeasureEvaluation.objects.filter(round=round_).select_related("rating", "measure__policy__plan")
        return [
            self._measure_row(evaluation, rollups.get(evaluation.measure_id, Rollup()))
            for evaluation in written.order_by("measure__policy__number", "measure__number")
        ]

    def rollups(self, measure: int | None = None) -> dict[int, Rollup]:
        """By measure id; of one measure alone where it is given."""
        sums = sums_by_measure(self.published.round, measure=measure, entries=self.entries)
        return {key: each.as_published for key, each in sums.items()}

    def _measure_row(self, evaluation: MeasureEvaluation, rollup: Rollup) -> PublishedMeasure:
        rating = evaluation.rating
        return PublishedMeasure(
            publication=self.publication,
            round=self.published.round,
            measure=evaluation.measure,
            title=evaluation.measure.title,
            evaluation=evaluation,
            rating_symbol=rating.symbol if rating else "",
            rating_label=rating.label if rating else "",
            data=measure_data(evaluation, rollup),
        )

    def rows(self, evaluations: QuerySet[Evaluation], *, as_it_stands: bool = False) -> list[PublishedEvaluation]:
        """A constant number of queries. `as_it_stands`: see `evaluation_data`; it changes the `data` alone."""
        found = list(rows_of_a_round(evaluations))
        for each in found:
            each.round = self.published.round
            each.action.program = self.published.round.program
        if self.published.round.is_published:
            in_published_words(found)
        backgrounds = backgrounds_of(found)
        return [self._row(each, backgrounds.get(each.pk), as_it_stands=as_it_stands) for each in found]

    def answered_rows(self, evaluations: QuerySet[Evaluation]) -> list[PublishedEvaluation]:
        """The same for files, which tell nothing more of the action and its departments. Three queries."""
        return [answered_evaluation(each, self.publication) for each in answered_rows(evaluations)]

    def _row(self, evaluation: Evaluation, background: Background | None, *, as_it_stands: bool) -> PublishedEvaluation:
        row = frozen_evaluation(evaluation, self.publication, background=background)
        if as_it_stands:
            row.data = evaluation_data(evaluation, background, as_it_stands=True)
        return row

    def result_page(
        self, evaluations: QuerySet[Evaluation], number: str | None, found: Sequence[int] | None = None
    ) -> tuple["Page[Evaluation]", tuple[ResultRow, ...]]:
        """In the order of `evaluations`; of those `found` alone (keys in that order). Two queries at most.

        The list shows the columns of a row, not the whole of it.
        """
        page = page_of(evaluations.values("pk") if found is None else found, number)
        frozen = self._listed(evaluations.filter(pk__in=page.object_list))
        return page, result_rows(self.published, frozen)

    def listed_by_key(self, keys: Collection[int]) -> dict[int, PublishedEvaluation]:
        """By the key of the 調書. One query."""
        return {row.evaluation_id: row for row in self._listed(self.evaluations.filter(pk__in=keys))}

    def _listed(self, evaluations: QuerySet[Evaluation]) -> list[PublishedEvaluation]:
        return [listed_evaluation(each, self.publication) for each in listed_rows(evaluations)]
