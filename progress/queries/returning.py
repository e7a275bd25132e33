"""What a 差戻し of a confirmed 調書 leaves behind, for who is about to do it."""

import datetime
from dataclasses import dataclass

from progress.enums import ProposalState, Status
from progress.models import Evaluation, NextYearProposal


@dataclass(frozen=True)
class Consequences:
    """`plan_year`: the year whose plan came from the 調書; `has_ended`: its action was ended by it; `publish_at`: the
    moment of 公表 that it will stop."""

    plan_year: int | None = None
    has_ended: bool = False
    publish_at: datetime.datetime | None = None


def consequences_of_return(evaluation: Evaluation) -> Consequences:
    """At most one query. What was confirmed before counts though a newer proposal waits: the plan came from it."""
    if evaluation.status != Status.ACCEPTED:
        return Consequences()
    confirmed = NextYearProposal.history.filter(evaluation=evaluation.pk, state=ProposalState.CONFIRMED)
    year, has_ended = confirmed.values_list("year", "ends_action").first() or (None, False)
    stops = evaluation.round.is_open and not evaluation.is_exception
    return Consequences(
        plan_year=None if has_ended else year,
        has_ended=has_ended,
        publish_at=evaluation.round.publish_at if stops else None,
    )
