"""Which proposals can be confirmed: the conditions on many and the question about one say the same."""

from itertools import product

import pytest

from accounts.models import Department, User
from programs.models import Program
from progress.actions.opening import open_round
from progress.actions.publication import publish
from progress.enums import Status
from progress.queries.confirmable import confirmable, is_told, lets_out
from progress.queries.next_plans import next_plans
from progress.queries.next_year import proposal_rows, proposals_of
from progress.queries.successors import heirs_of_endings
from tests.progress.factories import RoundFactory, action_of, bring_to
from tests.progress.last_year import LastYear, ending

pytestmark = pytest.mark.django_db
YES_NO = (False, True)


@pytest.mark.parametrize(("is_public", "heir_is_public", "is_told_of"), list(product(YES_NO, repeat=3)))
def test_in_a_last_year_both_say_what_would_be_let_out(
    division: Department,
    liaison: User,
    manager: User,
    ict_staff: User,
    is_public: bool,
    heir_is_public: bool,
    is_told_of: bool,
) -> None:
    """One that goes on, one that ends, one that ends although it is continued, one without an heir, two merged."""
    last = LastYear(division, liaison, manager, ict_staff)
    going, leaving, torn, lonely, merged, parting = (last.action(f"1-1-00{number}") for number in range(1, 7))
    last.open()
    for action in (going, lonely, merged):
        last.accept(action)
    for action in (leaving, torn, parting):
        last.accept(action, **ending(last))
    following = last.succeed({going: ["1-1-001"], torn: ["1-1-003"], merged: ["1-1-005"], parting: ["1-1-005"]})
    Program.objects.filter(pk=last.program.pk).update(is_published=is_public)
    Program.objects.filter(pk=following.pk).update(is_published=heir_is_public)
    if is_told_of:
        publish(round=last.round, by=ict_staff)
    round_ = type(last.round).objects.select_related("program__plan").get(pk=last.round.pk)
    proposals = list(proposals_of(round_))
    plans, heirs = next_plans(proposals), heirs_of_endings(proposals)
    told = set(proposals_of(round_).filter(is_told(round_)))
    for proposal in proposals:
        if proposal.evaluation.action != lonely:  # it has nowhere to go, so nothing of it gets out
            assert (proposal in told) is not lets_out(proposal, plans.get(proposal.pk, []), heirs.get(proposal.pk, []))
    may = {row.proposal for row in proposal_rows(proposals) if row.may_confirm}
    assert set(confirmable(proposals_of(round_), round_)) == may
    assert {proposal.evaluation.action for proposal in may} <= {going, leaving, merged, parting}


@pytest.mark.parametrize(("is_public", "is_told_of"), list(product(YES_NO, repeat=2)))
def test_within_a_programme_both_say_the_same(
    division: Department, liaison: User, manager: User, ict_staff: User, is_public: bool, is_told_of: bool
) -> None:
    round_ = RoundFactory.create()
    action_of(round_.program, division)
    open_round(round=round_, by=ict_staff)
    bring_to(Status.ACCEPTED, round_.evaluations.get(), liaison=liaison, manager=manager, staff=ict_staff)
    Program.objects.update(is_published=is_public)
    if is_told_of:
        publish(round=round_, by=ict_staff)
    round_ = type(round_).objects.select_related("program__plan").get(pk=round_.pk)
    (proposal,) = proposals_of(round_)
    expected = is_told_of or not is_public
    assert lets_out(proposal, next_plans([proposal])[proposal.pk], []) is not expected
    assert confirmable(proposals_of(round_), round_).exists() is expected
    assert proposal_rows([proposal])[0].may_confirm is expected
