"""調書 whose action another 課 leads now: named on the overview, looked over, moved with one press."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Department, User
from progress.models import Evaluation, Round
from progress.queries import led_elsewhere
from tests.html_validity import validate
from tests.plan.reading import items_of, links, main_of, part, words
from tests.progress.factories import department_of, given_to, opened
from tests.progress.pages import messages_of, table_rows

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
OVERVIEW = "/desk/rounds/2016/"
PAGE = f"{OVERVIEW}hand-over/"


@pytest.fixture
def new_home(other_liaison: User) -> Department:
    return department_of(other_liaison)


@pytest.fixture
def round_(division: Department, new_home: Department, ict_staff: User) -> Round:
    """Three 調書; another 課 leads the actions of two of them now."""
    round_ = opened(division, actions=3, by=ict_staff, slug="2016")
    for each in round_.evaluations.order_by("action__code")[:2]:
        given_to(each.action, new_home)
    return round_


def departments(round_: Round) -> list[int]:
    return list(round_.evaluations.order_by("action__code").values_list("department", flat=True))


def test_the_overview_names_them_and_leads_to_the_page(client_of: ClientOf, ict_staff: User, round_: Round) -> None:
    whole = part(main_of(client_of(ict_staff).get(OVERVIEW)), "whole")
    first, second, _ = round_.evaluations.order_by("action__code")
    assert "取組の主管課が変わった調書が2件、前の課に残っています。" in words(whole)
    named = [item for item in items_of(whole) if "今は" in item]
    assert named == [f"{each}（今は{each.department}の調書）" for each in (first, second)]
    assert PAGE in links(whole)


def test_the_form_of_the_action_leads_to_the_page(client_of: ClientOf, ict_staff: User, round_: Round) -> None:
    client = client_of(ict_staff)
    first, *_, last = (each.action for each in round_.evaluations.order_by("action__code"))
    pages = [client.get(f"/admin/programs/action/{action.pk}/change/").content.decode() for action in (first, last)]
    assert [PAGE in links(page) for page in pages] == [True, False]
    assert f"{round_}の調書を、今の主管課に移す" in words(pages[0])


def test_nothing_is_said_where_all_are_with_who_leads(
    client_of: ClientOf, division: Department, ict_staff: User
) -> None:
    opened(division, by=ict_staff, slug="2016")
    client = client_of(ict_staff)
    assert "主管課が変わった" not in words(main_of(client.get(OVERVIEW)))
    assert "移す調書はありません。" in words(main_of(client.get(PAGE)))


def test_the_page_says_where_each_would_go(
    client_of: ClientOf, ict_staff: User, round_: Round, division: Department, new_home: Department
) -> None:
    response = client_of(ict_staff).get(PAGE)
    rows = [row[:4] for row in table_rows(main_of(response))]
    codes = round_.evaluations.order_by("action__code")
    assert rows == [[str(each), "○記入中", str(division), f"{new_home}{new_home.bureau}"] for each in codes[:2]]
    assert "2017年5月31日" in table_rows(main_of(response))[0][4]
    assert departments(round_) == [division.pk] * 3


def test_one_press_moves_all_and_a_second_one_nothing(
    client_of: ClientOf, ict_staff: User, round_: Round, division: Department, new_home: Department
) -> None:
    client = client_of(ict_staff)
    sent = {"seen": client.get(PAGE).context["seen"], "all": "1"}
    response = client.post(PAGE, sent, follow=True)
    assert departments(round_) == [new_home.pk, new_home.pk, division.pk]
    assert (response.redirect_chain, messages_of(response)) == (
        [(OVERVIEW, 302)],
        ["2件の調書を主管課に移しました。両方の課に、メールで知らせます。"],
    )
    twice = client.post(PAGE, sent, follow=True)
    assert messages_of(twice) == ["2件は、すでに移したか公表したため、そのままです。"]


def test_those_chosen_move(
    client_of: ClientOf, ict_staff: User, round_: Round, division: Department, new_home: Department
) -> None:
    client = client_of(ict_staff)
    first, second, third = round_.evaluations.order_by("action__code")
    sent = {"seen": client.get(PAGE).context["seen"], "pk": [second.pk, third.pk]}
    response = client.post(PAGE, sent, follow=True)
    assert departments(round_) == [division.pk, new_home.pk, division.pk]
    assert response.redirect_chain == [(PAGE, 302)]  # there is one left
    assert [each.evaluation.pk for each in response.context["page"]] == [first.pk]


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
def test_nobody_else_moves_them(
    persona: str,
    status: int,
    request: pytest.FixtureRequest,
    client_of: ClientOf,
    ict_staff: User,
    round_: Round,
    division: Department,
) -> None:
    sent = {"seen": client_of(ict_staff).get(PAGE).context["seen"], "all": "1"}
    response = client_of(request.getfixturevalue(persona)).post(PAGE, sent)
    assert (response.status_code, departments(round_)) == (status, [division.pk] * 3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"seen": "x"},
            "画面から送られた内容を読み取れないため、何も移していません。もう一度操作してください。",
        ),
        (
            {"all": None},
            "移す調書が選ばれていません。表の「選択」の欄で選んでから、もう一度操作してください。",
        ),
    ],
)
def test_nothing_moves_without_a_choice(
    client_of: ClientOf,
    ict_staff: User,
    round_: Round,
    division: Department,
    change: dict[str, str | None],
    message: str,
) -> None:
    client = client_of(ict_staff)
    sent = {"seen": client.get(PAGE).context["seen"], "all": "1", **change}
    response = client.post(PAGE, {key: value for key, value in sent.items() if value}, follow=True)
    assert (messages_of(response), departments(round_)) == ([message], [division.pk] * 3)


def test_another_change_after_the_page_was_read_is_told(
    client_of: ClientOf, ict_staff: User, round_: Round, division: Department, new_home: Department
) -> None:
    client = client_of(ict_staff)
    sent = {"seen": client.get(PAGE).context["seen"], "all": "1"}
    first = round_.evaluations.order_by("action__code")[0]
    first.action.owners.get(department=new_home).save()
    page = words(main_of(client.post(PAGE, sent)))
    assert departments(round_) == [division.pk, new_home.pk, division.pk]
    assert f"{first}：画面を開いた後に、所管課の登録が変わりました。" in page
    assert "1件は移していません。" in page


def test_many_take_as_many_queries_as_a_few_and_are_paged(
    client_of: ClientOf, ict_staff: User, division: Department, new_home: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(led_elsewhere, "ROWS_A_PAGE", 5)
    client, counts = client_of(ict_staff), []
    for number, actions in enumerate((3, 3, 12)):
        round_ = opened(division, actions=actions, by=ict_staff, slug=f"many-{number}")
        for each in round_.evaluations.all():
            given_to(each.action, new_home)
        with CaptureQueriesContext(connection) as captured:
            page = client.get(f"/desk/rounds/many-{number}/hand-over/")
        with CaptureQueriesContext(connection) as overview:
            client.get(f"/desk/rounds/many-{number}/")
        counts.append((len(captured), len(overview)))
    assert counts[1] == counts[2]
    assert counts[1][0] <= 12
    assert (len(page.context["page"]), page.context["page"].paginator.count) == (5, 12)
    assert validate({"page": page.content.decode()}) == []


def test_whoever_keeps_the_desk_of_the_old_department_is_led_nowhere(
    client_of: ClientOf, liaison: User, other_liaison: User, ict_staff: User, round_: Round
) -> None:
    moved: Evaluation = round_.evaluations.order_by("action__code")[0]
    staff = client_of(ict_staff)
    staff.post(PAGE, {"seen": staff.get(PAGE).context["seen"], "all": "1"})
    address = f"/desk/evaluations/{moved.pk}/"
    assert [client_of(user).get(address).status_code for user in (liaison, other_liaison)] == [404, 200]
