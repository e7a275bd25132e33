"""Actions that come together in the next programme: parts, money and targets of several 調書 in one plan."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from accounts.models import Department, User
from plan.actions import revise
from programs.models import ActionYear, Program
from progress.actions.proposals import confirm, decline
from progress.actions.publication import publish
from progress.models import PlanOrigin
from tests.plan.reading import main_of, words
from tests.progress.last_year import LastYear, ending, indicators_of, plan_of

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
PAGE = "/desk/rounds/last/next-year/"


@pytest.fixture
def last(division: Department, liaison: User, manager: User, ict_staff: User) -> LastYear:
    return LastYear(division, liaison, manager, ict_staff)


def test_a_merged_action_keeps_the_parts_of_all(last: LastYear, ict_staff: User) -> None:
    one, two = last.action("1-1-001", target=10), last.action("1-1-002", target=20)
    last.open()
    first = last.accept(one, next_target=15, next_plan="窓口を広げます。", next_budget=100)
    second = last.accept(two, next_target=99, next_plan="受付を早めます。", next_budget=20)
    following = last.succeed({one: ["1-1-001"], two: ["1-1-001"]})
    confirm(proposal=second, by=ict_staff)
    assert plan_of(following, "1-1-001").planned_work == "受付を早めます。"
    confirm(proposal=first, by=ict_staff)
    plan = plan_of(following, "1-1-001")
    target = following.actions.get().indicators.get().years.get(position=2018).target
    assert (plan.planned_work, plan.budget, target) == ("窓口を広げます。\n受付を早めます。", 120, Decimal(15))
    assert [origin.proposal for origin in PlanOrigin.objects.order_by("proposal__evaluation__action__code")] == [
        first,
        second,
    ]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize(("budgets", "expected"), [((100, 20), 120), ((100, None), 50), ((None, None), 50)])
def test_money_of_a_merged_action_is_the_same_in_any_order(
    last: LastYear,
    ict_staff: User,
    order: tuple[int, int],
    budgets: tuple[int | None, int | None],
    expected: int,
) -> None:
    """Added up once all are known, and else left as it stands there."""
    actions = [last.action("1-1-001"), last.action("1-1-002")]
    last.open()
    proposals = [last.accept(action, next_budget=budget) for action, budget in zip(actions, budgets, strict=True)]
    following = last.succeed({action: ["1-1-001"] for action in actions})
    ActionYear.objects.filter(action__program=following, year=2018).update(budget=50)
    for at in order:
        assert plan_of(following, "1-1-001").budget == 50
        confirm(proposal=proposals[at], by=ict_staff)
    assert plan_of(following, "1-1-001").budget == expected


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_money_without_what_ends_is_the_same_in_any_order(
    last: LastYear, ict_staff: User, order: tuple[int, int]
) -> None:
    one, two = last.action("1-1-001"), last.action("1-1-002")
    last.open()
    proposals = [last.accept(one, next_budget=100), last.accept(two, **ending(last))]
    following = last.succeed({one: ["1-1-001"], two: ["1-1-001"]})
    publish(round=last.round, by=ict_staff)
    for at in order:
        confirm(proposal=proposals[at], by=ict_staff)
    plan = plan_of(following, "1-1-001")
    assert (plan.planned_work, plan.budget) == ("対象を広げて実施します。", 100)


@pytest.mark.parametrize("is_first", [True, False])
def test_of_what_was_declined_the_money_is_not_known(
    client_of: ClientOf, last: LastYear, ict_staff: User, is_first: bool
) -> None:
    one, two = last.action("1-1-001"), last.action("1-1-002")
    last.open()
    first, second = last.accept(one, next_budget=100), last.accept(two, next_budget=20)
    following = last.succeed({one: ["1-1-001"], two: ["1-1-001"]})
    if not is_first:
        confirm(proposal=first, by=ict_staff)
    decline(proposal=second, by=ict_staff, reason="行わないため")
    if is_first:
        page = words(main_of(client_of(ict_staff).get(f"{PAGE}{first.pk}/")))
        assert "取組1-1-002と合わせた取組です。" in page
        assert "まだ反映していません" not in page
        assert "額の分からないものがある間は、予算額は変えません" in page
        confirm(proposal=first, by=ict_staff)
    assert plan_of(following, "1-1-001").budget is None


def test_the_page_of_a_merged_action_says_what_comes_together(
    client_of: ClientOf, last: LastYear, ict_staff: User
) -> None:
    one, two = last.action("1-1-001", target=10), last.action("1-1-002", target=20)
    last.open()
    first = last.accept(one, next_target=15, next_budget=100)
    second = last.accept(two, next_target=99, next_budget=20)
    last.succeed({one: ["1-1-001"], two: ["1-1-001"]})
    client = client_of(ict_staff)
    page = words(main_of(client.get(f"{PAGE}{second.pk}/")))
    assert "取組1-1-001と合わせた取組です。1-1-001の分は、まだ反映していません。" in page
    assert "額の分からないものがある間は、予算額は変えません（今の計画 不明、この調書 20千円）。" in page
    assert "窓口の数 99か所は、取組1-1-001の指標を引き継いだため反映しません。" in page
    confirm(proposal=first, by=ict_staff)
    assert "不明 → 120千円" in words(main_of(client.get(f"{PAGE}{second.pk}/")))
    confirm(proposal=second, by=ict_staff)
    decided = words(main_of(client.get(f"{PAGE}{second.pk}/")))
    assert "予算額 20千円" in decided
    assert ("→ 20千円" in decided, "まだ反映していません" in decided) == (False, False)


def test_what_comes_together_at_once_is_not_said_to_be_missing(
    client_of: ClientOf, last: LastYear, ict_staff: User
) -> None:
    one, two = last.action("1-1-001"), last.action("1-1-002")
    last.open()
    for action in (one, two):
        last.accept(action)
    last.succeed({one: ["1-1-001"], two: ["1-1-001"]})
    page = words(main_of(client_of(ict_staff).post(f"{PAGE}confirm/", {"all": "1"})))
    assert page.count("と合わせた取組です。") == 2
    assert "まだ反映していません。" not in page.replace("まだ何も反映していません。", "")


def test_merging_in_a_public_programme_changes_no_original(last: LastYear, ict_staff: User) -> None:
    one, two = last.action("1-1-001"), last.action("1-1-002")
    last.open()
    first = last.accept(one, next_plan="窓口を広げます。", next_budget=100)
    second = last.accept(two, next_plan="受付を早めます。", next_budget=20)
    following = last.succeed({one: ["1-1-001"], two: ["1-1-001"]})
    Program.objects.update(is_published=True)
    publish(round=last.round, by=ict_staff)
    confirm(proposal=first, by=ict_staff)
    confirm(proposal=second, by=ict_staff)
    plan = plan_of(following, "1-1-001")
    assert (plan.planned_work, plan.budget) == ("窓口を広げます。\n受付を早めます。", 120)
    assert (plan.original_planned_work, plan.is_changed) == (plan.planned_work, False)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_original_that_staff_typed_stays(last: LastYear, ict_staff: User, order: tuple[int, int]) -> None:
    """Even where a 調書 says the very same, so that its part changes nothing."""
    one, two = last.action("1-1-001"), last.action("1-1-002")
    last.open()
    proposals = [
        last.accept(one, next_plan="窓口を広げます。", next_budget=50),
        last.accept(two, next_plan="受付を早めます。", next_budget=20),
    ]
    following = last.succeed({one: ["1-1-001"], two: ["1-1-001"]})
    plan = plan_of(following, "1-1-001")
    plan.planned_work, plan.budget = "窓口を広げます。", 50
    revise(root=plan, by=ict_staff, reason="", expected_version=plan.version)
    Program.objects.update(is_published=True)
    publish(round=last.round, by=ict_staff)
    for at in order:
        confirm(proposal=proposals[at], by=ict_staff)
    plan = plan_of(following, "1-1-001")
    assert (plan.planned_work, plan.budget) == ("窓口を広げます。\n受付を早めます。", 70)
    assert (plan.original_planned_work, plan.original_budget, plan.is_changed) == ("窓口を広げます。", 50, True)


def test_a_part_leaves_the_merged_plan_when_its_action_ends(
    client_of: ClientOf, last: LastYear, ict_staff: User
) -> None:
    one, two = last.action("1-1-001"), last.action("1-1-002")
    last.open()
    first = last.accept(one, next_plan="窓口を広げます。", next_budget=100)
    second = last.accept(two, next_plan="受付を早めます。", next_budget=20)
    following = last.succeed({one: ["1-1-001"], two: ["1-1-001"]})
    for proposal in (first, second):
        confirm(proposal=proposal, by=ict_staff)
    again = last.accept_again(first.evaluation, **ending(last))
    publish(round=last.round, by=ict_staff)
    client = client_of(ict_staff)
    heir, alone = plan_of(following, "1-1-001").action, words(main_of(client.get(f"{PAGE}{again.pk}/")))
    assert f"次のプログラムの取組 {heir} は、ほかの取組と合わせて続きます。" in alone
    assert "その計画から、この調書の分を除きます。" in alone
    look = words(main_of(client.post(f"{PAGE}confirm/", {"pk": again.pk})))
    assert "次の取組 1-1-001 の計画から、この調書の分を除きます。" in look
    confirm(proposal=again, by=ict_staff)
    plan = plan_of(following, "1-1-001")
    assert (plan.planned_work, plan.budget) == ("受付を早めます。", 20)
    assert [origin.proposal for origin in plan.origins.all()] == [second]


def test_a_target_that_another_gives_needs_no_reason(last: LastYear) -> None:
    """Of a merged action's indicator only the first 調書 sets the target: the other one is not asked about it."""
    one, two = last.action("1-1-001", target=10), last.action("1-1-002", target=20)
    following = last.succeed({one: ["1-1-001"], two: ["1-1-001"]})
    value = following.actions.get().indicators.get().years.get(position=2018)
    type(value).objects.filter(pk=value.pk).update(target=12)
    last.open()
    planned = {row.evaluation.action: row.planned_next_target for row in indicators_of(last.round)}
    assert planned == {one: 12, two: None}


def test_the_part_of_a_returned_evaluation_stays_until_the_new_one_is_confirmed(
    last: LastYear, ict_staff: User
) -> None:
    one, two = last.action("1-1-001"), last.action("1-1-002")
    last.open()
    first, second = last.accept(one, next_plan="窓口を広げます。"), last.accept(two, next_plan="受付を早めます。")
    following = last.succeed({one: ["1-1-001"], two: ["1-1-001"]})
    confirm(proposal=first, by=ict_staff)
    again = last.accept_again(first.evaluation, next_plan="窓口を増やします。")
    confirm(proposal=second, by=ict_staff)
    assert plan_of(following, "1-1-001").planned_work == "窓口を広げます。\n受付を早めます。"
    confirm(proposal=again, by=ict_staff)
    assert plan_of(following, "1-1-001").planned_work == "窓口を増やします。\n受付を早めます。"
