"""Closing the loop at the desk: what is proposed beside what is planned, confirming, declining."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Department, User
from plan.actions import revise
from plan.models import Revision
from programs.models import ActionYear, IndicatorYear, Program
from progress import long_work, workflow
from progress.actions.evaluations import Answers, perform, save_evaluation
from progress.actions.opening import open_round
from progress.actions.proposals import confirm, confirm_many, decline
from progress.actions.publication import publish
from progress.enums import ProposalState, Status
from progress.models import Evaluation, NextYearProposal, Round
from tests.plan.reading import main_of, words
from tests.programs.factories import ActionYearFactory, IndicatorFactory, IndicatorYearFactory, MilestoneFactory
from tests.progress.factories import RoundFactory, action_of, bring_to, entry, fill_in, opened
from tests.progress.pages import confirm_looked_over, messages_of

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
PAGE = "/desk/rounds/2016/next-year/"


@pytest.fixture
def round_(division: Department, liaison: User, manager: User, ict_staff: User) -> Round:
    """Two accepted 調書: the first changes plan, budget and target of 2017, the second ends its action."""
    round_ = RoundFactory.create(slug="2016")
    first = action_of(round_.program, division, code="1-1-001", title="窓口の改善")
    ActionYearFactory.create(action=first, year=2017, planned_work="試行を始めます。", budget=500)
    indicator = IndicatorFactory.create(action=first, name="窓口の数", unit="か所")
    IndicatorYearFactory.create(indicator=indicator, position=2016, target=10)
    IndicatorYearFactory.create(indicator=indicator, position=2017, target=20)
    action_of(round_.program, division, code="1-1-002", title="紙の申請書")
    open_round(round=round_, by=ict_staff)
    changing, ending = round_.evaluations.order_by("action__code")
    row = changing.indicators.get()
    targets = {row.pk: {"next_target": 25, "target_change_reason": "好評のため"}}
    save_evaluation(
        evaluation=changing,
        answers=Answers(values={"next_budget": 700}, indicators=targets),
        by=liaison,
        expected_version=1,
    )
    bring_to(Status.ACCEPTED, changing, liaison=liaison, manager=manager, staff=ict_staff)
    fill_in(ending, liaison, outlook_id=entry(round_, "Ⅵ").pk, outlook_reason="目的を達したため")
    for transition, by in ((workflow.SUBMIT, liaison), (workflow.ENDORSE, manager), (workflow.ACCEPT, ict_staff)):
        perform(evaluation=ending, transition=transition, by=by)
    publish(round=round_, by=ict_staff)
    return round_


def proposal_of(code: str) -> NextYearProposal:
    return NextYearProposal.objects.get(evaluation__action__code=code)


def test_what_is_proposed_stands_beside_what_is_planned(client_of: ClientOf, ict_staff: User, round_: Round) -> None:
    response = client_of(ict_staff).get(PAGE)
    changing, ending = response.context["rows"]
    (plan,) = changing.plans
    assert (plan.before, plan.after, plan.budget_after) == ("試行を始めます。", "対象を広げて実施します。", 700)
    assert [(each.name, each.before, each.after, each.reason) for each in plan.targets] == [
        ("窓口の数", "20か所", "25か所", "好評のため")
    ]
    assert (ending.proposal.ends_action, ending.last_year) == (True, "平成28(2016)年度")
    page = words(main_of(response))
    assert "取組を終える 平成28(2016)年度で終わります。" in page
    assert "500千円 →700千円" in page


def test_what_is_not_published_waits(
    client_of: ClientOf, liaison: User, manager: User, ict_staff: User, division: Department
) -> None:
    round_ = opened(division, by=ict_staff, slug="early")
    bring_to(Status.ACCEPTED, round_.evaluations.get(), liaison=liaison, manager=manager, staff=ict_staff)
    client, page = client_of(ict_staff), "/desk/rounds/early/next-year/"
    listed = client.get(page)
    assert "評価を公表していない1件の案は、公表した後に反映できます。" in words(main_of(listed))
    assert (listed.context["waiting"], 'name="pk"' in main_of(listed)) == (0, False)
    alone = main_of(client.get(f"{page}{NextYearProposal.objects.get().pk}/"))
    assert "まだ反映できません。" in alone
    assert "/next-year/confirm/" not in alone


def test_a_chosen_proposal_becomes_the_plan_with_its_origin(
    client_of: ClientOf, ict_staff: User, round_: Round
) -> None:
    proposal = proposal_of("1-1-001")
    response = confirm_looked_over(client_of(ict_staff), f"{PAGE}confirm/", {"pk": proposal.pk}, follow=True)
    plan = ActionYear.objects.get(action__code="1-1-001", year=2017)
    target = IndicatorYear.objects.get(indicator__name="窓口の数", position=2017)
    proposal.refresh_from_db()
    assert (plan.planned_work, plan.budget, plan.original_planned_work) == (
        "対象を広げて実施します。",
        700,
        plan.original_planned_work,
    )
    assert (target.target, proposal.state, proposal.decided_by) == (25, ProposalState.CONFIRMED, ict_staff)
    assert proposal.plans.get().action_year == plan
    assert messages_of(response) == ["1件を平成29(2017)年度の計画に反映しました。"]
    assert Revision.objects.filter(reason="平成28(2016)年度の評価の結果を反映").exists()
    assert [row.proposal.evaluation.action.code for row in response.context["rows"]] == ["1-1-002"]


def test_all_that_wait_are_confirmed_and_what_was_decided_stays_on_record(
    client_of: ClientOf, ict_staff: User, round_: Round
) -> None:
    client = client_of(ict_staff)
    confirm_looked_over(client, f"{PAGE}confirm/", {"all": "1"})
    assert [each.state for each in NextYearProposal.objects.all()] == [ProposalState.CONFIRMED] * 2
    assert round_.evaluations.get(action__code="1-1-002").action.end_year == 2016
    decided = client.get(f"{PAGE}?state=confirmed")
    assert [row.proposal.evaluation.action.code for row in decided.context["rows"]] == ["1-1-001", "1-1-002"]
    assert ict_staff.name in words(main_of(decided))
    again = client.post(f"{PAGE}confirm/", {"all": "1"}, follow=True)
    assert messages_of(again) == ["反映する案が選ばれていません。反映待ちの案を選んでから、もう一度操作してください。"]


def test_conditions_limit_what_all_means(client_of: ClientOf, ict_staff: User, round_: Round) -> None:
    confirm_looked_over(client_of(ict_staff), f"{PAGE}confirm/?q=紙", {"all": "1"})
    assert (proposal_of("1-1-001").state, proposal_of("1-1-002").state) == (
        ProposalState.PROPOSED,
        ProposalState.CONFIRMED,
    )


def test_a_proposal_is_declined_with_a_reason(client_of: ClientOf, ict_staff: User, round_: Round) -> None:
    proposal, client = proposal_of("1-1-001"), client_of(ict_staff)
    missing = client.post(f"{PAGE}{proposal.pk}/", {"reason": " "})
    assert missing.context["form"].errors == {"reason": ["理由を入力してください。"]}
    client.post(f"{PAGE}{proposal.pk}/", {"reason": "予算が付かなかったため"})
    proposal.refresh_from_db()
    assert (proposal.state, proposal.decline_reason) == (ProposalState.DECLINED, "予算が付かなかったため")
    assert ActionYear.objects.get(action__code="1-1-001", year=2017).planned_work == "試行を始めます。"
    assert "予算が付かなかったため" in words(main_of(client.get(f"{PAGE}?state=all")))
    late = client.post(f"{PAGE}{proposal.pk}/", {"reason": "もう一度"}, follow=True)
    assert messages_of(late)[-1] == "『1-1-001 窓口の改善』の次年度計画は、すでに「反映しない」です。"


def test_nothing_is_confirmed_before_it_was_looked_over(client_of: ClientOf, ict_staff: User, round_: Round) -> None:
    client = client_of(ict_staff)
    page = client.post(f"{PAGE}confirm/", {"all": "1"})
    text = words(main_of(page))
    assert "まだ何も反映していません。" in text
    assert "終える取組（1件）" in text
    assert "所管課の理由：目的を達したため" in text
    assert {each.state for each in NextYearProposal.objects.all()} == {ProposalState.PROPOSED}
    done = client.post(f"{PAGE}confirm/", {"seen": page.context["seen"]}, follow=True)  # the ending was taken off
    assert messages_of(done) == ["1件を平成29(2017)年度の計画に反映しました。"]
    assert (proposal_of("1-1-001").state, proposal_of("1-1-002").state) == (
        ProposalState.CONFIRMED,
        ProposalState.PROPOSED,
    )
    assert client.get(f"{PAGE}confirm/").headers["Location"] == f"{PAGE}?"


def test_only_what_the_page_showed_is_confirmed(client_of: ClientOf, ict_staff: User, round_: Round) -> None:
    client, changing = client_of(ict_staff), proposal_of("1-1-001")
    page = client.post(f"{PAGE}confirm/", {"pk": changing.pk})
    changing.planned_work = "訂正で変わった計画です。"
    changing.save()
    late = client.post(f"{PAGE}confirm/", {"seen": page.context["seen"], "pk": proposal_of("1-1-002").pk}, follow=True)
    assert "画面を開いた後に変わりました。今の案を見てから反映してください。" in words(main_of(late))
    forged = client.post(f"{PAGE}confirm/", {"seen": "x"}, follow=True)
    assert "読み取れないため、何も反映していません。" in messages_of(forged)[-1]
    assert {each.state for each in NextYearProposal.objects.all()} == {ProposalState.PROPOSED}


def test_a_plan_that_was_typed_over_since_is_not_overwritten(
    client_of: ClientOf, ict_staff: User, round_: Round
) -> None:
    client, proposal = client_of(ict_staff), proposal_of("1-1-001")
    page = client.post(f"{PAGE}confirm/", {"pk": proposal.pk})
    plan = ActionYear.objects.get(action__code="1-1-001", year=2017)
    plan.planned_work = "議会の指摘で直した計画です。"
    revise(root=plan, by=ict_staff, reason="議会の指摘", expected_version=plan.version)
    late = client.post(f"{PAGE}confirm/", {"seen": page.context["seen"]}, follow=True)
    assert "画面を開いた後に変わりました。今の計画を見てから反映してください。" in words(main_of(late))
    plan.refresh_from_db()
    assert plan.planned_work == "議会の指摘で直した計画です。"


def test_what_others_decided_meanwhile_is_named(client_of: ClientOf, ict_staff: User, round_: Round) -> None:
    client, proposal = client_of(ict_staff), proposal_of("1-1-001")
    page = client.post(f"{PAGE}confirm/", {"pk": proposal.pk})
    decline(proposal=proposal, by=ict_staff, reason="予算が付かなかったため")
    done = client.post(f"{PAGE}confirm/", {"seen": page.context["seen"]}, follow=True)
    assert messages_of(done) == [
        "0件を平成29(2017)年度の計画に反映しました。1件は、すでに決まっていました（反映しない 1件）。"
    ]


def test_what_was_taken_back_meanwhile_keeps_no_other_from_its_plan(
    client_of: ClientOf, ict_staff: User, round_: Round
) -> None:
    client, proposal, ending = client_of(ict_staff), proposal_of("1-1-001"), proposal_of("1-1-002")
    proposal_pk, alone = proposal.pk, client.get(f"{PAGE}{proposal.pk}/")
    proposal.delete()  # as 差戻し does
    gone = client.post(f"{PAGE}confirm/", {"seen": alone.context["seen"]}, follow=True)
    assert messages_of(gone) == ["案は、調書の差戻しで取り下げられました。何も反映していません。"]
    proposal.pk = proposal_pk
    count, ((_, why),) = confirm_many(proposals=[proposal, ending], by=ict_staff)
    assert (count, why) == (1, "『1-1-001 窓口の改善』の案は、調書の差戻しで取り下げられました。")


def test_what_was_declined_is_put_back_as_the_evaluation_says_it_now(
    client_of: ClientOf, ict_staff: User, round_: Round
) -> None:
    proposal, client = proposal_of("1-1-001"), client_of(ict_staff)
    address = f"{PAGE}{proposal.pk}/"
    early = client.post(address, {"put_back": "1"}, follow=True)
    assert messages_of(early) == ["『1-1-001 窓口の改善』の次年度計画は、すでに「反映待ち」です。"]
    client.post(address, {"reason": "予算が付かなかったため"})
    assert "案に戻す" in words(main_of(client.get(address)))
    Evaluation.objects.filter(pk=proposal.evaluation_id).update(next_budget=900)
    client.post(address, {"put_back": "1"})
    proposal.refresh_from_db()
    assert (proposal.state, proposal.budget, proposal.decline_reason) == (ProposalState.PROPOSED, 900, "")


def test_the_plan_of_a_returned_evaluation_is_marked(
    client_of: ClientOf, liaison: User, manager: User, ict_staff: User, division: Department
) -> None:
    round_ = opened(division, by=ict_staff, slug="early")
    Program.objects.update(is_published=False)
    evaluation = round_.evaluations.get()
    bring_to(Status.ACCEPTED, evaluation, liaison=liaison, manager=manager, staff=ict_staff)
    confirm(proposal=NextYearProposal.objects.get(), by=ict_staff)
    client, page = client_of(ict_staff), "/desk/rounds/early/next-year/?state=all"
    assert "元の調書は見直し中です" not in words(main_of(client.get(page)))
    perform(evaluation=evaluation, transition=workflow.RETURN_BY_STAFF, by=ict_staff, comment="見直してください。")
    mark = "元の調書は見直し中です（差戻し）。確認し直すと、新しい案が出ます。"
    assert mark in words(main_of(client.get(page)))


def test_many_are_confirmed_while_the_page_tells_how_far_it_is(
    client_of: ClientOf, ict_staff: User, round_: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_work, "ONE_BY_ONE_BELOW", 1)
    assert confirm_looked_over(client_of(ict_staff), f"{PAGE}confirm/", {"all": "1"}).streaming


def test_the_list_takes_no_more_queries_for_more(
    client_of: ClientOf, ict_staff: User, round_: Round, division: Department
) -> None:
    client = client_of(ict_staff)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(PAGE)
        return len(captured)

    queries()  # prolongs the session
    once = queries()
    for _ in range(20):
        action = action_of(round_.program, division)
        evaluation = Evaluation.objects.create(
            round=round_, action=action, direction=action.main_direction, department=division
        )
        NextYearProposal.objects.create(evaluation=evaluation, year=2017, planned_work="続けます。")
    assert (queries(), once <= 12) == (once, True)


def test_milestones_of_the_present_plan_stay_and_are_told(client_of: ClientOf, ict_staff: User, round_: Round) -> None:
    plan = ActionYear.objects.get(action__code="1-1-001", year=2017)
    MilestoneFactory.create(action_year=plan, month=2, title="まとめる", position=1)
    MilestoneFactory.create(action_year=plan, month=10, title="全区で始める", position=2)
    client, proposal = client_of(ict_staff), proposal_of("1-1-001")
    page = words(main_of(client.get(f"{PAGE}{proposal.pk}/")))
    assert "マイルストーン10月 全区で始める2月 まとめる反映しても、このまま残ります。" in page
    looked_over = words(main_of(client.post(f"{PAGE}confirm/", {"pk": proposal.pk})))
    assert "残るマイルストーン：10月 全区で始める、2月 まとめる" in looked_over
    confirm(proposal=proposal, by=ict_staff)
    assert plan.milestones.count() == 2
    assert "マイルストーン" not in words(main_of(client.get(f"{PAGE}{proposal.pk}/")))
