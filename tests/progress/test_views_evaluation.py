"""The page of one 調書: who sees it how, saving, autosave, submitting in one go."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.enums import Role
from accounts.models import Department, User
from progress import workflow
from progress.actions.evaluations import Answers, perform, save_evaluation
from progress.actions.opening import open_round
from progress.actions.publication import publish
from progress.enums import EvaluationField, Status
from progress.models import Evaluation
from tests.factories import UserFactory
from tests.html_validity import validate
from tests.programs.factories import (
    ActionLineageFactory,
    ProgramFactory,
)
from tests.progress.desk_pages import address, read, typed
from tests.progress.factories import RoundFactory, action_of, entry, fill_in

pytestmark = pytest.mark.django_db

ClientOf = Callable[[object], Client]
Brought = Callable[[Status, Evaluation], Evaluation]


# ── Who sees it how ───────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("persona", "status", "sees"),
    [
        ("liaison", Status.DRAFT, "form"),
        ("liaison", Status.RETURNED, "form"),
        ("liaison", Status.SUBMITTED, "取り下げる"),
        ("liaison", Status.ENDORSED, "text"),
        ("manager", Status.DRAFT, "text"),
        ("manager", Status.SUBMITTED, "承認する 差し戻す"),
        ("manager", Status.ENDORSED, "text"),
        ("ict_staff", Status.SUBMITTED, "text"),
        ("ict_staff", Status.ENDORSED, "差し戻す 確認する"),
        ("ict_staff", Status.ACCEPTED, "差し戻す"),
    ],
)
def test_a_form_for_who_fills_in_and_buttons_for_who_decides(
    persona: str,
    status: Status,
    sees: str,
    evaluation: Evaluation,
    brought_to: Brought,
    request: pytest.FixtureRequest,
    client_of: ClientOf,
) -> None:
    brought_to(status, evaluation)
    page = read(client_of(request.getfixturevalue(persona)), evaluation)
    bar = re.search(r'<div class="bar-buttons">(.*?)</div>', page, re.DOTALL)
    offered = " ".join(re.findall(r">([^<>]+する|[^<>]+[すげ]る?)</(?:button|a)>", bar[1])) if bar else "text"
    assert ('id="evaluation-form"' in page) is (sees == "form")
    assert offered == {"form": "保存する 提出する"}.get(sees, sees)


def test_every_field_stands_with_its_guidance(full: Evaluation, liaison: User, client_of: ClientOf) -> None:
    page = read(client_of(liaison), full)
    guides = dict(re.findall(r'id="guide-(\w+)">(.*?)</p>', page))
    assert guides == dict(full.round.guidances.values_list("field", "text"))
    assert "達成度は、1が最もよい評価です。" in page
    assert "見本データ" in page


@pytest.mark.parametrize(("symbol", "mark"), [("Ⅱ", ""), ("Ⅴ", " hidden"), ("Ⅵ", " hidden")])
@pytest.mark.parametrize("is_saved", [True, False])
def test_an_action_that_ends_needs_no_next_plan(
    symbol: str, mark: str, is_saved: bool, full: Evaluation, liaison: User, client_of: ClientOf
) -> None:
    """Stored, or typed and shown again because something else could not be read."""
    client, chosen = client_of(liaison), str(entry(full.round, symbol).pk)
    sent = typed(full, outlook=chosen, outlook_reason="目的を達したため", settlement="9" if is_saved else "9x")
    answer = client.post(address(full), sent)
    page = read(client, full) if is_saved else answer.content.decode()
    label = re.search(r'<label for="id_next_plan">次年度の計画\s+(.*?)\s*</label>', page)
    assert label is not None
    assert label[1] == (
        f'<span class="required" data-unless-ended{mark}>※必須</span>'
        ' <span class="optional">事業を終える場合は不要</span>'
    )
    assert page.count('<div class="choice" data-ends>') == 2


def test_the_numbers_own_suggestion_is_shown_with_its_calculation(
    full: Evaluation, liaison: User, client_of: ClientOf
) -> None:
    client = client_of(liaison)
    assert "まだ出せません" in read(client, full)
    row = full.indicators.get()
    save_evaluation(
        evaluation=full, answers=Answers(indicators={row.pk: {"actual": 11}}), by=liaison, expected_version=1
    )
    page = read(client, full)
    assert "<strong>2 目標を上回って達成</strong>（達成率の平均 110.0%）" in page
    assert "利用件数：目標 10件、実績 11件、達成率 110.0%" in page
    assert "1 目標を大きく上回って達成：120%以上" in page


def test_last_years_text_stands_beside_the_field(
    full: Evaluation, brought_to: Brought, ict_staff: User, liaison: User, client_of: ClientOf
) -> None:
    brought_to(Status.ACCEPTED, full)
    publish(round=full.round, by=ict_staff)
    following = RoundFactory.create(program=full.round.program, year=2017)
    open_round(round=following, by=ict_staff)
    page = read(client_of(liaison), following.evaluations.get())
    earlier = re.findall(r'<p class="aid-label">(.*?)</p>\s*<p class="aid-text">(.*?)</p>', page)
    assert ("平成28(2016)年度の記入", "計画どおりに実施しました。") in earlier
    assert ("平成28(2016)年度の記入", "利用件数：目標 10件、実績 10件") in earlier
    assert ("平成28(2016)年度の記入", "1,000千円") in earlier


def test_the_text_of_the_action_that_is_continued_is_named(
    full: Evaluation, brought_to: Brought, division: Department, ict_staff: User, liaison: User, client_of: ClientOf
) -> None:
    brought_to(Status.ACCEPTED, full)
    publish(round=full.round, by=ict_staff)
    action = action_of(ProgramFactory.create(start_year=2017), division)
    ActionLineageFactory.create(action=action, predecessor=full.action)
    following = RoundFactory.create(program=action.program, year=2017)
    open_round(round=following, by=ict_staff)
    page = read(client_of(liaison), following.evaluations.get())
    assert f"平成28(2016)年度、前プログラムの取組 {full.action.code}の記入" in page


def test_unpublished_work_of_another_department_is_not_shown_as_last_years(
    full: Evaluation, liaison: User, other_liaison: User, ict_staff: User, client_of: ClientOf
) -> None:
    fill_in(full, liaison, results="ほかの課の書きかけ")
    full.action.owners.update(department=other_liaison.valid_memberships[0].department)
    following = RoundFactory.create(program=full.round.program, year=2017)
    open_round(round=following, by=ict_staff)
    assert "ほかの課の書きかけ" not in read(client_of(other_liaison), following.evaluations.get())


def test_a_remark_stands_at_the_field_it_points_at(
    full: Evaluation, brought_to: Brought, manager: User, liaison: User, client_of: ClientOf
) -> None:
    brought_to(Status.SUBMITTED, full)
    perform(
        evaluation=full,
        transition=workflow.RETURN_BY_MANAGER,
        by=manager,
        comment="件数を確かめてください。",
        fields=[EvaluationField.RESULTS],
    )
    page = read(client_of(liaison), full)
    entries = re.findall(r'id="item-(\w+)"(.*?)data-aid', page, re.DOTALL)
    assert [key for key, text in entries if "件数を確かめてください。" in text] == ["results"]
    assert "この項目に指摘があります" in page
    assert '<a href="#item-results">実績</a>' in page


def test_every_reason_of_every_turn_stays_readable(
    full: Evaluation, liaison: User, manager: User, ict_staff: User, client_of: ClientOf
) -> None:
    fill_in(full, liaison)
    for by, step, comment in (
        (liaison, workflow.SUBMIT, ""),
        (manager, workflow.RETURN_BY_MANAGER, "一度目の理由"),
        (liaison, workflow.SUBMIT, ""),
        (manager, workflow.ENDORSE, "よくまとまっています"),
        (ict_staff, workflow.RETURN_BY_STAFF, "二度目の理由"),
    ):
        perform(evaluation=full, transition=step, by=by, comment=comment)
    for person in (liaison, manager, ict_staff):
        page = read(client_of(person), full)
        course = page[page.index('id="course"') :]
        assert re.findall(r"<strong>(.*?)</strong>", course) == [
            "ICT推進課の差戻し", "承認", "提出", "課長の差戻し", "提出",
        ]  # fmt: skip
        assert re.findall(r"<blockquote class=\"course-comment\"><p>(.*?)</p>", course) == [
            "二度目の理由", "よくまとまっています", "一度目の理由",
        ]  # fmt: skip
        assert "試験 課長（試験福祉課）" in course


def test_what_cannot_be_done_now_is_said_with_when_and_by_whom(
    evaluation: Evaluation, brought_to: Brought, liaison: User, manager: User, client_of: ClientOf
) -> None:
    page = read(client_of(manager), evaluation)
    assert "担当者が記入し、提出します。" in page
    assert "承認ができるのは「課長の承認待ち」のときです。" in page
    brought_to(Status.ENDORSED, evaluation)
    page = read(client_of(liaison), evaluation)
    assert "次はICT推進課の確認です。" in page
    assert "保存ができるのは「記入中」または「差戻し」のときです。" in page
    assert "直すときは、ICT推進課の差戻しを依頼してください。" in page


def test_the_way_back_names_who_can_withdraw(
    evaluation: Evaluation, brought_to: Brought, liaison: User, division: Department, client_of: ClientOf
) -> None:
    brought_to(Status.SUBMITTED, evaluation)
    colleague = UserFactory.create(role=Role.LIAISON, role__department=division)
    assert "直すときは、取り下げてください。" in read(client_of(liaison), evaluation)
    page = read(client_of(colleague), evaluation)
    assert "直すときは、提出した試験 担当さんの取下げか、課長の差戻しを依頼してください。" in page


def test_the_pages_are_valid_html(
    full: Evaluation, brought_to: Brought, liaison: User, manager: User, client_of: ClientOf
) -> None:
    pages = {"draft": client_of(liaison).get(address(full)).content.decode()}
    brought_to(Status.RETURNED, full)
    pages |= {
        "returned": client_of(liaison).get(address(full)).content.decode(),
        "read": client_of(manager).get(address(full)).content.decode(),
        "desk": client_of(liaison).get("/desk/").content.decode(),
        "check": client_of(liaison).get(address(full) + "?check").content.decode(),
    }
    assert validate(pages) == []
