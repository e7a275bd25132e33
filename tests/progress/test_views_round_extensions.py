"""Later deadlines for single departments."""

import datetime
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Department, User
from progress.actions.publication import publish
from progress.actions.reorganisation import reorganise
from progress.actions.rounds import set_exception
from progress.enums import Status
from progress.models import Evaluation, Extension, Round
from progress.queries.extensions import deadlines_of
from progress.reorganising import Reorganisation, Successor
from tests.factories import DepartmentFactory
from tests.plan.reading import main_of, words
from tests.progress.factories import opened
from tests.progress.pages import messages_of

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
PAGE = "/desk/rounds/2016/extensions/"


@pytest.fixture
def round_(division: Department, ict_staff: User) -> Round:
    return opened(division, actions=2, by=ict_staff, slug="2016")


@pytest.fixture
def extension(round_: Round, division: Department) -> Extension:
    return Extension.objects.create(
        round=round_, department=division, deadline=datetime.date(2017, 6, 7), reason="災害対応のため"
    )


def test_a_department_gets_a_later_deadline(
    client_of: ClientOf, ict_staff: User, round_: Round, division: Department
) -> None:
    data = {"department": division.pk, "deadline": "平成29年6月7日", "reason": "災害対応のため"}
    response = client_of(ict_staff).post(PAGE, data, follow=True)
    made = Extension.objects.get()
    assert (made.department, made.deadline, made.reason) == (division, datetime.date(2017, 6, 7), "災害対応のため")
    assert messages_of(response) == ["試験福祉課の提出期限を2017年6月7日（水）に延ばしました。"]
    assert [(each.department, each.owed) for each in response.context["listed"]] == [(division, 2)]
    assert made.history.get().history_user == ict_staff


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        ("department", "", "所管課を選んでください。"),
        ("deadline", "", "延長後の提出期限を入力してください（例：2017年6月7日）。"),
        (
            "deadline",
            "2017-06-04",
            "2017年6月4日（日）は閉庁日です。次の開庁日の2017年6月5日（月）か、ほかの開庁日を入力してください。",
        ),
        ("deadline", "2017-05-31", "延長後の期限は、もとの期限の2017年5月31日（水）より後の日にしてください。"),
        ("reason", "", "理由を入力してください。"),
    ],
)
def test_what_will_not_do_is_said_at_its_field(
    client_of: ClientOf, ict_staff: User, round_: Round, division: Department, field: str, typed: str, message: str
) -> None:
    data = {"department": str(division.pk), "deadline": "2017-06-07", "reason": "災害対応のため"} | {field: typed}
    response = client_of(ict_staff).post(PAGE, data)
    assert (response.context["form"].errors, Extension.objects.count()) == ({field: [message]}, 0)


def test_a_department_without_evaluations_cannot_be_chosen(
    client_of: ClientOf, ict_staff: User, round_: Round, division: Department
) -> None:
    DepartmentFactory.create()
    choices = client_of(ict_staff).get(PAGE).context["form"].fields["department"].queryset
    assert list(choices) == [division]


def test_a_second_one_for_the_same_department_is_refused(
    client_of: ClientOf, ict_staff: User, extension: Extension, division: Department
) -> None:
    data = {"department": division.pk, "deadline": "2017-06-09", "reason": "もう一度"}
    response = client_of(ict_staff).post(PAGE, data)
    assert response.context["form"].errors == {
        "department": ["試験福祉課の期限はすでに延長されています。一覧の「変更する」から、期限を変更してください。"]
    }


def test_an_extension_is_changed_and_taken_back(client_of: ClientOf, ict_staff: User, extension: Extension) -> None:
    client, address = client_of(ict_staff), f"{PAGE}{extension.pk}/"
    client.post(address, {"deadline": "2017-06-09", "reason": "復旧が遅れたため"}, follow=True)
    extension.refresh_from_db()
    assert (extension.deadline, extension.reason) == (datetime.date(2017, 6, 9), "復旧が遅れたため")
    response = client.post(f"{address}remove/", follow=True)
    assert Extension.objects.count() == 0
    assert messages_of(response) == ["試験福祉課の期限の延長を取り消しました。期限は2017年5月31日（水）です。"]
    again = client.post(f"{address}remove/", follow=True)
    assert (again.redirect_chain, messages_of(again)) == (
        [(PAGE, 302)],
        ["この期限の延長は、すでに取り消されています。"],
    )


def test_an_ended_department_is_told_from_its_successor_of_the_same_name(
    client_of: ClientOf,
    ict_staff: User,
    round_: Round,
    extension: Extension,
    division: Department,
    brought_to: Callable[[Status, Evaluation], Evaluation],
) -> None:
    """It keeps its extension for what it published; the successor has it for the exception."""
    first, second = round_.evaluations.order_by("pk")
    brought_to(Status.ACCEPTED, first)
    set_exception(evaluation=second, by=ict_staff, reason="改組のため")
    publish(round=round_, by=ict_staff)
    same = Successor(code="N1", name=division.name, bureau=division.bureau)
    reorganise(reorganisation=Reorganisation(datetime.date(2017, 5, 1), (division,), (same,)), by=ict_staff)
    page = words(main_of(client_of(ict_staff).get(PAGE)))
    assert page.count(division.name) == 2
    assert f"{division.name}2017年4月30日（日）まで" in page
    assert deadlines_of([round_]).of(round_, division.pk) == extension.deadline
