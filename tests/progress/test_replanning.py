"""計画の取り込み直し: the plan was changed after 照会, and the 課 still has the 調書."""

import datetime
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import AuditEntry, Department, User
from programs.models import Action, ActionYear, IndicatorYear, Milestone
from progress.actions.evaluations import Answers, save_evaluation
from progress.actions.opening import open_round
from progress.actions.replanning import replan, replan_many
from progress.enums import Reached, Status
from progress.errors import NotNow, NotYours, StaleSave
from progress.models import Evaluation, OutboxMail, Round, ScaleEntry
from progress.queries.filling import entries_of
from progress.queries.plan_background import backgrounds_of
from progress.queries.replanning import HANDED_ON, Replanned, overtaken, replanned
from progress.sheets.comparing import preview
from tests.plan.reading import inputs_of, main_of, part, words
from tests.programs.factories import IndicatorFactory, IndicatorYearFactory, MilestoneFactory
from tests.progress.factories import RoundFactory, action_of, bring_to
from tests.progress.pages import messages_of, table_rows
from tests.progress.sheets import answer_cell, downloaded, saved

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


def _compared(round_: Round) -> list[Replanned]:
    return [*replanned(round_)[0].changed]


def _change_plan(action: Action, **values: Any) -> None:
    plan = action.years.get(year=2016)
    for name, value in values.items():
        setattr(plan, name, value)
    plan.save()


def test_only_what_changes_is_shown(draft: Evaluation) -> None:
    round_ = draft.round
    assert list(overtaken(round_)) == []
    ActionYear.objects.get(action=draft.action, year=2016).save()
    assert ([*overtaken(round_)], _compared(round_)) == ([draft], [])
    _change_plan(draft.action, planned_work=NEW, budget=3000)
    IndicatorYear.objects.get(position=2016).delete()
    Milestone.objects.get(month=9).delete()
    (found,) = _compared(round_)
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
    assert _compared(stored.round) == []


def test_a_target_that_nobody_changed_follows_the_plan(draft: Evaluation, ict_staff: User) -> None:
    value = IndicatorYear.objects.get(position=2017)
    value.target = Decimal(9)
    value.save()
    replan(evaluation=draft, by=ict_staff)
    assert draft.indicators.values_list("planned_next_target", "next_target").get() == (9, 9)


def test_who_had_the_form_open_goes_on(draft: Evaluation, liaison: User, ict_staff: User) -> None:
    """Nobody else wrote: there is no conflict. The target as it stood in the form is no wish to change it."""
    row = draft.indicators.get()
    value = IndicatorYear.objects.get(position=2017)
    value.target = Decimal(9)
    value.save()
    replan(evaluation=draft, by=ict_staff)
    answers = Answers({"results": "実績"}, indicators={row.pk: {"actual": Decimal(2), "next_target": Decimal(3)}})
    stored = save_evaluation(evaluation=draft, answers=answers, by=liaison, expected_version=1)
    assert (stored.results, stored.version) == ("実績", 3)
    assert draft.indicators.values_list("actual", "next_target").get() == (2, 9)
    with pytest.raises(StaleSave):  # somebody wrote since
        save_evaluation(evaluation=draft, answers=Answers({"results": "別"}), by=liaison, expected_version=1)


def test_the_form_says_that_the_plan_is_another_one(
    client_of: ClientOf, draft: Evaluation, liaison: User, manager: User, ict_staff: User
) -> None:
    client, address = client_of(liaison), f"/desk/evaluations/{draft.pk}/"
    sent = dict(inputs_of(main_of(client.get(address)))) | {"results": "二か所に置きました。", "then": "submit"}
    _change_plan(draft.action, planned_work=NEW)
    replan(evaluation=draft, by=ict_staff)
    response = client.post(address, sent, follow=True)
    (message,) = messages_of(response)
    assert "まだ提出していません。入力している間に、ICT推進課が今の計画を取り込みました。" in message
    stored = _stored(draft.action)
    assert (stored.results, stored.status) == ("二か所に置きました。", Status.DRAFT)
    page = response.content.decode()
    assert ("変わった項目：計画" in page, "記入中 → 記入中" in page) == (True, False)


def test_autosave_says_once_that_the_plan_is_another_one(
    client_of: ClientOf, draft: Evaluation, liaison: User, ict_staff: User
) -> None:
    client, address = client_of(liaison), f"/desk/evaluations/{draft.pk}/"
    page = main_of(client.get(address))
    assert 'id="replanned"' in page
    sent = dict(inputs_of(page)) | {"results": "二か所に置きました。"}
    first = client.post(f"{address}autosave/", sent).json()
    _change_plan(draft.action, planned_work=NEW)
    replan(evaluation=draft, by=ict_staff)
    later = [{"problems": "人手が足りません。"}, {"outcomes": "待ち時間が減りました。"}]
    answers = [first]
    for typed in later:
        answers.append(client.post(f"{address}autosave/", {"version": answers[-1]["version"], **typed}).json())
    assert [answer["is_replanned"] for answer in answers] == [False, True, False]
    stored = _stored(draft.action)
    assert (stored.planned_work, stored.problems, stored.outcomes) == (
        NEW,
        *(each for one in later for each in one.values()),
    )


@pytest.mark.parametrize("end", ["", "autosave/"])
def test_it_is_told_where_the_plan_came_while_the_form_was_read(
    end: str, client_of: ClientOf, draft: Evaluation, liaison: User, ict_staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, address = client_of(liaison), f"/desk/evaluations/{draft.pk}/"
    sent = dict(inputs_of(main_of(client.get(address)))) | {"results": "二か所に置きました。", "then": "submit"}
    _change_plan(draft.action, planned_work=NEW)

    def meanwhile(round_: Round) -> list[ScaleEntry]:
        replan(evaluation=draft, by=ict_staff)
        return entries_of(round_)

    with monkeypatch.context() as patch:
        patch.setattr("progress.views.evaluations.entries_of", meanwhile)
        response = client.post(address + end, sent)
    told = response.content.decode() if end else client.get(response.headers["Location"]).content.decode()
    assert ('"is_replanned": true' if end else "入力している間に、ICT推進課が今の計画を取り込みました。") in told
    stored = _stored(draft.action)
    assert (stored.planned_work, stored.results, stored.status) == (NEW, "二か所に置きました。", Status.DRAFT)


def test_what_was_typed_about_a_milestone_that_went_is_shown(
    client_of: ClientOf, draft: Evaluation, liaison: User, ict_staff: User
) -> None:
    client, address = client_of(liaison), f"/desk/evaluations/{draft.pk}/"
    gone = draft.milestones.get(month=9)
    sent = dict(inputs_of(main_of(client.get(address)))) | {f"milestone-{gone.pk}-note": "九月に始めました。"}
    Milestone.objects.get(month=9).delete()
    replan(evaluation=draft, by=ict_staff)
    saved = client.post(f"{address}autosave/", sent)
    assert (saved.status_code, "計画から無くなりました" in saved.json()["message"]) == (409, True)
    response = client.post(address, sent)
    assert (response.status_code, "九月に始めました。" in part(main_of(response), "placeless")) == (409, True)


def test_what_a_file_says_about_a_milestone_that_went_is_told(
    draft: Evaluation, liaison: User, ict_staff: User
) -> None:
    workbook = load_workbook(io.BytesIO(downloaded(draft, liaison)))
    cell = answer_cell(workbook, draft, f"milestone-{draft.milestones.get(month=9).pk}-note")
    cell.value = "九月に始めました。"
    Milestone.objects.get(month=9).delete()
    replan(evaluation=draft, by=ict_staff)
    (lost,) = preview(saved(workbook), draft.round, liaison).lost
    assert (lost.evaluation, lost.place.row, lost.problem) == (
        draft.pk,
        cell.row,
        "この欄がどの項目のものか分かりません。",
    )


def test_a_milestone_that_moved_keeps_what_is_being_typed(
    client_of: ClientOf, draft: Evaluation, liaison: User, ict_staff: User
) -> None:
    client, address = client_of(liaison), f"/desk/evaluations/{draft.pk}/"
    row = draft.milestones.get(month=9)
    sent = dict(inputs_of(main_of(client.get(address)))) | {f"milestone-{row.pk}-note": "十月に始めました。"}
    Milestone.objects.filter(month=9).delete()
    MilestoneFactory.create(action_year=draft.action.years.get(year=2016), month=10, title="試行を始める")
    replan(evaluation=draft, by=ict_staff)
    client.post(address, sent)
    assert draft.milestones.values_list("month", "note").get(pk=row.pk) == (10, "十月に始めました。")


def test_what_is_handed_on_keeps_its_plan(
    client_of: ClientOf, draft: Evaluation, liaison: User, manager: User, ict_staff: User
) -> None:
    _change_plan(draft.action, planned_work=NEW)
    bring_to(Status.SUBMITTED, draft, liaison=liaison, manager=manager, staff=ict_staff)
    assert list(overtaken(draft.round)) == []
    with pytest.raises(NotNow, match="提出する前の調書にだけ"):
        replan(evaluation=draft, by=ict_staff)
    page = main_of(client_of(ict_staff).get(PAGE))
    beyond = part(page, "beyond")
    assert f'href="/desk/evaluations/{draft.pk}/"' in beyond
    assert "変わったところ：計画" in words(beyond)
    assert "照会の後に計画が変わった調書はありません。" not in words(page)
    _change_plan(draft.action, planned_work="手順書を作ります。")
    assert 'id="beyond"' not in main_of(client_of(ict_staff).get(PAGE))


def test_what_was_handed_on_and_has_the_same_plan_is_not_listed(
    client_of: ClientOf, draft: Evaluation, liaison: User, manager: User, ict_staff: User
) -> None:
    _change_plan(draft.action, settlement=1200)
    bring_to(Status.SUBMITTED, draft, liaison=liaison, manager=manager, staff=ict_staff)
    assert [*overtaken(draft.round, HANDED_ON)] == [draft]
    assert 'id="beyond"' not in main_of(client_of(ict_staff).get(PAGE))


def test_a_milestone_that_stays_is_taken_once(draft: Evaluation, liaison: User, ict_staff: User) -> None:
    reached = draft.milestones.get(month=9)
    answers = Answers(milestones={reached.pk: {"note": "九月に始めました。"}})
    save_evaluation(evaluation=draft, answers=answers, by=liaison, expected_version=1)
    Milestone.objects.get(month=9).delete()
    assert _compared(draft.round) == []
    with pytest.raises(NotNow, match="すでに取り込んであります"):
        replan(evaluation=draft, by=ict_staff)


def test_a_copy_of_later_is_not_overtaken_by_what_it_copied(draft: Evaluation, ict_staff: User) -> None:
    """As of a 調書 that is added after the opening; one from before the moment was kept falls back to the opening."""
    _change_plan(draft.action, planned_work=NEW)
    assert list(overtaken(draft.round)) == [draft]
    Evaluation.objects.update(plan_copied_at=timezone.now())
    assert list(overtaken(draft.round)) == []
    Evaluation.objects.update(plan_copied_at=None)
    assert list(overtaken(draft.round)) == [draft]


def test_the_reason_of_a_milestone_is_that_of_the_copy(draft: Evaluation, ict_staff: User) -> None:
    plan = draft.action.years.get(year=2016)
    plan.original_milestones = [{"month": 9, "title": "試行を始める"}]
    plan.save()
    milestone = Milestone.objects.get(month=9)
    milestone.title = "試行を広げる"
    milestone._change_reason = "希望が多いため"  # type: ignore[attr-defined]  # simple_history reads it
    milestone.save()

    def reason() -> str:
        stored = Evaluation.objects.with_everything().get(pk=draft.pk)
        return str(backgrounds_of([stored])[draft.pk].plan.get("milestones", {}).get("reason", ""))

    assert reason() == ""
    replan(evaluation=draft, by=ict_staff)
    assert reason() == "希望が多いため"


def test_the_department_is_told_once_for_all(draft: Evaluation, liaison: User, manager: User, ict_staff: User) -> None:
    _change_plan(draft.action, planned_work=NEW)
    replan_many(evaluations=[draft], by=ict_staff, seen_at=timezone.now())
    replan_many(evaluations=[draft], by=ict_staff, seen_at=timezone.now())
    mails = OutboxMail.objects.filter(kind="replanned")
    assert {mail.address for mail in mails} == {liaison.email, manager.email}
    assert [str(draft.action) in mail.body for mail in mails] == [True, True]


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
    taken = messages_of(client.post(PAGE, sent | {"all": "1"}, follow=True))
    assert taken == ["1件の調書に、今の計画を取り込みました。"]
    assert _stored(draft.action).planned_work == NEW
    again = client.post(PAGE, sent | {"pk": str(draft.pk)}, follow=True)
    assert "計画は、すでに取り込んであります。" in again.content.decode()


def test_a_plan_that_changed_again_is_shown_first(client_of: ClientOf, draft: Evaluation, ict_staff: User) -> None:
    client = client_of(ict_staff)
    _change_plan(draft.action, planned_work=NEW)
    sent = dict(inputs_of(main_of(client.get(PAGE))))
    _change_plan(draft.action, planned_work="また変えた計画です。")
    answer = client.post(PAGE, sent | {"all": "1"}, follow=True).content.decode()
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
    submitted = {"status": Status.SUBMITTED, "submitted_by": ict_staff, "submitted_at": timezone.now()}
    client.get(PAGE)  # the session is written once
    Evaluation.objects.filter(action__code__gte="1-1-056").update(**submitted)
    with django_assert_max_num_queries(10):  # two more in a programme's last year
        page = client.get(PAGE)
    assert len(page.context["beyond"].changed) == 4
    Evaluation.objects.update(**submitted)
    page = client.get(PAGE)
    assert f'href="{PAGE}?beyond=50#beyond"' in page.content.decode()
    assert len(client.get(f"{PAGE}?beyond=50").context["beyond"].changed) == 10
    Evaluation.objects.update(status=Status.DRAFT, submitted_by=None, submitted_at=None)
    page = client.get(PAGE)
    assert (len(page.context["looked"].changed), page.context["looked"].following) == (50, 50)
    assert f'href="{PAGE}?from=50"' in page.content.decode()
    last = client.get(f"{PAGE}?from=50").context["looked"]
    assert (len(last.changed), last.following) == (10, None)
