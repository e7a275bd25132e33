"""Closing the loop in a programme's last year: the plans are those of the next programme, once it is made."""

import io
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from accounts.models import Department, User
from plan.actions import delete_root
from plan.editing.errors import InUse
from plan.models import Revision
from programs.actions.succession import Succession, start_next_program
from programs.models import Action, ActionYear, Program
from programs.queries.leaving import leaving
from progress.actions.evaluations import perform
from progress.actions.proposals import confirm, decline
from progress.actions.publication import publish
from progress.enums import ProposalState
from progress.errors import NotNow
from progress.models import Evaluation, NextYearProposal
from progress.queries.next_plans import next_plans
from progress.sheets.downloading import LAST_YEAR
from progress.workflow import RETURN_BY_STAFF
from tests.plan.reading import inputs_of, items_of, links, main_of, part, words
from tests.progress.factories import RoundFactory, entry
from tests.progress.last_year import LastYear, ending, plan_of
from tests.progress.pages import confirm_looked_over, messages_of
from tests.progress.sheets import downloaded

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
PAGE = "/desk/rounds/last/next-year/"
WORK = "対象を広げて実施します。"


@pytest.fixture
def last(division: Department, liaison: User, manager: User, ict_staff: User) -> LastYear:
    return LastYear(division, liaison, manager, ict_staff)


def test_what_is_proposed_waits_until_the_next_programme_is_made(last: LastYear, ict_staff: User) -> None:
    action = last.action("1-1-001")
    last.open()
    proposal = last.accept(action, next_budget=700)
    assert (proposal.year, proposal.planned_work, next_plans([proposal])) == (2018, WORK, {proposal.pk: []})
    with pytest.raises(NotNow, match="次のプログラムを作成し、取組を引き継いでから反映してください。"):
        confirm(proposal=proposal, by=ict_staff)
    following = last.succeed({action: ["2-1-001"]})
    confirm(proposal=proposal, by=ict_staff)
    plan = plan_of(following, "2-1-001")
    assert (plan.planned_work, plan.budget, plan.is_changed) == (WORK, 700, False)
    assert [(origin.proposal, origin.planned_work) for origin in plan.origins.all()] == [(proposal, WORK)]
    assert Revision.objects.get(object_type="programs.actionyear").reason == "平成29(2017)年度の評価の結果を反映"
    assert last.program.actions.get().years.filter(year=2018).count() == 0


def test_before_the_next_round_what_is_not_confirmed_is_named(
    client_of: ClientOf, last: LastYear, ict_staff: User
) -> None:
    action = last.action("1-1-001")
    last.open()
    proposal = last.accept(action)
    RoundFactory.create(slug="first", year=2018, program=last.succeed({action: ["2-1-001"]}))
    address, client = "/desk/rounds/first/open/", client_of(ict_staff)
    assert PAGE in links(main_of(client.get(address)))
    confirm(proposal=proposal, by=ict_staff)
    page = client.get(address)
    assert (page.context["preview"].waiting, PAGE in page.content.decode()) == ([], False)


def test_before_the_next_round_it_is_told_how_many_plans_wait_and_may_still_come(
    client_of: ClientOf, last: LastYear, ict_staff: User
) -> None:
    actions = [last.action(f"1-1-00{number}") for number in (1, 2, 3, 4)]
    last.open()
    proposals = [last.accept(action) for action in actions[:2]]
    following = last.succeed({action: [action.code] for action in actions})
    RoundFactory.create(slug="first", year=2018, program=following)
    client, name = client_of(ict_staff), f"{last.round}の次年度の計画："

    def told() -> list[str]:
        section = part(main_of(client.get("/desk/rounds/first/open/")), "waiting")
        assert links(section) == [PAGE, "/desk/rounds/last/"]
        return items_of(section)

    more = "確認が済んでいない調書が2件あり、確認すると案が増えることがあります。"
    assert told() == [f"{name}反映するかしないかを決めていない案が2件あります。{more}"]
    for proposal in proposals:
        confirm(proposal=proposal, by=ict_staff)
    assert told() == [f"{name}決めていない案は、今はありません。{more}"]


def test_who_has_no_heir_waits_and_can_be_declined(last: LastYear, ict_staff: User) -> None:
    action, other = last.action("1-1-001"), last.action("1-1-002")
    last.open()
    proposal = last.accept(action)
    last.succeed({other: ["1-1-002"]})
    with pytest.raises(NotNow, match="『次のプログラム』に、この取組を引き継いだ取組がありません。"):
        confirm(proposal=proposal, by=ict_staff)
    decline(proposal=proposal, by=ict_staff, reason="次のプログラムでは行わないため")
    assert NextYearProposal.objects.get().state == ProposalState.DECLINED


def test_an_ending_needs_no_next_programme(last: LastYear, ict_staff: User) -> None:
    action = last.action("1-1-001")
    last.open()
    ends = entry(last.round, "Ⅵ").pk
    proposal = last.accept(action, outlook_id=ends, outlook_reason="目的を達したため", next_plan="")
    publish(round=last.round, by=ict_staff)
    confirm(proposal=proposal, by=ict_staff)
    action.refresh_from_db()
    assert action.end_year == 2017


def test_an_action_planned_to_end_with_the_programme_proposes_what_is_written(last: LastYear) -> None:
    written, silent = last.action("1-1-001"), last.action("1-1-002")
    Action.objects.update(end_year=2017)
    last.open()
    assert last.accept(written).planned_work == WORK
    with pytest.raises(NextYearProposal.DoesNotExist):
        last.accept(silent, next_plan="")


def test_a_split_action_gives_its_plan_to_each_and_its_money_to_none(last: LastYear, ict_staff: User) -> None:
    action = last.action("1-1-001")
    last.open()
    proposal = last.accept(action, next_budget=700)
    following = last.succeed({action: ["1-1-010", "1-1-011"]})
    ActionYear.objects.filter(action__code="1-1-011", year=2018).update(budget=250)
    confirm(proposal=proposal, by=ict_staff)
    assert [
        (plan.planned_work, plan.budget) for plan in (plan_of(following, "1-1-010"), plan_of(following, "1-1-011"))
    ] == [
        (WORK, None),
        (WORK, 250),
    ]
    assert proposal.plans.count() == 2


def test_only_the_following_programme_counts(last: LastYear, ict_staff: User) -> None:
    """Of a programme that was made twice by mistake the action does not become a split one."""
    action = last.action("1-1-001")
    last.open()
    proposal = last.accept(action, next_budget=700)
    following = last.succeed({action: ["1-1-001"]})
    start_next_program(
        program=last.program,
        slug="twice",
        title="もう一つのプログラム",
        end_year=2019,
        succession=Succession({action.pk: ["1-1-001"]}),
        by=ict_staff,
    )
    (plan,) = next_plans([proposal])[proposal.pk]
    assert (plan.action.program, plan.is_split) == (following, False)
    confirm(proposal=proposal, by=ict_staff)
    assert plan_of(following, "1-1-001").budget == 700


def test_an_ending_waits_while_the_next_programme_continues_the_action(
    client_of: ClientOf, last: LastYear, ict_staff: User
) -> None:
    action, other = last.action("1-1-001"), last.action("1-1-002")
    last.open()
    proposal = last.accept(action, **ending(last))
    following = last.succeed({action: ["2-1-001"], other: ["1-1-002"]})
    publish_of = last.round.evaluations.exclude(action=action).get()
    last.accept(publish_of.action)
    publish(round=last.round, by=ict_staff)
    client = client_of(ict_staff)
    page = client.get(PAGE)
    assert "取組を終える案なのに、引き継いだ取組があるものが1件あります。" in words(main_of(page))
    assert page.context["waiting"] == 1
    assert "先に取組2-1-001を" in words(main_of(client.get(f"{PAGE}{proposal.pk}/")))
    with pytest.raises(NotNow, match="『次のプログラム』の取組2-1-001が引き継いでいます。"):
        confirm(proposal=proposal, by=ict_staff)
    action.refresh_from_db()
    assert action.end_year is None
    following.actions.get(code="2-1-001").delete()
    confirm(proposal=proposal, by=ict_staff)
    action.refresh_from_db()
    assert action.end_year == 2017


def test_who_makes_the_next_programme_learns_of_endings_that_wait(last: LastYear, ict_staff: User) -> None:
    going, ended = last.action("1-1-001"), last.action("1-1-002")
    last.open()
    last.accept(going)
    proposal = last.accept(ended, **ending(last))
    assert list(last.program.actions.filter(leaving(last.program))) == [ended]
    decline(proposal=proposal, by=ict_staff, reason="続けるため")
    assert not last.program.actions.filter(leaving(last.program)).exists()


def test_a_plan_of_what_ends_now_can_be_deleted(last: LastYear, ict_staff: User) -> None:
    action = last.action("1-1-001")
    last.open()
    proposal = last.accept(action)
    following = last.succeed({action: ["1-1-001"]})
    confirm(proposal=proposal, by=ict_staff)
    plan = plan_of(following, "1-1-001")
    with pytest.raises(InUse):
        delete_root(root=plan, by=ict_staff, reason="")
    last.accept_again(proposal.evaluation, **ending(last))
    delete_root(root=plan, by=ict_staff, reason="")
    assert not ActionYear.objects.filter(pk=plan.pk).exists()


def test_what_the_evaluation_leaves_blank_stays_as_it_is(last: LastYear, ict_staff: User) -> None:
    action = last.action("1-1-001", target=10)
    last.open()
    proposal = last.accept(action)
    following = last.succeed({action: ["1-1-001"]})
    ActionYear.objects.filter(action__program=following, year=2018).update(budget=300)
    value = following.actions.get().indicators.get().years.get(position=2018)
    type(value).objects.filter(pk=value.pk).update(target=12)
    confirm(proposal=proposal, by=ict_staff)
    value.refresh_from_db()
    assert (plan_of(following, "1-1-001").budget, value.target) == (300, 12)


def test_a_first_target_needs_no_reason_and_a_planned_one_stands_beside_it(last: LastYear) -> None:
    new, planned = last.action("1-1-001", target=10), last.action("1-1-002", target=10)
    following = last.succeed({planned: ["1-1-002"]})
    value = following.actions.get().indicators.get().years.get(position=2018)
    type(value).objects.filter(pk=value.pk).update(target=12)
    last.open()
    assert last.accept(new, next_target=30).targets[0]["target"] == "30"
    row = last.round.evaluations.get(action=planned).indicators.get()
    assert (row.planned_next_target, row.next_target) == (12, 12)


def test_the_public_reads_where_a_plan_came_from(
    client: Client, last: LastYear, ict_staff: User, client_of: ClientOf
) -> None:
    one, two = last.action("1-1-001"), last.action("1-1-002")
    last.open()
    proposals = [last.accept(action) for action in (one, two)]
    following = last.succeed({one: ["2-1-001"], two: ["2-1-001"]})
    for proposal in proposals:
        confirm(proposal=proposal, by=ict_staff)
    Program.objects.update(is_published=True)
    page = f"/programs/{following.slug}/actions/2-1-001/"
    assert "この計画は、" not in words(main_of(client.get(page)))
    publish(round=last.round, by=ict_staff)
    main = main_of(client.get(page))
    assert (
        "この計画は、平成29(2017)年度の評価（前プログラムの取組 1-1-001）、"
        "平成29(2017)年度の評価（前プログラムの取組 1-1-002）から作りました。"
    ) in words(main)
    assert [address for address in links(main) if address.startswith("/progress/last/actions/")][:2] == [
        "/progress/last/actions/1-1-001/",
        "/progress/last/actions/1-1-002/",
    ]


def test_the_page_says_what_waits_and_confirms_what_can_be(
    client_of: ClientOf, last: LastYear, ict_staff: User
) -> None:
    one, gone, split = last.action("1-1-001"), last.action("1-1-002"), last.action("1-1-003")
    last.open()
    for action in (one, gone, split):
        last.accept(action, next_budget=700)
    client = client_of(ict_staff)
    assert "次年度の計画の反映待ち 3件" in words(main_of(client.get("/desk/rounds/")))
    page = client.get(PAGE)
    assert "次のプログラムがまだないので、作成するまで反映を待ちます（3件）。" in words(main_of(page))
    assert any(address.endswith(f"/program/{last.program.pk}/next/") for address in links(main_of(page)))
    assert (page.context["waiting"], "pk" in dict(inputs_of(main_of(page)))) == (0, False)
    alone = client.get(f"{PAGE}{NextYearProposal.objects.values_list('pk', flat=True)[0]}/")
    assert "まだ反映できません。" in words(main_of(alone))
    assert "/next-year/confirm/" not in main_of(alone)
    last.succeed({one: ["2-1-001"], split: ["2-1-002", "2-1-003"]})
    page = client.get(PAGE)
    assert "引き継いだ取組がない案が1件あります。" in words(main_of(page))
    assert "次の取組 2-1-003" in words(main_of(page))
    assert page.context["waiting"] == 2
    Program.objects.filter(slug="next").update(is_published=True)
    assert client.get(PAGE).context["waiting"] == 0  # the public would see the plans before the 調書
    publish(round=last.round, by=ict_staff)
    done = confirm_looked_over(client, f"{PAGE}confirm/", {"all": "1"}, follow=True)
    assert messages_of(done) == ["2件を平成30(2018)年度の計画に反映しました。"]
    left = NextYearProposal.objects.get(state=ProposalState.PROPOSED)
    refused = client.post(f"{PAGE}confirm/", {"pk": left.pk})
    assert "反映できる案はありません。" in words(main_of(refused))
    assert "に、この取組を引き継いだ取組がありません。" in words(main_of(refused))


def test_the_list_takes_no_more_queries_for_more(client_of: ClientOf, last: LastYear, ict_staff: User) -> None:
    client = client_of(ict_staff)
    actions = [last.action(f"1-1-{number:03}", target=5) for number in range(1, 13)]
    last.open()
    last.accept(actions[0])
    last.succeed(
        {action: ["9-9-001"] if at < 3 else [action.code, f"{action.code}-2"] for at, action in enumerate(actions)}
    )

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(PAGE)
        return len(captured)

    queries()  # prolongs the session
    once = queries()
    for action in actions[1:]:
        last.accept(action)
    assert (queries(), once <= 12) == (once, True)
    with CaptureQueriesContext(connection) as captured:
        client.post(f"{PAGE}confirm/", {"all": "1"})
    assert len(captured) <= 12


def test_what_was_ended_too_soon_goes_on_again(
    client_of: ClientOf, division: Department, liaison: User, manager: User, ict_staff: User
) -> None:
    """Within a programme that is hidden: of a public one nothing is confirmed before 公表, and returned after it."""
    year = LastYear(division, liaison, manager, ict_staff, year=2016)
    action = year.action("1-1-001")
    Program.objects.update(is_published=False)
    year.open()
    proposal = year.accept(action, **ending(year))
    confirm(proposal=proposal, by=ict_staff)
    action.refresh_from_db()
    assert action.end_year == 2016
    page = client_of(ict_staff).get(f"/desk/evaluations/{proposal.evaluation_id}/return_by_staff/")
    assert "この調書で、取組を終えています。" in words(main_of(page))
    going_on = {"outlook_id": entry(year.round, "Ⅱ").pk, "next_plan": "やはり続けます。"}
    again = year.accept_again(proposal.evaluation, **going_on)
    assert (again.state, again.ends_action) == (ProposalState.PROPOSED, False)
    page = client_of(ict_staff).get(f"/desk/evaluations/{proposal.evaluation_id}/return_by_staff/")
    assert "この調書で、取組を終えています。" in words(main_of(page))  # until the new one is confirmed
    confirm(proposal=again, by=ict_staff)
    action.refresh_from_db()
    assert (action.end_year, action.years.get(year=2017).planned_work) == (None, "やはり続けます。")


def test_the_origin_comes_back_with_the_plan_that_was_confirmed(last: LastYear, ict_staff: User) -> None:
    action = last.action("1-1-001")
    last.open()
    proposal = last.accept(action)
    following = last.succeed({action: ["1-1-001"]})
    confirm(proposal=proposal, by=ict_staff)
    plan = plan_of(following, "1-1-001")
    last.accept_again(proposal.evaluation, **ending(last))
    assert not plan.origins.exists()
    evaluation = Evaluation.objects.get(pk=proposal.evaluation_id)
    perform(evaluation=evaluation, transition=RETURN_BY_STAFF, by=ict_staff, comment="続けてください。")
    assert [origin.proposal.state for origin in plan.origins.all()] == [ProposalState.CONFIRMED]


def test_the_workbook_says_where_the_next_plan_goes(last: LastYear, liaison: User) -> None:
    last.action("1-1-001", target=10)
    last.open()
    book = load_workbook(io.BytesIO(downloaded(last.round.evaluations.get(), liaison)))
    about, sheet, *_ = book.worksheets
    texts = {str(cell.value) for page in (about, sheet) for row in page.iter_rows() for cell in row if cell.value}
    assert LAST_YEAR in texts
    assert (
        "このプログラムの計画は、この年度までです。\n次年度の計画は、確認の後で、次のプログラムの計画の案になります。"
        "取組を続けるときは必ず記入してください。"
    ) in texts
    assert "次のプログラムの同じ名称の指標の目標値になります。" in texts


def test_the_workbook_of_another_year_says_nothing_of_it(evaluation: Evaluation, liaison: User) -> None:
    book = load_workbook(io.BytesIO(downloaded(evaluation, liaison)))
    texts = "".join(str(cell.value) for page in book.worksheets for row in page.iter_rows() for cell in row)
    assert "次のプログラム" not in texts
