"""What was released to the committee: accepted 調書 and 施策評価, and nothing else."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from progress.models import Evaluation, Round
from progress.queries.measure_rollups import MeasureRow, measure_rows

EVALUATIONS_A_PAGE = 50


@dataclass(frozen=True)
class ReleasedRound:
    """The measures with the sums of what is accepted, and a page of the accepted 調書."""

    measures: list[MeasureRow]
    page: Page[Evaluation]


def released_round(round_: Round, evaluations: QuerySet[Evaluation], page: str) -> ReleasedRound:
    """`evaluations`: what of the round the committee may read. Seven queries.

    The keys are sorted, and the 調書 of one page read: they are long.
    """
    keys = evaluations.filter(round=round_).order_by("action__code").values("pk")
    shown: Page[Any] = Paginator(keys, EVALUATIONS_A_PAGE).get_page(page)
    found = Evaluation.objects.filter(pk__in=shown.object_list).select_related(
        "action__main_direction__measure__policy", "department", "grade", "outlook"
    )
    shown.object_list = list(found.order_by("action__code"))
    return ReleasedRound(measure_rows(round_), shown)
