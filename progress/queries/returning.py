"""What a 差戻し of a confirmed 調書 leaves behind, for who is about to do it."""

import datetime
from dataclasses import dataclass

from progress.enums import ProposalState, Status
from progress.models import Evaluation, NextYearProposal


@dataclass(frozen=True)
class Consequences:
    """`plan_year`: the year whose plan came from the 調書; `publish_at`: the moment it will stop."""

    plan_year: int | None = None
    publish_at: datetime.datetime | None = None


def consequences_of_return(evaluation: Evaluation) -> Consequences:
    """At most one query."""
    if evaluation.status != Status.ACCEPTED:
        return Consequences()
    confirmed = NextYearProposal.objects.filter(evaluation=evaluation, state=ProposalState.CONFIRMED)
    stops = evaluation.round.is_open and not evaluation.is_exception
    return Consequences(
        plan_year=confirmed.values_list("year", flat=True).first(),
        publish_at=evaluation.round.publish_at if stops else None,
    )
