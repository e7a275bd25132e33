"""Which proposals can be confirmed now: as conditions on those of one round, and of one that is at hand."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet

from programs.models import ActionLineage
from progress.enums import ProposalState, Status
from progress.models import Evaluation, NextYearProposal, Round
from progress.queries.next_plans import NextPlan
from progress.queries.successors import Heir, is_last_year, lineages

EVERY = Q(pk__isnull=False)
"""A condition that can be turned round, as an empty one cannot."""


def confirmable(proposals: QuerySet[NextYearProposal], round_: Round) -> QuerySet[NextYearProposal]:
    """Those of one round that can be confirmed now."""
    return proposals.filter(may_be_confirmed(round_))


def may_be_confirmed(round_: Round) -> Q:
    """Of the proposals of one round: those that wait, have somewhere to go and let out nothing too early."""
    return Q(state=ProposalState.PROPOSED) & is_told(round_) & may_come(round_)


def may_come(round_: Round) -> Q:
    """Of the proposals of one round: those to which nothing stands in the way but what the public would learn."""
    return has_home(round_) & ~goes_on_alone(round_) & ~is_evaluated_later(round_)


def is_told(round_: Round) -> Q:
    """Of the proposals of one round: those whose 調書 the public knows, or that change nothing it sees."""
    told = Q(evaluation__status=Status.PUBLISHED)
    own = told if round_.program.is_public else EVERY
    if not is_last_year(round_):
        return own
    seen = _heirs(round_).filter(action__program__is_published=True, action__program__plan__is_published=True)
    hidden = told | ~Q(Exists(seen))
    return (Q(ends_action=True) & own & hidden) | (Q(ends_action=False) & hidden)


def has_home(round_: Round) -> Q:
    """Of the proposals of one round: those that have somewhere to go; within a programme, all."""
    if not is_last_year(round_):
        return EVERY
    return Q(ends_action=True) | Q(Exists(_heirs(round_)))


def goes_on_alone(round_: Round) -> Q:
    """Of the proposals of one round: those that end an action which an action of the next programme continues alone.

    Where a merged action continues it, its end and that go together.
    """
    if not is_last_year(round_):
        return ~EVERY
    others = lineages(round_).filter(action=OuterRef("action")).exclude(predecessor=OuterRef("predecessor"))
    return Q(ends_action=True) & Q(Exists(_heirs(round_).exclude(Exists(others))))


def is_evaluated_later(round_: Round) -> Q:
    """Of the proposals of one round: those that end an action which has a 調書 of a later year."""
    later = Evaluation.objects.filter(action=OuterRef("evaluation__action"), round__year__gt=round_.year)
    return Q(ends_action=True) & Q(Exists(later))


def _heirs(round_: Round) -> QuerySet[ActionLineage]:
    return lineages(round_).filter(predecessor=OuterRef("evaluation__action"))


def lets_out(proposal: NextYearProposal, plans: Sequence[NextPlan], heirs: Sequence[Heir]) -> bool:
    """Whether confirming it now would show the public something of a 調書 that is not published yet.

    `plans`: what it makes; `heirs`: of an ending, what continues its action.
    """
    if proposal.evaluation.status == Status.PUBLISHED:
        return False
    later = [plan.action.program for plan in plans if plan.is_inherited] + [heir.action.program for heir in heirs]
    own = [] if later and not proposal.ends_action else [proposal.evaluation.round.program]
    return any(program.is_public for program in own + later)
