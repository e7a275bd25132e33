"""What ICT推進課 should see before it confirms many proposals at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, QuerySet, When

from progress.enums import ProposalState
from progress.models import NextYearProposal, Round
from progress.queries.confirmable import may_be_confirmed
from progress.queries.next_year import ProposalRow, proposal_rows, why_not_yet
from progress.queries.successors import following_program

MOST_SHOWN = 50


@dataclass(frozen=True)
class BeforeConfirming:
    """What becomes of those chosen: `along` are the keys of the plans, the endings are shown singly.

    Of each kind at most `MOST_SHOWN` are shown; `endings_total` and `refused_total` count all. `refused` has the
    reasons.
    """

    along: Sequence[int]
    plans: Sequence[ProposalRow]
    endings: Sequence[ProposalRow]
    endings_total: int
    refused: Sequence[tuple[ProposalRow, str]]
    refused_total: int

    @property
    def unlisted(self) -> int:
        """How many endings are not shown: nobody confirms them from this page."""
        return self.endings_total - len(self.endings)

    @property
    def doable(self) -> int:
        return len(self.along) + len(self.endings)

    @property
    def plans_unlisted(self) -> int:
        return len(self.along) - len(self.plans)

    @property
    def refused_unlisted(self) -> int:
        return self.refused_total - len(self.refused)


def before_confirming(chosen: QuerySet[NextYearProposal], round_: Round) -> BeforeConfirming:
    """`chosen`: proposals of the round, as `proposals_of` reads them. At most seven queries."""
    waiting = chosen.filter(state=ProposalState.PROPOSED)
    deciding = waiting.annotate(may=Case(When(may_be_confirmed(round_), then=True), default=False))
    keys = list(deciding.values_list("pk", "may", "ends_action"))
    along = [key for key, may, ends in keys if may and not ends]
    endings = [key for key, may, ends in keys if may and ends]
    refused = [key for key, may, _ in keys if not may]
    rows = proposal_rows(waiting.filter(pk__in=[*along[:MOST_SHOWN], *endings[:MOST_SHOWN], *refused[:MOST_SHOWN]]))
    following = following_program(round_) if refused else None
    first = {row.proposal.pk: row for row in rows}
    return BeforeConfirming(
        along=along,
        plans=[first[key] for key in along[:MOST_SHOWN]],
        endings=[first[key] for key in endings[:MOST_SHOWN]],
        endings_total=len(endings),
        refused=[(first[key], why_not_yet(first[key], following)) for key in refused[:MOST_SHOWN]],
        refused_total=len(refused),
    )
