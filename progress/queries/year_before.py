"""What was published of the same actions the year before."""

from collections.abc import Mapping

from progress.models import PublishedEvaluation, Round
from progress.queries.published import current_evaluations


def year_before(round_: Round) -> Mapping[int, PublishedEvaluation]:
    """Action id → what is published of it for the year before, in the same programme. One query."""
    rows = current_evaluations().filter(round__program=round_.program_id, round__year=round_.year - 1)
    return {row.action_id: row for row in rows.order_by("code")}
