"""Closing the loop: what was decided under Act is the next year's plan."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from accounts.enums import Role
from accounts.models import Department, User
from plan.models import Revision
from programs.models import Action, ActionYear, Program
from progress.actions.corrections import publish_late
from progress.actions.evaluations import Answers, perform, save_evaluation
from progress.actions.opening import open_round
from progress.actions.proposals import confirm, confirm_many, decline
from progress.actions.publication import publish
from progress.actions.rounds import set_exception
from progress.enums import ProposalState, Status
from progress.errors import NotNow, NotYours, ReasonRequired
from progress.models import Evaluation, NextYearProposal
from progress.queries.confirmable import confirmable
from progress.queries.next_year import loop_of, proposal_rows, why_not_yet
from progress.workflow import ACCEPT, ENDORSE, RETURN_BY_STAFF, SUBMIT
from tests.factories import UserFactory
from tests.plan.reading import main_of, part, words
from tests.programs.factories import ActionYearFactory, IndicatorFactory, IndicatorYearFactory
from tests.progress.factories import RoundFactory, action_of, bring_to, entry, fill_in, opened
from tests.progress.pages import table_rows

pytestmark = pytest.mark.django_db
Brought = Callable[[Status, Evaluation], Evaluation]
_CHAIN = ("submitted_at", "submitted_by", "endorsed_at", "endorsed_by", "accepted_at", "accepted_by")


@pytest.fixture
def proposal(evaluation: Evaluation, brought_to: Brought, ict_staff: User) -> NextYearProposal:
    """Of a 調書 that is published."""
    brought_to(Status.ACCEPTED, evaluation)
    publish(round=evaluation.round, by=ict_staff)
    return NextYearProposal.objects.get()


@pytest.fixture
def unseen(evaluation: Evaluation, brought_to: Brought) -> NextYearProposal:
    """Of a 調書 that is accepted, in a programme that the public does not see."""
    Program.objects.update(is_published=False)
    brought_to(Status.ACCEPTED, evaluation)
    return NextYearProposal.objects.get()


def test_a_confirmed_proposal_is_the_plan_of_the_next_year(proposal: NextYearProposal, ict_staff: User) -> None:
    action = proposal.evaluation.action
    confirm(proposal=proposal, by=ict_staff)
    proposal.refresh_from_db()
    plan = ActionYear.objects.get(action=action, year=2017)
    assert (plan.planned_work, plan.original_planned_work) == ("対象を広げて実施します。", "対象を広げて実施します。")
    assert (proposal.state, proposal.decided_by) == (ProposalState.CONFIRMED, ict_staff)
    origin = proposal.plans.get()
    assert (origin.action_year, origin.planned_work, origin.budget) == (plan, "対象を広げて実施します。", plan.budget)
    revision = Revision.objects.get(object_type="programs.actionyear")
    assert (revision.reason, revision.path) == ("平成28(2016)年度の評価の結果を反映", action.get_absolute_url())


def test_the_original_plan_stays_beside_the_change(
    evaluation: Evaluation, brought_to: Brought, ict_staff: User
) -> None:
    ActionYearFactory.create(action=evaluation.action, year=2017, planned_work="当初の計画", budget=300)
    brought_to(Status.ACCEPTED, evaluation)
    publish(round=evaluation.round, by=ict_staff)
    confirm(proposal=NextYearProposal.objects.get(), by=ict_staff)
    plan = ActionYear.objects.get(action=evaluation.action, year=2017)
    assert (plan.planned_work, plan.original_planned_work, plan.original_budget, plan.is_changed) == (
        "対象を広げて実施します。",
        "当初の計画",
        300,
        True,
    )


def test_changed_targets_become_those_of_the_next_year(
    client: Client, division: Department, liaison: User, manager: User, ict_staff: User
) -> None:
    round_ = RoundFactory.create()
    action = action_of(round_.program, division)
    indicator = IndicatorFactory.create(action=action)
    for year in (2016, 2017):
        IndicatorYearFactory.create(indicator=indicator, position=year, target=10)
    open_round(round=round_, by=ict_staff)
    evaluation = round_.evaluations.get()
    row = evaluation.indicators.get()
    type(row).objects.filter(pk=row.pk).update(next_target=15, target_change_reason="実績が上回ったため")
    bring_to(Status.ACCEPTED, evaluation, liaison=liaison, manager=manager, staff=ict_staff)
    publish(round=round_, by=ict_staff)
    confirm(proposal=NextYearProposal.objects.get(), by=ict_staff)
    value = indicator.years.get(position=2017)
    assert (value.target, value.original_target) == (Decimal(15), Decimal(10))
    revision = Revision.objects.get(object_type="programs.indicator")
    assert revision.reason == "平成28(2016)年度の評価の結果を反映：実績が上回ったため"
    table = part(main_of(client.get(action.get_absolute_url())), "indicators")
    assert ["平成29(2017)年度", "15", "10"] in [row[:3] for row in table_rows(table)]
    assert f"（当初 10 → 15）：{revision.reason}" in words(table)


def test_an_action_that_ends_gets_its_last_year(
    evaluation: Evaluation, liaison: User, brought_to: Brought, ict_staff: User
) -> None:
    brought_to(Status.RETURNED, evaluation)
    stored = Evaluation.objects.get()
    save_evaluation(
        evaluation=stored,
        answers=Answers(values={"outlook_id": entry(stored.round, "Ⅵ").pk, "outlook_reason": "目的を達したため"}),
        by=liaison,
        expected_version=stored.version,
    )
    _finish(stored, liaison, ict_staff)
    proposal = NextYearProposal.objects.get()
    assert proposal.ends_action is True
    with pytest.raises(NotNow, match="の評価は、まだ公表していません。"):
        confirm(proposal=proposal, by=ict_staff)
    publish(round=stored.round, by=ict_staff)
    confirm(proposal=proposal, by=ict_staff)
    stored.action.refresh_from_db()
    assert (stored.action.end_year, ActionYear.objects.filter(year=2017).count()) == (2016, 0)


def _finish(evaluation: Evaluation, liaison: User, ict_staff: User) -> None:
    manager = UserFactory.create(role=Role.MANAGER, role__department=evaluation.department)
    for transition, by in ((SUBMIT, liaison), (ENDORSE, manager), (ACCEPT, ict_staff)):
        perform(evaluation=evaluation, transition=transition, by=by)


def test_what_was_decided_is_decided_once(proposal: NextYearProposal, ict_staff: User) -> None:
    confirm(proposal=proposal, by=ict_staff)
    with pytest.raises(NotNow, match="すでに「反映済み」です。"):
        confirm(proposal=proposal, by=ict_staff)
    with pytest.raises(NotNow):
        decline(proposal=proposal, by=ict_staff, reason="理由")


def test_declining_needs_a_reason_and_leaves_the_plan(proposal: NextYearProposal, ict_staff: User) -> None:
    with pytest.raises(ReasonRequired):
        decline(proposal=proposal, by=ict_staff, reason="")
    decline(proposal=proposal, by=ict_staff, reason="予算が認められなかったため")
    proposal.refresh_from_db()
    assert (proposal.state, proposal.decline_reason) == (ProposalState.DECLINED, "予算が認められなかったため")
    assert ActionYear.objects.filter(year=2017).count() == 0


def test_many_are_confirmed_at_once(division: Department, brought_to: Brought, ict_staff: User) -> None:
    round_ = opened(division, actions=3, by=ict_staff)
    for evaluation in round_.evaluations.all():
        brought_to(Status.ACCEPTED, evaluation)
    publish(round=round_, by=ict_staff)
    first = NextYearProposal.objects.order_by("pk")[0]
    decline(proposal=first, by=ict_staff, reason="見送り")
    count, refused = confirm_many(proposals=NextYearProposal.objects.all(), by=ict_staff)
    assert (count, [each.pk for each, _ in refused]) == (2, [first.pk])
    assert ActionYear.objects.filter(year=2017).count() == 2


def test_the_public_learns_from_no_plan_what_is_not_published(
    client: Client, evaluation: Evaluation, brought_to: Brought, ict_staff: User
) -> None:
    brought_to(Status.ACCEPTED, evaluation)
    proposal = NextYearProposal.objects.get()
    with pytest.raises(NotNow, match="反映すると公開ページに出るので、公表した後に反映してください。"):
        confirm(proposal=proposal, by=ict_staff)
    assert "対象を広げて実施します。" not in client.get(evaluation.action.get_absolute_url()).content.decode()
    publish(round=evaluation.round, by=ict_staff)
    confirm(proposal=proposal, by=ict_staff)
    assert "対象を広げて実施します。" in client.get(evaluation.action.get_absolute_url()).content.decode()


def test_an_exception_is_no_plan_until_it_is_added(
    evaluation: Evaluation, brought_to: Brought, ict_staff: User
) -> None:
    set_exception(evaluation=evaluation, by=ict_staff, reason="遅れています。")
    publish(round=evaluation.round, by=ict_staff)
    brought_to(Status.ACCEPTED, evaluation)
    proposal = NextYearProposal.objects.get()
    with pytest.raises(NotNow, match="まだ公表していません。"):
        confirm(proposal=proposal, by=ict_staff)
    publish_late(evaluation=evaluation, by=ict_staff, reason="確認が済んだため")
    confirm(proposal=proposal, by=ict_staff)
    assert ActionYear.objects.get(year=2017).planned_work == "対象を広げて実施します。"


def test_a_returned_evaluation_is_not_made_the_plan(unseen: NextYearProposal, ict_staff: User, liaison: User) -> None:
    confirm(proposal=unseen, by=ict_staff)
    confirmed = NextYearProposal.objects.get()
    evaluation = unseen.evaluation
    perform(evaluation=evaluation, transition=RETURN_BY_STAFF, by=ict_staff, comment="計画を見直してください。")
    stored = Evaluation.objects.get()
    save_evaluation(
        evaluation=stored,
        answers=Answers(values={"next_plan": "見直した計画"}),
        by=liaison,
        expected_version=stored.version,
    )
    _finish(stored, liaison, ict_staff)
    waiting = NextYearProposal.objects.get()
    assert (waiting.state, waiting.planned_work) == (ProposalState.PROPOSED, "見直した計画")
    perform(evaluation=evaluation, transition=RETURN_BY_STAFF, by=ict_staff, comment="もう一度見直してください。")
    again = NextYearProposal.objects.get()
    assert (again.state, again.planned_work, again.decided_at) == (
        ProposalState.CONFIRMED,
        confirmed.planned_work,
        confirmed.decided_at,
    )
    assert ActionYear.objects.get(year=2017).planned_work == "対象を広げて実施します。"


def test_what_waits_of_a_returned_evaluation_cannot_be_confirmed(unseen: NextYearProposal, ict_staff: User) -> None:
    Evaluation.objects.update(status=Status.DRAFT, **dict.fromkeys(_CHAIN, None))
    with pytest.raises(NotNow, match="は「記入中」です。確認が済んでから反映してください。"):
        confirm(proposal=unseen, by=ict_staff)
    assert ActionYear.objects.filter(year=2017).count() == 0


def test_only_staff_decide(proposal: NextYearProposal, liaison: User) -> None:
    for decide in (
        lambda: confirm(proposal=proposal, by=liaison),
        lambda: decline(proposal=proposal, by=liaison, reason="理由"),
    ):
        with pytest.raises(NotYours):
            decide()
    assert NextYearProposal.objects.get().state == ProposalState.PROPOSED


def test_an_action_with_a_later_evaluation_does_not_end(
    evaluation: Evaluation, liaison: User, manager: User, ict_staff: User
) -> None:
    program = evaluation.round.program
    ending = {"outlook_id": entry(evaluation.round, "Ⅵ").pk, "outlook_reason": "目的を達したため"}
    fill_in(evaluation, liaison, **ending)
    for transition, by in ((SUBMIT, liaison), (ENDORSE, manager), (ACCEPT, ict_staff)):
        perform(evaluation=evaluation, transition=transition, by=by)
    publish(round=evaluation.round, by=ict_staff)
    open_round(round=RoundFactory.create(program=program, slug="2017", year=2017), by=ict_staff)
    proposal = NextYearProposal.objects.get(evaluation=evaluation)
    assert not confirmable(NextYearProposal.objects.all(), evaluation.round).exists()
    (row,) = proposal_rows([proposal])
    assert (row.later_year, row.may_confirm) == (2017, False)
    assert "平成29(2017)年度の調書があるため、終えられません。" in why_not_yet(row, None)
    loop = loop_of(evaluation.round)
    assert (loop.overtaken, loop.confirmable) == (1, 0)
    with pytest.raises(NotNow, match=r"平成29\(2017\)年度の調書があるため、終えられません。"):
        confirm(proposal=proposal, by=ict_staff)
    assert Action.objects.get(pk=evaluation.action_id).end_year is None
