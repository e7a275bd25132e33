"""What was released to the committee: accepted 調書 and 施策評価, and nothing else."""

from dataclasses import dataclass

from django.core.paginator import Page
from django.db.models import QuerySet

from plan.queries.listing import page_by_keys
from progress.models import Evaluation, Round
from progress.queries.first_frame import in_published_words, published_frame
from progress.queries.left_out import LeftOutRows, left_out_rows
from progress.queries.measure_rollups import MeasureRow, measure_rows

EVALUATIONS_A_PAGE = 50


@dataclass(frozen=True)
class ReleasedRound:
    """The measures with the sums of what is accepted, a page of the accepted 調書, and what 公表 leaves out."""

    measures: list[MeasureRow]
    page: Page[Evaluation]
    left_out: LeftOutRows


def released_round(round_: Round, evaluations: QuerySet[Evaluation], page: str) -> ReleasedRound:
    """`evaluations`: what of the round the committee may read. At most nine queries."""
    found = evaluations.filter(round=round_).select_related(
        "action__main_direction__measure__policy", "department", "grade", "outlook"
    )
    shown = page_by_keys(found.order_by("action__code"), page, EVALUATIONS_A_PAGE)
    shown.object_list = in_published_words(shown.object_list, published_frame(round_))
    return ReleasedRound(measure_rows(round_), shown, left_out_rows(round_))
