"""Actions that came after the round was opened get their 調書, as opening would have made it."""

import datetime
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.enums import AuditKind
from accounts.models import AuditEntry, Department, User
from programs.models import Action, ActionOwner, ActionYear
from progress.actions.adding import add_evaluations
from progress.actions.publication import publish
from progress.actions.rounds import set_exception
from progress.enums import MailKind, Status
from progress.errors import NotNow, NotYours
from progress.models import Evaluation, Extension, OutboxMail, Round
from progress.queries import without_evaluations
from progress.queries.without_evaluations import without_evaluation
from tests.html_validity import validate
from tests.plan.reading import items_of, links, main_of, part, words
from tests.programs.factories import ActionFactory, IndicatorFactory, IndicatorYearFactory, MilestoneFactory
from tests.progress.factories import RoundFactory, action_of, department_of, given_to, opened
from tests.progress.pages import messages_of, table_rows

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
OVERVIEW = "/desk/rounds/2016/"
PAGE = f"{OVERVIEW}evaluations/add/"


@pytest.fixture
def round_(division: Department, ict_staff: User) -> Round:
    return opened(division, by=ict_staff, slug="2016")


@pytest.fixture
def late_comer(round_: Round, division: Department) -> Action:
    """Added to the programme after the opening, with everything a yearly plan has."""
    action = action_of(round_.program, division, code="1-1-990")
    MilestoneFactory.create(action_year=action.years.get(), month=9, title="試行を始める")
    indicator = IndicatorFactory.create(action=action)
    IndicatorYearFactory.create(indicator=indicator, position=2016, target=10)
    return action


def test_the_plan_part_comes_from_the_yearly_plan(
    round_: Round, late_comer: Action, division: Department, ict_staff: User
) -> None:
    plan = late_comer.years.get()
    done = add_evaluations(round=round_, actions=[late_comer.pk], by=ict_staff)
    made = round_.evaluations.get(action=late_comer)
    assert (made.status, made.department, made.planned_work, made.planned_budget, made.direction) == (
        Status.DRAFT,
        division,
        plan.planned_work,
        plan.budget,
        late_comer.main_direction,
    )
    assert [(row.month, row.title) for row in made.milestones.all()] == [(9, "試行を始める")]
    assert [row.target for row in made.indicators.all()] == [Decimal(10)]
    assert made.history.get().history_user == ict_staff
    assert (done.evaluations, done.needless) == ([made], 0)
    assert not without_evaluation(round_).exists()


def test_it_is_on_record_and_the_department_is_told(
    round_: Round, late_comer: Action, liaison: User, manager: User, other_liaison: User, ict_staff: User
) -> None:
    add_evaluations(round=round_, actions=[late_comer.pk], by=ict_staff)
    entry = AuditEntry.objects.latest("number")
    assert (entry.kind, entry.person, entry.about, entry.facts) == (
        AuditKind.TRANSITION,
        ict_staff,
        f"調書の追加：{round_}",
        {"件数": 1, "取組": [str(late_comer)]},
    )
    mails = OutboxMail.objects.filter(kind=MailKind.OPENED, key__contains=":evaluation-")
    assert {mail.to for mail in mails} == {liaison, manager}
    (mail,) = mails.filter(to=liaison)
    assert mail.subject.endswith("平成28(2016)年度の評価に、調書を追加しました")
    assert f"提出期限：2017年5月31日（水）\n・{late_comer}\n" in mail.body
    assert [str(each.action) in mail.body for each in round_.evaluations.order_by("pk")] == [False, True]


def test_a_second_press_makes_nothing_twice(round_: Round, late_comer: Action, ict_staff: User) -> None:
    add_evaluations(round=round_, actions=[late_comer.pk], by=ict_staff)
    counts = (OutboxMail.objects.count(), AuditEntry.objects.count(), Evaluation.objects.count())
    done = add_evaluations(round=round_, actions=[late_comer.pk], by=ict_staff)
    assert (done.evaluations, done.needless) == ([], 1)
    assert (OutboxMail.objects.count(), AuditEntry.objects.count(), Evaluation.objects.count()) == counts


def test_only_what_was_chosen_and_is_of_the_year(round_: Round, division: Department, ict_staff: User) -> None:
    chosen, other = (action_of(round_.program, division) for _ in range(2))
    next_year = action_of(round_.program, division, start_year=2017)
    elsewhere = action_of(RoundFactory.create().program, division)
    keys = [chosen.pk, next_year.pk, elsewhere.pk]
    done = add_evaluations(round=round_, actions=keys, by=ict_staff)
    assert ([each.action for each in done.evaluations], done.needless) == ([chosen], 2)
    assert list(without_evaluation(round_)) == [other]


def test_who_leads_today_fills_in(round_: Round, late_comer: Action, other_liaison: User, ict_staff: User) -> None:
    """Whoever led it on the opening day has given it away since, or it was not there yet."""
    given_to(late_comer, department_of(other_liaison))
    add_evaluations(round=round_, actions=[late_comer.pk], by=ict_staff)
    assert round_.evaluations.get(action=late_comer).department == department_of(other_liaison)


def test_what_a_department_leads_that_has_ended_waits(round_: Round, late_comer: Action, ict_staff: User) -> None:
    Department.objects.filter(owned_actions__action=late_comer).update(valid_to=round_.opens_on)
    assert add_evaluations(round=round_, actions=[late_comer.pk], by=ict_staff).evaluations == []


def test_what_nobody_leads_waits(round_: Round, ict_staff: User) -> None:
    orphan = ActionFactory.create(program=round_.program)
    ActionOwner.objects.filter(action=orphan).delete()
    done = add_evaluations(round=round_, actions=[orphan.pk], by=ict_staff)
    assert (done.evaluations, done.needless, list(without_evaluation(round_))) == ([], 1, [orphan])


@pytest.mark.parametrize(
    "persona", ["liaison", "manager", "other_liaison", "other_manager", "committee_viewer", "administrator"]
)
def test_only_staff_add(persona: str, round_: Round, late_comer: Action, request: pytest.FixtureRequest) -> None:
    with pytest.raises(NotYours, match="調書は、ICT推進課の職員が追加します。"):
        add_evaluations(round=round_, actions=[late_comer.pk], by=request.getfixturevalue(persona))
    assert list(without_evaluation(round_)) == [late_comer]


@pytest.mark.parametrize("state", ["planned", "published"])
def test_only_to_an_open_round(state: str, division: Department, ict_staff: User) -> None:
    if state == "planned":
        round_ = RoundFactory.create()
    else:
        round_ = opened(division, by=ict_staff)
        set_exception(evaluation=round_.evaluations.get(), by=ict_staff, reason="未確定")
        publish(round=round_, by=ict_staff)
        round_.refresh_from_db()
    action = action_of(round_.program, division)
    assert not without_evaluation(round_).exists()
    with pytest.raises(NotNow, match="調書を追加できるのは、照会中の年度だけです。"):
        add_evaluations(round=round_, actions=[action.pk], by=ict_staff)
    assert not Evaluation.objects.filter(action=action).exists()


def test_many_take_as_many_queries_as_one(division: Department, ict_staff: User) -> None:
    counts = []
    for actions in (1, 1, 30):  # the first one makes what there is once
        round_ = opened(division, by=ict_staff)
        keys = [action_of(round_.program, division).pk for _ in range(actions)]
        with CaptureQueriesContext(connection) as captured:
            assert len(add_evaluations(round=round_, actions=keys, by=ict_staff).evaluations) == actions
        counts.append(len(captured))
    assert counts[1] == counts[2]


# ── At the desk ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("address", "anchor"), [(OVERVIEW, "whole"), (f"{OVERVIEW}publish/", "ready")])
def test_the_overview_and_the_page_of_publication_name_them(
    address: str, anchor: str, client_of: ClientOf, ict_staff: User, round_: Round, division: Department
) -> None:
    client = client_of(ict_staff)
    assert "調書のない取組が" not in words(main_of(client.get(address)))
    added = [action_of(round_.program, division) for _ in range(6)]
    section = part(main_of(client.get(address)), anchor)
    assert "調書のない取組が6件あります。" in words(section)
    named = [item for item in items_of(section) if item in {str(action) for action in added}]
    assert named == [str(action) for action in sorted(added, key=lambda action: action.code)[:5]]
    assert "ほかに1件あります。" in words(section)
    assert PAGE in links(section)


def test_the_page_says_what_each_would_get(
    client_of: ClientOf, ict_staff: User, round_: Round, late_comer: Action, division: Department
) -> None:
    unplanned = action_of(round_.program, division, code="1-1-991")
    unplanned.years.all().delete()
    orphan = ActionFactory.create(program=round_.program, code="1-1-992")
    orphan.owners.all().delete()
    response = client_of(ict_staff).get(PAGE)
    rows = table_rows(main_of(response))
    name = f"{division}{division.bureau}"
    assert [row[:3] for row in rows] == [
        [str(late_comer), name, "あり"],
        [str(unplanned), name, f"なし：{unplanned}の計画を書く（計画が空欄の調書になります）"],
        [
            str(orphan),
            "今の主管課がないため、作れません。取組の編集画面の「所管課」に登録してください。",
            rows[2][2],
        ],
    ]
    assert [row[4] == "－" for row in rows] == [False, False, True]
    assert "2件すべての調書を作る" in words(main_of(response))
    assert not Evaluation.objects.filter(action__in=[late_comer, unplanned, orphan]).exists()


def test_a_plan_that_is_missing_or_blank_is_none_and_leads_to_where_it_is_written(
    client_of: ClientOf, ict_staff: User, round_: Round, division: Department
) -> None:
    """The next programme begins with a blank one for each year."""
    blank, missing = (action_of(round_.program, division, code=code) for code in ("1-1-991", "1-1-992"))
    plan = blank.years.get()
    ActionYear.objects.filter(pk=plan.pk).update(planned_work="")
    missing.years.all().delete()
    client = client_of(ict_staff)
    page = main_of(client.get(PAGE))
    assert [row[2].split("：")[0] for row in table_rows(page)] == ["なし", "なし"]
    change = f"/admin/programs/actionyear/{plan.pk}/change/"
    add = f"/admin/programs/actionyear/add/?action={missing.pk}&year=2016"
    assert [link for link in links(page) if "actionyear" in link] == [change, add]
    assert [client.get(address).status_code for address in (change, add)] == [200, 200]


@pytest.mark.parametrize(("days", "is_said"), [(-1, True), (0, False)])
def test_a_deadline_that_has_passed_is_said(
    days: int, is_said: bool, client_of: ClientOf, ict_staff: User, round_: Round, late_comer: Action
) -> None:
    Round.objects.filter(pk=round_.pk).update(deadline=timezone.localdate() + datetime.timedelta(days=days))
    page = words(main_of(client_of(ict_staff).get(PAGE)))
    assert ("この年度の提出期限は過ぎています。" in page) is is_said


def test_a_deadline_that_was_extended_has_not_passed(
    client_of: ClientOf, ict_staff: User, round_: Round, late_comer: Action, other_liaison: User
) -> None:
    """The others' passed: it is said once they have something to fill in, on whichever page of the list."""
    client, extension = client_of(ict_staff), {"round": round_, "reason": "組織改正のため"}
    today = timezone.localdate()
    for department in (department_of(other_liaison), late_comer.owners.get().department):
        Extension.objects.create(department=department, deadline=today, **extension)
    assert "はじめから期限を過ぎた調書になります。" not in words(main_of(client.get(PAGE)))
    Extension.objects.filter(department=department_of(other_liaison)).update(
        deadline=today - datetime.timedelta(days=1)
    )
    assert "はじめから期限を過ぎた調書になります。" not in words(main_of(client.get(PAGE)))
    action_of(round_.program, department_of(other_liaison))
    page = words(main_of(client.get(PAGE)))
    assert "「提出期限」の欄の日を過ぎている課の調書は、はじめから期限を過ぎた調書になります。" in page


def test_one_press_makes_all_and_a_second_one_nothing(
    client_of: ClientOf, ict_staff: User, round_: Round, late_comer: Action
) -> None:
    client = client_of(ict_staff)
    sent = {"seen": client.get(PAGE).context["seen"], "all": "1"}
    response = client.post(PAGE, sent, follow=True)
    assert round_.evaluations.filter(action=late_comer).count() == 1
    assert (response.redirect_chain, messages_of(response)) == (
        [(OVERVIEW, 302)],
        ["1件の調書を作りました。所管課の担当者と課長に、メールで知らせます。"],
    )
    assert "調書のない取組が" not in words(main_of(response))
    twice = client.post(PAGE, sent, follow=True)
    assert (messages_of(twice), round_.evaluations.count()) == (
        ["1件は、すでに調書があるか、この年度の取組でなくなったため、作っていません。"],
        2,
    )


def test_those_chosen_are_made(
    client_of: ClientOf, ict_staff: User, round_: Round, late_comer: Action, division: Department
) -> None:
    client, other = client_of(ict_staff), action_of(round_.program, division)
    sent = {"seen": client.get(PAGE).context["seen"], "pk": [late_comer.pk]}
    response = client.post(PAGE, sent, follow=True)
    assert response.redirect_chain == [(PAGE, 302)]  # there is one left
    assert [each.action for each in response.context["page"]] == [other]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seen": "x"}, "画面から送られた内容を読み取れないため、何も作っていません。もう一度操作してください。"),
        (
            {"all": None},
            "調書を作る取組が選ばれていません。表の「選択」の欄で選んでから、もう一度操作してください。",
        ),
    ],
)
def test_nothing_is_made_without_a_choice(
    client_of: ClientOf,
    ict_staff: User,
    round_: Round,
    late_comer: Action,
    change: dict[str, str | None],
    message: str,
) -> None:
    client = client_of(ict_staff)
    sent = {"seen": client.get(PAGE).context["seen"], "all": "1", **change}
    response = client.post(PAGE, {key: value for key, value in sent.items() if value}, follow=True)
    assert (messages_of(response), round_.evaluations.count()) == ([message], 1)


@pytest.mark.parametrize(
    ("persona", "status"),
    [
        ("citizen", 403),  # what was typed is shown again, to be sent after the log-in
        ("liaison", 403),
        ("manager", 403),
        ("other_liaison", 403),
        ("committee_viewer", 404),
        ("administrator", 403),
    ],
)
def test_nobody_else_makes_them(
    persona: str,
    status: int,
    request: pytest.FixtureRequest,
    client_of: ClientOf,
    ict_staff: User,
    round_: Round,
    late_comer: Action,
) -> None:
    sent = {"seen": client_of(ict_staff).get(PAGE).context["seen"], "all": "1"}
    response = client_of(request.getfixturevalue(persona)).post(PAGE, sent)
    assert (response.status_code, round_.evaluations.count()) == (status, 1)


def test_the_page_is_paged_and_valid(
    client_of: ClientOf, ict_staff: User, division: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(without_evaluations, "ROWS_A_PAGE", 5)
    client, counts = client_of(ict_staff), []
    for number, actions in enumerate((3, 3, 12)):
        round_ = opened(division, by=ict_staff, slug=f"many-{number}")
        for _ in range(actions):
            action_of(round_.program, division)
        with CaptureQueriesContext(connection) as captured:
            page = client.get(f"/desk/rounds/many-{number}/evaluations/add/")
        counts.append(len(captured))
    assert counts[1] == counts[2] <= 12
    assert (len(page.context["page"]), page.context["page"].paginator.count) == (5, 12)
    assert validate({"page": page.content.decode()}) == []


def test_who_adds_to_a_round_with_a_set_moment_is_warned_as_elsewhere(
    round_: Round, late_comer: Action, ict_staff: User, client_of: ClientOf
) -> None:
    warning, client = "この年度は、公表の日時が決まっています。", client_of(ict_staff)
    assert warning not in words(client.get(PAGE).content.decode())
    moment = datetime.datetime(2017, 9, 1, 1, tzinfo=datetime.UTC)
    Round.objects.update(publish_at=moment, published_by=ict_staff)
    page = main_of(client.get(PAGE))
    assert warning in words(page)
    assert "その日時までに、作った調書の確認を済ませるか、理由を付けて例外にしないと" in words(page)
    assert "公表の予定：2017年9月1日（金）10:00" in words(page)
    assert f"{OVERVIEW}publish/" in links(page)
