"""The steps of the chain at the desk: each once, by whom the table says, with its message."""

import datetime
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from progress import workflow
from progress.actions.evaluations import perform
from progress.enums import EvaluationField, ProposalState, Status
from progress.models import Evaluation, EvaluationEvent, NextYearProposal, Round
from progress.workflow import BY_NAME, TRANSITIONS
from tests.html_validity import validate
from tests.progress.factories import fill_in

pytestmark = pytest.mark.django_db

ClientOf = Callable[[object], Client]
Brought = Callable[[Status, Evaluation], Evaluation]

STEPS = [step.name for step in TRANSITIONS if step.name not in {"save", "publish", "correct"}]
# Persona → state → the steps that are done when asked for.
DONE = {
    "liaison": {
        Status.DRAFT: {"submit"},
        Status.RETURNED: {"submit"},
        Status.SUBMITTED: {"withdraw"},
    },
    "manager": {Status.SUBMITTED: {"endorse", "return_by_manager"}},
    "ict_staff": {Status.ENDORSED: {"accept", "return_by_staff"}, Status.ACCEPTED: {"return_by_staff"}},
}
STATES = [Status.DRAFT, Status.RETURNED, Status.SUBMITTED, Status.ENDORSED, Status.ACCEPTED]


def address(evaluation: Evaluation, step: str) -> str:
    return f"/desk/evaluations/{evaluation.pk}/{step}/"


def _confirmed_with_moment(evaluation: Evaluation, by: User) -> None:
    """The next year's plan came of it, and its round will be public in an hour."""
    confirmed = {"state": ProposalState.CONFIRMED, "decided_at": timezone.now(), "decided_by": by, "year": 2017}
    NextYearProposal.objects.update_or_create(evaluation=evaluation, defaults=confirmed)
    moment = timezone.now() + datetime.timedelta(hours=1)
    Round.objects.filter(pk=evaluation.round_id).update(publish_at=moment, published_by=by)


PLAN_STAYS, MOMENT_IS_SET = "反映した計画はそのまま残ります。", "この年度は、公表の日時が決まっています。"


def test_who_returns_a_confirmed_evaluation_is_told_what_it_leaves_behind(
    evaluation: Evaluation, brought_to: Brought, ict_staff: User, client_of: ClientOf
) -> None:
    brought_to(Status.ACCEPTED, evaluation)
    client, page = client_of(ict_staff), address(evaluation, "return_by_staff")
    NextYearProposal.objects.all().delete()
    plain = client.get(page).content.decode()
    _confirmed_with_moment(evaluation, ict_staff)
    told = client.get(page).content.decode()
    assert [text in plain for text in (PLAN_STAYS, MOMENT_IS_SET)] == [False, False]
    assert [text in told for text in (PLAN_STAYS, MOMENT_IS_SET)] == [True, True]
    Evaluation.objects.filter(pk=evaluation.pk).update(exception_reason="遅れています。")
    assert MOMENT_IS_SET not in client.get(page).content.decode()  # the round is published without it


def test_who_returns_what_is_not_confirmed_is_told_of_none_of_that(
    evaluation: Evaluation, brought_to: Brought, ict_staff: User, client_of: ClientOf
) -> None:
    brought_to(Status.ENDORSED, evaluation)
    _confirmed_with_moment(evaluation, ict_staff)
    told = client_of(ict_staff).get(address(evaluation, "return_by_staff")).content.decode()
    assert [text in told for text in (PLAN_STAYS, MOMENT_IS_SET)] == [False, False]


def told(response: Any) -> list[str]:
    page = unescape(response.client.get(response.headers["Location"]).content.decode())
    found = re.search(r'<div class="messages" role="status">(.*?)\n</div>\n', page, re.DOTALL)
    return re.findall(r'<p class="notice-title">(.*?)</p>', found[1]) if found else []


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("status", STATES)
@pytest.mark.parametrize("persona", ["liaison", "manager", "ict_staff", "other_liaison", "administrator"])
def test_every_step_in_every_state_by_everybody(
    persona: str,
    status: Status,
    step: str,
    evaluation: Evaluation,
    brought_to: Brought,
    request: pytest.FixtureRequest,
    client_of: ClientOf,
) -> None:
    brought_to(status, evaluation)
    before = EvaluationEvent.objects.count()
    response = client_of(request.getfixturevalue(persona)).post(address(evaluation, step), {"comment": "理由です。"})
    is_done = step in DONE.get(persona, {}).get(status, set())
    stored = Evaluation.objects.get(pk=evaluation.pk)
    assert EvaluationEvent.objects.count() - before == int(is_done)
    assert stored.status == (BY_NAME[step].goes_to(status) if is_done else status)
    expected = {302} if is_done else {404} if persona in {"other_liaison", "administrator"} else {302, 403}
    assert response.status_code in expected


@pytest.mark.parametrize(
    ("persona", "status", "step", "message", "lands"),
    [
        ("manager", Status.SUBMITTED, "endorse", "を承認しました。次はICT推進課の確認です。", "/desk/"),
        (
            "manager",
            Status.SUBMITTED,
            "return_by_manager",
            "を差し戻しました。担当者が指摘された点を直し、もう一度提出します。",
            "/desk/",
        ),
        ("ict_staff", Status.ENDORSED, "accept", "を確認しました。次は公表です。", "/desk/"),
        ("liaison", Status.SUBMITTED, "withdraw", "を取り下げました。担当者が記入し、提出します。", "調書"),
    ],
)
def test_what_happened_is_said_and_what_now(
    persona: str,
    status: Status,
    step: str,
    message: str,
    lands: str,
    evaluation: Evaluation,
    brought_to: Brought,
    request: pytest.FixtureRequest,
    client_of: ClientOf,
) -> None:
    brought_to(status, evaluation)
    client = client_of(request.getfixturevalue(persona))
    data = {"comment": "理由です。", "version": "2"}
    response = client.post(address(evaluation, step), data)
    assert response.headers["Location"] == (f"/desk/evaluations/{evaluation.pk}/" if lands == "調書" else lands)
    assert told(response) == [f"調書『{evaluation.action}』{message}"]
    events = EvaluationEvent.objects.count()
    again = client.post(address(evaluation, step), data)
    done = message.split("。")[0].removesuffix("ました")
    assert told(again)[0].startswith(f"調書『{evaluation.action}』は、すでに{done.removeprefix('を')}ています。")
    assert EvaluationEvent.objects.count() == events


def test_a_return_asks_for_its_reason_on_a_page_of_its_own(
    evaluation: Evaluation, brought_to: Brought, manager: User, client_of: ClientOf
) -> None:
    brought_to(Status.SUBMITTED, evaluation)
    client = client_of(manager)
    page = client.get(address(evaluation, "return_by_manager"))
    refused = client.post(address(evaluation, "return_by_manager"), {"comment": "  ", "pointed": ["results"]})
    text = unescape(refused.content.decode())
    assert "差し戻す理由を入力してください。" in text
    assert re.search(r'value="results"[^>]*checked', text)
    assert Evaluation.objects.get(pk=evaluation.pk).status == Status.SUBMITTED
    assert validate({"asked": page.content.decode(), "refused": refused.content.decode()}) == []


def test_a_return_records_what_it_points_at(
    evaluation: Evaluation, brought_to: Brought, manager: User, client_of: ClientOf
) -> None:
    brought_to(Status.SUBMITTED, evaluation)
    client_of(manager).post(
        address(evaluation, "return_by_manager"),
        {"comment": "数を確かめてください。", "pointed": ["results", "indicators"], "version": "2"},
    )
    event = EvaluationEvent.objects.get(transition="return_by_manager")
    assert (event.comment, event.fields, event.by) == (
        "数を確かめてください。",
        [EvaluationField.RESULTS, EvaluationField.INDICATORS],
        manager,
    )


def test_a_text_that_changed_after_it_was_read_is_not_endorsed(
    evaluation: Evaluation, liaison: User, manager: User, client_of: ClientOf
) -> None:
    fill_in(evaluation, liaison)
    perform(evaluation=evaluation, transition=workflow.SUBMIT, by=liaison)
    perform(evaluation=evaluation, transition=workflow.WITHDRAW, by=liaison)
    fill_in(evaluation, liaison, results="書き換えました。")
    perform(evaluation=evaluation, transition=workflow.SUBMIT, by=liaison)
    client = client_of(manager)
    response = client.post(address(evaluation, "endorse"), {"comment": "", "version": "2"})
    assert told(response) == ["開いた後に調書の内容が変わりました。もう一度読んでから操作してください。"]
    assert Evaluation.objects.get(pk=evaluation.pk).status == Status.SUBMITTED
    assert told(client.post(address(evaluation, "endorse"), {"version": "3"}))[0].endswith("次はICT推進課の確認です。")


def test_nobody_endorses_what_they_submitted(evaluation: Evaluation, liaison: User, client_of: ClientOf) -> None:
    liaison.memberships.create(role="manager", department=evaluation.department)
    fill_in(evaluation, liaison)
    perform(evaluation=evaluation, transition=workflow.SUBMIT, by=liaison)
    client = client_of(liaison)
    page = client.get(f"/desk/evaluations/{evaluation.pk}/").content.decode()
    assert "自分が提出した調書の承認はできません。ほかの人に依頼してください。" in page
    response = client.post(address(evaluation, "endorse"))
    assert (response.status_code, "ほかの人に依頼してください。" in response.content.decode()) == (403, True)


def test_who_withdraws_what_came_back_meanwhile_is_told_when(
    evaluation: Evaluation, brought_to: Brought, liaison: User, other_liaison: User, client_of: ClientOf
) -> None:
    """The page was opened before the manager returned it: not now, rather than not yours."""
    brought_to(Status.RETURNED, evaluation)
    assert told(client_of(liaison).post(address(evaluation, "withdraw"))) == [
        "この調書は今「差戻し」のため、取下げはできません。取下げができるのは「課長の承認待ち」のときです。"
    ]
    assert client_of(other_liaison).post(address(evaluation, "withdraw")).status_code == 404


def test_an_incomplete_one_is_not_submitted_by_its_address(
    evaluation: Evaluation, liaison: User, client_of: ClientOf
) -> None:
    response = client_of(liaison).post(address(evaluation, "submit"))
    assert told(response) == ["提出するには、あと7か所の入力が必要です。"]


@pytest.mark.parametrize("step", ["endorse", "accept", "withdraw", "submit"])
def test_an_address_of_a_step_shows_the_page(
    step: str, evaluation: Evaluation, brought_to: Brought, request: pytest.FixtureRequest, client_of: ClientOf
) -> None:
    """After a log-in people land on the address they had posted to."""
    who = {"endorse": "manager", "accept": "ict_staff"}.get(step, "liaison")
    brought_to(BY_NAME[step].sources[0], evaluation)
    response = client_of(request.getfixturevalue(who)).get(address(evaluation, step))
    assert response.headers["Location"] == f"/desk/evaluations/{evaluation.pk}/"


@pytest.mark.parametrize("step", ["save", "publish", "correct", "nonsense"])
def test_what_is_no_step_of_the_desk_is_not_found(
    step: str, evaluation: Evaluation, ict_staff: User, client_of: ClientOf
) -> None:
    assert client_of(ict_staff).post(address(evaluation, step)).status_code == 404
