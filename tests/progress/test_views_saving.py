"""Saving a 調書 at the desk: with and without JavaScript, submitting in one go, clicks that come twice."""

import re
from collections.abc import Callable
from html import unescape
from urllib.parse import urlencode

import pytest
from django.test import Client

from accounts.models import User
from programs.models import Indicator
from progress import workflow
from progress.actions.evaluations import perform, save_evaluation
from progress.enums import Status
from progress.models import Evaluation, EvaluationEvent
from tests.html_validity import validate
from tests.progress.desk_pages import address, told, typed
from tests.progress.factories import complete_answers

pytestmark = pytest.mark.django_db

ClientOf = Callable[[object], Client]

# ── Saving ────────────────────────────────────────────────────────────────────


def test_a_save_without_javascript(full: Evaluation, liaison: User, client_of: ClientOf) -> None:
    response = client_of(liaison).post(address(full), typed(full))
    assert response.headers["Location"] == address(full)
    assert told(response) == [f"調書『{full.action}』を保存しました。"]
    stored = Evaluation.objects.get(pk=full.pk)
    assert (stored.results, stored.settlement, stored.version) == ("計画どおりに実施しました。", 1000, 2)
    assert (stored.indicators.get().actual, stored.milestones.get().reached) == (10, "yes")


def test_what_is_far_too_long_comes_back_whole_and_beyond_it_a_page_says_what_to_do(
    full: Evaluation, liaison: User, client_of: ClientOf
) -> None:
    client, kind = client_of(liaison), "application/x-www-form-urlencoded"
    whole = "あ" * 1_500_000  # as fifteen fields of 100,000 characters
    response = client.post(address(full), urlencode(typed(full, results=whole)), content_type=kind)
    page = response.content.decode()
    told_at_field = "1,500,000字あります。4,000字以内になるように、あと1,496,000字減らしてください。"
    assert (response.status_code, whole in page, told_at_field in page) == (200, True, True)
    response = client.post(address(full), "results=" + "x" * 17_000_000, content_type=kind)
    assert (response.status_code, re.findall("<h1>(.*?)</h1>", response.content.decode())) == (
        413,
        ["入力した文字が多すぎて、受け取れませんでした"],
    )
    assert validate({"413": response.content.decode()}) == []
    assert Evaluation.objects.get(pk=full.pk).results != whole


def test_what_cannot_be_read_stays_as_typed_and_the_rest_is_saved(
    full: Evaluation, liaison: User, client_of: ClientOf
) -> None:
    client = client_of(liaison)
    response = client.post(address(full), typed(full, settlement="12,30o"))
    page = unescape(response.content.decode())
    assert response.status_code == 200
    assert "決算額：『12,30o』は金額として読めません。" in page
    assert re.search(r'name="settlement" value="12,30o"[^>]*aria-invalid="true"', page)
    stored = Evaluation.objects.get(pk=full.pk)
    assert (stored.results, stored.settlement) == ("計画どおりに実施しました。", None)
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    again = client.post(address(full), typed(full, settlement="12,300", version=version[1]))
    assert told(again) == [f"調書『{full.action}』を保存しました。"]
    assert Evaluation.objects.get(pk=full.pk).settlement == 12300


@pytest.mark.parametrize("persona", ["manager", "ict_staff"])
def test_who_only_reads_may_not_save(
    persona: str, full: Evaluation, request: pytest.FixtureRequest, client_of: ClientOf
) -> None:
    response = client_of(request.getfixturevalue(persona)).post(address(full), typed(full))
    assert response.status_code == 403
    assert "保存は、試験福祉課の担当者が行います。" in response.content.decode()
    assert Evaluation.objects.get(pk=full.pk).version == 1


@pytest.mark.parametrize("persona", ["other_liaison", "committee_viewer", "administrator"])
@pytest.mark.parametrize("end", ["", "autosave/", "submit/", "return_by_manager/"])
def test_what_one_may_not_know_of_is_not_found(
    persona: str, end: str, full: Evaluation, request: pytest.FixtureRequest, client_of: ClientOf
) -> None:
    client = client_of(request.getfixturevalue(persona))
    answers = [client.get(address(full, end)), client.post(address(full, end), typed(full))]
    assert [(answer.status_code, "見つかりません" in answer.content.decode()) for answer in answers] == [
        (404, True)
    ] * 2


# ── Submitting in one go ─────────────────────────────────────────────────────


def test_submitting_saves_what_is_in_the_form_first(full: Evaluation, liaison: User, client_of: ClientOf) -> None:
    response = client_of(liaison).post(address(full), typed(full, then="submit"))
    assert response.headers["Location"] == "/desk/"
    assert told(response) == [f"調書『{full.action}』を提出しました。次は課長の承認です。"]
    stored = Evaluation.objects.get(pk=full.pk)
    assert (stored.status, stored.results) == (Status.SUBMITTED, "計画どおりに実施しました。")


def test_an_incomplete_one_is_saved_and_says_what_is_missing(
    full: Evaluation, liaison: User, client_of: ClientOf
) -> None:
    response = client_of(liaison).post(address(full), typed(full, outcomes="", settlement="", then="submit"))
    assert response.headers["Location"] == f"{address(full)}?check"
    page = unescape(response.client.get(response.headers["Location"]).content.decode())
    assert "まだ提出していません。提出するには、あと2か所の入力が必要です。" in page
    summary = page[page.index('id="lacking-title"') :]
    assert re.findall(r'<a href="#(\w+)">(.*?)</a>', summary)[:2] == [
        ("id_settlement", "決算額を入力してください。支出がないときは「0」を入力します。"),
        ("id_outcomes", "成果を入力してください。"),
    ]
    assert Evaluation.objects.get(pk=full.pk).results == "計画どおりに実施しました。"


def test_a_second_click_says_that_it_is_submitted(full: Evaluation, liaison: User, client_of: ClientOf) -> None:
    client = client_of(liaison)
    data = typed(full, then="submit")
    client.post(address(full), data)
    client.get("/desk/")
    again = client.post(address(full), data)
    assert told(again) == [f"調書『{full.action}』は、すでに提出しています。次は課長の承認です。"]
    assert EvaluationEvent.objects.filter(transition="submit").count() == 1


def test_the_back_button_does_not_submit_what_was_endorsed_meanwhile(
    full: Evaluation, liaison: User, manager: User, client_of: ClientOf
) -> None:
    client = client_of(liaison)
    data = typed(full, then="submit")
    client.post(address(full), data)
    client.get("/desk/")
    perform(evaluation=full, transition=workflow.ENDORSE, by=manager)
    (message,) = told(client.post(address(full), data))
    assert "この調書は今「ICT推進課の確認待ち」のため、保存はできません。" in message
    assert EvaluationEvent.objects.filter(transition="submit").count() == 1


def test_new_text_after_the_submission_is_shown_to_copy(full: Evaluation, liaison: User, client_of: ClientOf) -> None:
    client = client_of(liaison)
    client.post(address(full), typed(full, then="submit"))
    response = client.post(address(full), typed(full, results="別のタブで書いた長い文章"))
    page = unescape(response.content.decode())
    assert (response.status_code, "この内容は保存していません" in page) == (409, True)
    assert "別のタブで書いた長い文章</textarea>" in page
    assert "選んだ内容で保存する" not in page
    assert validate({"closed": response.content.decode()}) == []


# ── Autosave ─────────────────────────────────────────────────────────────────


def test_autosave_stores_the_changed_fields_alone(full: Evaluation, liaison: User, client_of: ClientOf) -> None:
    client = client_of(liaison)
    row = full.indicators.get()
    answer = client.post(
        address(full, "autosave/"), {"version": "1", "results": "書きかけ", f"indicator-{row.pk}-actual": "１２"}
    ).json()
    stored = Evaluation.objects.get(pk=full.pk)
    assert (stored.results, stored.indicators.get().actual, EvaluationEvent.objects.count()) == ("書きかけ", 12, 0)
    assert (answer["version"], answer["errors"]) == (2, {})
    assert re.fullmatch(r"\d{1,2}:\d\d", answer["saved_at"])
    assert "実績を入力してください。" not in answer["lacking"]
    assert "成果を入力してください。" in answer["lacking"]
    assert "1 目標を大きく上回って達成" in answer["suggestion"]


def test_autosave_saves_what_it_can_read_and_names_the_rest(
    full: Evaluation, liaison: User, client_of: ClientOf
) -> None:
    answer = client_of(liaison).post(
        address(full, "autosave/"), {"version": "1", "results": "書きかけ", "settlement": "千"}
    )
    assert (answer.status_code, list(answer.json()["errors"])) == (200, ["settlement"])
    assert Evaluation.objects.get(pk=full.pk).results == "書きかけ"


def test_autosave_over_a_newer_version_leads_to_the_comparison(
    full: Evaluation, liaison: User, client_of: ClientOf
) -> None:
    client = client_of(liaison)
    client.post(address(full, "autosave/"), {"version": "1", "results": "先の文章"})
    answer = client.post(address(full, "autosave/"), {"version": "1", "results": "後の文章"})
    assert (answer.status_code, answer.json()) == (
        409,
        {"message": "この調書は、あなたが開いた後に保存されています。両方の内容を見比べて選んでください。"},
    )
    assert Evaluation.objects.get(pk=full.pk).results == "先の文章"


def test_autosave_after_the_submission_is_refused_with_the_reason(
    full: Evaluation, liaison: User, manager: User, client_of: ClientOf
) -> None:
    client = client_of(liaison)
    client.post(address(full), typed(full, then="submit"))
    answer = client.post(address(full, "autosave/"), {"version": "2", "results": "後の文章"})
    assert (answer.status_code, "保存はできません" in answer.json()["message"]) == (409, True)
    refused = client_of(manager).post(address(full, "autosave/"), {"version": "2", "results": "課長の文章"})
    assert (refused.status_code, refused.json()) == (403, {"message": "保存は、試験福祉課の担当者が行います。"})


def test_autosave_tells_who_is_logged_in_and_gives_a_token(
    full: Evaluation, liaison: User, client_of: ClientOf
) -> None:
    answer = client_of(liaison).get(address(full, "autosave/")).json()
    assert (answer["user"], len(answer["token"])) == (str(liaison.pk), 64)


def test_autosave_without_a_session_is_refused_and_nothing_is_written(full: Evaluation, client: Client) -> None:
    answer = client.post(address(full, "autosave/"), {"version": "1", "results": "書きかけ"})
    assert (answer.status_code, "書きかけ" in answer.content.decode()) == (403, True)
    assert client.get(address(full, "autosave/")).status_code == 302
    assert Evaluation.objects.get(pk=full.pk).version == 1


def test_nothing_of_it_is_public_before_publication(full: Evaluation, liaison: User, client: Client) -> None:
    save_evaluation(evaluation=full, answers=complete_answers(full), by=liaison, expected_version=1)
    assert client.get(address(full)).headers["Location"] == f"/accounts/login/?next={address(full)}"
    assert Indicator.objects.get().years.get(position=2016).actual is None
