"""計画の取り込み直し: the plan was changed after 照会, and the 課 still has the 調書."""

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, Department, User
from programs.models import Action, ActionYear, IndicatorYear, Milestone
from progress.actions.evaluations import Answers, save_evaluation
from progress.actions.opening import open_round
from progress.actions.replanning import replan
from progress.enums import Reached, Status
from progress.errors import NotNow, NotYours, StaleSave
from progress.models import Evaluation
from progress.queries.replanning import overtaken, replanned
from tests.plan.reading import inputs_of, main_of
from tests.programs.factories import IndicatorFactory, IndicatorYearFactory, MilestoneFactory
from tests.progress.factories import RoundFactory, action_of, bring_to
from tests.progress.pages import messages_of, table_rows

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
PAGE = "/desk/rounds/2016/plans/"
NEW = "窓口を三か所に増やします。"


@pytest.fixture
def draft(division: Department, ict_staff: User) -> Evaluation:
    """A blank 調書 with a milestone and an indicator; nothing of its plan was saved since."""
    round_ = RoundFactory.create(slug="2016")
    action = action_of(round_.program, division, code="1-1-001")
    plan = action.years.get(year=2016)
    MilestoneFactory.create(action_year=plan, month=9, title="試行を始める")
    MilestoneFactory.create(action_year=plan, month=12, title="まとめる", position=2)
    indicator = IndicatorFactory.create(action=action, name="窓口の数", unit="か所")
    for year, target in ((2016, 2), (2017, 3)):
        IndicatorYearFactory.create(indicator=indicator, position=year, target=target)
    open_round(round=round_, by=ict_staff)
    return _stored(action)


def _stored(action: Action) -> Evaluation:
    return Evaluation.objects.with_answers().get(action=action)


def _change_plan(action: Action, **values: Any) -> None:
    plan = action.years.get(year=2016)
    for name, value in values.items():
        setattr(plan, name, value)
    plan.save()


def test_only_what_changes_is_shown(draft: Evaluation) -> None:
    round_ = draft.round
    assert list(overtaken(round_)) == []
    ActionYear.objects.get(action=draft.action, year=2016).save()
    assert ([*overtaken(round_)], replanned(overtaken(round_), round_)) == ([draft], [])
    _change_plan(draft.action, planned_work=NEW, budget=3000)
    IndicatorYear.objects.get(position=2016).delete()
    Milestone.objects.get(month=9).delete()
    (found,) = replanned(overtaken(round_), round_)
    assert [(each["label"], each["before"], each["after"]) for each in found.changes] == [
        ("計画", "手順書を作ります。", NEW),
        ("予算額", "1,000千円", "3,000千円"),
        ("マイルストーン", "9月 試行を始める\n12月 まとめる", "12月 まとめる"),
        ("指標「窓口の数」の目標値", "2か所", ""),
    ]


@pytest.mark.parametrize("change", ["milestone", "target", "indicator"])
def test_what_belongs_to_the_plan_counts_as_its_change(draft: Evaluation, change: str) -> None:
    if change == "milestone":
        MilestoneFactory.create(action_year=draft.action.years.get(year=2016), month=10, title="知らせる", position=3)
    elif change == "target":
        row = IndicatorYear.objects.get(position=2017)
        row.target = Decimal(5)
        row.save()
    else:
        IndicatorFactory.create(action=draft.action, name="研修の回数")
    assert list(overtaken(draft.round)) == [draft]


def test_the_plan_of_another_year_is_no_change(draft: Evaluation) -> None:
    ActionYear.objects.create(action=draft.action, year=2017, planned_work=NEW)
    assert list(overtaken(draft.round)) == []


def test_taking_it_keeps_what_was_filled_in(draft: Evaluation, liaison: User, ict_staff: User) -> None:
    reached, row = draft.milestones.get(month=9), draft.indicators.get()
    answers = Answers(
        values={"results": "二か所に置きました。"},
        milestones={reached.pk: {"reached": Reached.YES, "note": "九月に始めました。"}},
        indicators={row.pk: {"actual": Decimal(2), "next_target": Decimal(4), "target_change_reason": "需要が多い"}},
    )
    save_evaluation(evaluation=draft, answers=answers, by=liaison, expected_version=1)
    _change_plan(draft.action, planned_work=NEW)
    Milestone.objects.all().delete()
    MilestoneFactory.create(action_year=draft.action.years.get(year=2016), month=11, title="広げる")
    for year, target in ((2016, 3), (2017, 5)):
        value = IndicatorYear.objects.get(position=year)
        value.target = Decimal(target)
        value.save()
    replan(evaluation=draft, by=ict_staff)
    stored = _stored(draft.action)
    assert (stored.planned_work, stored.results, stored.version) == (NEW, "二か所に置きました。", 3)
    assert sorted((each.month, each.title, each.note) for each in stored.milestones.all()) == [
        (9, "試行を始める", "九月に始めました。"),  # somebody wrote about it
        (11, "広げる", ""),
    ]
    (row,) = stored.indicators.all()
    assert (row.target, row.actual, row.planned_next_target, row.next_target) == (3, 2, 5, 4)
    assert (stored.indicators_total, stored.indicators_reached) == (1, 0)
    assert stored.events.order_by("-pk")[0].label == "計画の取り込み直し"
    assert AuditEntry.objects.filter(about__startswith="計画の取り込み直し：").count() == 1
    assert replanned(overtaken(stored.round), stored.round) == []


def test_a_target_that_nobody_changed_follows_the_plan(draft: Evaluation, ict_staff: User) -> None:
    value = IndicatorYear.objects.get(position=2017)
    value.target = Decimal(9)
    value.save()
    replan(evaluation=draft, by=ict_staff)
    assert draft.indicators.values_list("planned_next_target", "next_target").get() == (9, 9)


def test_a_form_that_was_open_meanwhile_overwrites_nothing(draft: Evaluation, liaison: User, ict_staff: User) -> None:
    _change_plan(draft.action, planned_work=NEW)
    replan(evaluation=draft, by=ict_staff)
    with pytest.raises(StaleSave):
        save_evaluation(evaluation=draft, answers=Answers({"results": "実績"}), by=liaison, expected_version=1)


def test_what_is_handed_on_keeps_its_plan(draft: Evaluation, liaison: User, manager: User, ict_staff: User) -> None:
    _change_plan(draft.action, planned_work=NEW)
    bring_to(Status.SUBMITTED, draft, liaison=liaison, manager=manager, staff=ict_staff)
    assert list(overtaken(draft.round)) == []
    with pytest.raises(NotNow, match="提出する前の調書にだけ"):
        replan(evaluation=draft, by=ict_staff)


def test_nobody_else_takes_it_and_nobody_twice(draft: Evaluation, manager: User, ict_staff: User) -> None:
    _change_plan(draft.action, planned_work=NEW)
    with pytest.raises(NotYours):
        replan(evaluation=draft, by=manager)
    replan(evaluation=draft, by=ict_staff)
    with pytest.raises(NotNow, match="すでに取り込んであります"):
        replan(evaluation=draft, by=ict_staff)


def test_the_page_shows_both_and_takes_what_is_chosen(
    client_of: ClientOf, draft: Evaluation, ict_staff: User, division: Department
) -> None:
    client = client_of(ict_staff)
    assert "照会の後に計画が変わった調書はありません。" in client.get(PAGE).content.decode()
    assert PAGE not in client.get("/desk/rounds/2016/").content.decode()
    _change_plan(draft.action, planned_work=NEW)
    assert PAGE in client.get("/desk/rounds/2016/").content.decode()
    page = main_of(client.get(PAGE))
    assert ["計画", "手順書を作ります。", NEW] in table_rows(page)
    sent = dict(inputs_of(page))
    assert messages_of(client.post(PAGE, {"seen": sent["seen"]}, follow=True))[0].startswith("計画を取り込む調書が")
    assert messages_of(client.post(PAGE, {"seen": "x", "pk": draft.pk}, follow=True))[0].startswith("画面から送られた")
    taken = messages_of(client.post(PAGE, sent, follow=True))
    assert taken == ["1件の調書に、今の計画を取り込みました。"]
    assert _stored(draft.action).planned_work == NEW
    again = client.post(PAGE, sent, follow=True)
    assert "計画は、すでに取り込んであります。" in again.content.decode()


def test_a_plan_that_changed_again_is_shown_first(client_of: ClientOf, draft: Evaluation, ict_staff: User) -> None:
    client = client_of(ict_staff)
    _change_plan(draft.action, planned_work=NEW)
    sent = dict(inputs_of(main_of(client.get(PAGE))))
    _change_plan(draft.action, planned_work="また変えた計画です。")
    answer = client.post(PAGE, sent, follow=True).content.decode()
    assert ("画面を開いた後に、計画がまた変わりました。" in answer, _stored(draft.action).planned_work) == (
        True,
        "手順書を作ります。",
    )


def test_more_take_no_more_queries(
    client_of: ClientOf, ict_staff: User, division: Department, django_assert_max_num_queries: Any
) -> None:
    round_ = RoundFactory.create(slug="2016")
    actions = [action_of(round_.program, division, code=f"1-1-{number:03}") for number in range(60)]
    open_round(round=round_, by=ict_staff, at=timezone.now() - datetime.timedelta(minutes=1))
    for action in actions:
        _change_plan(action, planned_work=NEW)
    for evaluation in Evaluation.objects.all():
        IndicatorFactory.create(action=evaluation.action, name="新しい指標")
        evaluation.milestones.create(title="始める")
        evaluation.indicators.create(indicator=IndicatorFactory.create(action=evaluation.action, name="指標"))
    client = client_of(ict_staff)
    client.get(PAGE)  # the session is written once
    with django_assert_max_num_queries(10):  # two more in a programme's last year
        page = client.get(PAGE)
    assert (len(page.context["found"]), page.context["rest"]) == (50, 10)
