"""A 調書 leaves the reach of who has its form open: they are told, and get back what they typed."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.enums import AuditKind, Role
from accounts.models import AuditEntry, Department, Membership, User
from progress import workflow
from progress.actions.evaluations import perform
from progress.actions.handing_over import hand_over
from progress.actions.reorganisation import reorganise
from progress.enums import Status
from progress.models import Evaluation
from progress.reorganising import Reorganisation, Successor
from tests.factories import DepartmentFactory, MembershipFactory, UserFactory
from tests.plan.reading import inputs_of, main_of, words
from tests.progress.factories import department_of, entry, fill_in, given_to, opened

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User], Client]
Event = Callable[[Evaluation, User], str]
TYPED = "途中まで書いた実績です。"
NOT_YOURS = "あなたの役割が変わったため、この調書は、あなたの担当ではなくなりました。"


def _staff() -> User:
    return UserFactory.create(role=Role.ICT_STAFF)


def _to(department: Department) -> str:
    return f"この調書は、取組の主管課が変わったため、{department}に移りました。"


def _split(evaluation: Evaluation, person: User) -> str:
    """The person goes to the first new 課, the action to the second."""
    before = department_of(person)
    halves = tuple(Successor(code=code, name=f"{code}課", bureau=before.bureau) for code in ("S1", "S2"))
    moving = {"action_to": {evaluation.action_id: 1}, "person_to": {person.pk: 0}}
    reorganisation = Reorganisation(timezone.localdate(), (before,), halves, **moving)
    return _to(reorganise(reorganisation=reorganisation, by=_staff())[1])


def _handed_over(evaluation: Evaluation, _: User) -> str:
    given_to(evaluation.action, new := DepartmentFactory.create())
    hand_over(round=evaluation.round, keys=[evaluation.pk], by=_staff())
    return _to(new)


def _person_moved(_: Evaluation, person: User) -> str:
    Membership.objects.filter(user=person).update(department=DepartmentFactory.create())
    return NOT_YOURS


def _other_role(_: Evaluation, person: User) -> str:
    """They still see it, and may not save it."""
    Membership.objects.filter(user=person).update(role=Role.MANAGER)
    return NOT_YOURS


def _no_role(_: Evaluation, person: User) -> str:
    Membership.objects.filter(user=person).delete()
    return NOT_YOURS


def _opened(client: Client, address: str) -> dict[str, str]:
    """The hidden fields of the form, without JavaScript and with it."""
    sent = dict(inputs_of(main_of(client.get(address))))
    return {name: sent[name] for name in ("version", "seal")}


@pytest.mark.parametrize("happens", [_split, _handed_over, _person_moved, _other_role, _no_role])
@pytest.mark.parametrize("then", ["", "submit"])
def test_what_was_typed_comes_back(
    happens: Event, then: str, client_of: ClientOf, evaluation: Evaluation, liaison: User
) -> None:
    fill_in(evaluation, liaison)
    client, address = client_of(liaison), f"/desk/evaluations/{evaluation.pk}/"
    grade = entry(evaluation.round, "2")
    sent = _opened(client, address) | {
        "results": TYPED,
        "grade": str(grade.pk),
        "outcomes": "手続の時間が短くなりました。",
        "then": then,
    }
    why = happens(evaluation, liaison)
    Evaluation.objects.update(problems="ほかの課の文章")
    response = client.post(address, sent)
    page = main_of(response)
    assert response.status_code == 409
    assert (why in page, TYPED in page, str(grade) in words(page)) == (True, True, True)
    assert ("手続の時間が短くなりました。" in page, "ほかの課の文章" in page) == (False, False)
    assert ("<h1>調書は移りました</h1>" in page) == (why != NOT_YOURS)
    assert Evaluation.objects.get().results != TYPED


@pytest.mark.parametrize("happens", [_split, _handed_over, _person_moved, _no_role])
def test_autosave_says_where_it_went(
    happens: Event, client_of: ClientOf, evaluation: Evaluation, liaison: User
) -> None:
    client, address = client_of(liaison), f"/desk/evaluations/{evaluation.pk}/"
    sent = _opened(client, address) | {"results": TYPED}
    why = happens(evaluation, liaison)
    response = client.post(f"{address}autosave/", sent)
    assert (response.status_code, response.json()) == (409, {"message": why, "offer": "入力した内容を表示する"})
    assert Evaluation.objects.get().results == ""


def test_who_goes_along_saves_as_ever(client_of: ClientOf, evaluation: Evaluation, liaison: User) -> None:
    client, address = client_of(liaison), f"/desk/evaluations/{evaluation.pk}/"
    sent = _opened(client, address) | {"results": TYPED}
    before = department_of(liaison)
    renamed = Successor(code=before.code, name="新しい課", bureau=before.bureau)
    reorganise(reorganisation=Reorganisation(timezone.localdate(), (before,), (renamed,)), by=_staff())
    assert client.post(f"{address}autosave/", sent).status_code == 200
    assert Evaluation.objects.get().results == TYPED


@pytest.mark.parametrize(("step", "status"), [("return_by_manager", Status.SUBMITTED), ("endorse", Status.SUBMITTED)])
def test_the_words_of_a_step_come_back(
    step: str,
    status: Status,
    client_of: ClientOf,
    evaluation: Evaluation,
    manager: User,
    brought_to: Callable[[Status, Evaluation], Evaluation],
) -> None:
    """Those of a 差戻し have a page of their own; the comment of the other steps stands below the 調書."""
    brought_to(status, evaluation)
    client, address = client_of(manager), f"/desk/evaluations/{evaluation.pk}/"
    sent = _opened(client, f"{address}{step}/" if step == "return_by_manager" else address)
    why = _handed_over(evaluation, manager)
    response = client.post(f"{address}{step}/", sent | {"comment": "件数を確かめてください。"})
    assert (response.status_code, why in main_of(response)) == (409, True)
    assert "件数を確かめてください。" in main_of(response)
    assert Evaluation.objects.get().status == status


def test_what_is_refused_for_another_reason_says_so(
    client_of: ClientOf,
    evaluation: Evaluation,
    liaison: User,
    manager: User,
    brought_to: Callable[[Status, Evaluation], Evaluation],
) -> None:
    """It was returned since, and somebody else of the same 課 submitted it."""
    brought_to(Status.SUBMITTED, evaluation)
    MembershipFactory.create(user=manager, role=Role.LIAISON, department=department_of(manager))
    pages = {person: _opened(client_of(person), f"/desk/evaluations/{evaluation.pk}/") for person in (liaison, manager)}
    perform(evaluation=evaluation, transition=workflow.RETURN_BY_MANAGER, by=manager, comment="直してください。")
    perform(evaluation=evaluation, transition=workflow.SUBMIT, by=manager)
    for person, step, why in (
        (liaison, "withdraw", "取下げは、提出した人だけが行えます。"),
        (manager, "endorse", "自分が提出した調書の承認はできません。ほかの人に依頼してください。"),
    ):
        response = client_of(person).post(f"/desk/evaluations/{evaluation.pk}/{step}/", pages[person])
        assert (response.status_code, why in main_of(response)) == (403, True)
        assert AuditEntry.objects.filter(kind=AuditKind.DENIED, person=person).count() == 1
    unknown = client_of(liaison).post(f"/desk/evaluations/{evaluation.pk}/unknown/", pages[liaison])
    assert unknown.status_code == 404


def test_who_never_had_the_form_learns_nothing(
    client_of: ClientOf, evaluation: Evaluation, liaison: User, other_liaison: User
) -> None:
    """Neither with another's seal, nor with that of another 調書, nor without one; reading stays 404."""
    client, address = client_of(liaison), f"/desk/evaluations/{evaluation.pk}/"
    sent: dict[str, Any] = _opened(client, address) | {"results": TYPED}
    elsewhere = f"/desk/evaluations/{opened(department_of(other_liaison)).evaluations.get().pk}/"
    _handed_over(evaluation, liaison)
    without = {name: text for name, text in sent.items() if name != "seal"}
    stranger = client_of(other_liaison)
    tried = [
        (stranger, address, sent),
        (client, address, without),
        (client, address, sent | {"seal": f"{sent['seal']}x"}),
        (client, elsewhere, sent),
    ]
    for who, where, what in tried:
        assert [who.post(each, what).status_code for each in (where, f"{where}autosave/")] == [404, 404]
    assert client.get(address).status_code == 404
