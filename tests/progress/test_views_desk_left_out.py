"""/desk/: 調書 that the publication of their round left out."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Department, User
from progress.actions.publication import publish
from progress.actions.rounds import set_exception
from progress.enums import Status
from progress.models import Evaluation
from progress.queries.left_out import left_out_of
from progress.sheets.contents import contents_of
from tests.progress.desk_lists import page_of
from tests.progress.factories import opened

pytestmark = pytest.mark.django_db

ClientOf = Callable[[object], Client]
Brought = Callable[[Status, Evaluation], Evaluation]


def test_the_department_reads_that_its_evaluation_is_left_out_of_the_publication(
    evaluation: Evaluation, liaison: User, ict_staff: User, client_of: ClientOf
) -> None:
    client, own = client_of(liaison), f"/desk/evaluations/{evaluation.pk}/"
    set_exception(evaluation=evaluation, by=ict_staff, reason="決算が確定していないため")
    before = "この調書は、未確定のまま年度の評価を公表することにしています。"
    card = f"{before}（理由：決算が確定していないため）"
    assert [text in page_of(client) for text in (card, "公表の例外</span>")] == [True, True]
    page = client.get(own).content.decode()
    assert [text in page for text in (before, "<p>理由：決算が確定していないため</p>")] == [True, True]
    publish(round=evaluation.round, by=ict_staff)
    after = "公表は済んでいますが、この調書は未確定です。"
    told = [text in page for page in (page_of(client), client.get(own).content.decode()) for text in (after, before)]
    assert told == [True, False, True, False]


def test_what_was_confirmed_in_time_is_not_left_out(
    evaluation: Evaluation, liaison: User, ict_staff: User, brought_to: Brought, client_of: ClientOf
) -> None:
    set_exception(evaluation=evaluation, by=ict_staff, reason="決算が確定していないため")
    brought_to(Status.ACCEPTED, evaluation)
    page = client_of(liaison).get(f"/desk/evaluations/{evaluation.pk}/").content.decode()
    assert "未確定のまま" not in page + page_of(client_of(liaison))


def test_what_was_confirmed_late_waits_to_be_added(
    evaluation: Evaluation, liaison: User, ict_staff: User, brought_to: Brought, client_of: ClientOf
) -> None:
    set_exception(evaluation=evaluation, by=ict_staff, reason="決算が確定していないため")
    publish(round=evaluation.round, by=ict_staff)
    brought_to(Status.ACCEPTED, evaluation)
    page = client_of(liaison).get(f"/desk/evaluations/{evaluation.pk}/").content.decode()
    assert "確認が済み、追加の公表を待っています。" in page
    assert "次は追加の公表です。" in page
    assert "次は公表です。" not in page
    staff = client_of(ict_staff).get(f"/desk/rounds/{evaluation.round.slug}/publish/").content.decode()
    assert "追加で公表できる調書があります。" in staff
    assert "例外としたまま公表していない調書が1件あります。" in staff


def test_the_course_has_the_exception(
    evaluation: Evaluation, liaison: User, ict_staff: User, client_of: ClientOf
) -> None:
    for reason in ("決算が確定していないため", ""):
        set_exception(evaluation=evaluation, by=ict_staff, reason=reason)
    taken_off, made = evaluation.events.order_by("-at", "-pk")
    assert [(each.label, each.comment, each.by) for each in (made, taken_off)] == [
        ("公表の例外", "決算が確定していないため", ict_staff),
        ("公表の例外の取消し", "", ict_staff),
    ]
    assert made.from_status == made.to_status == Status.DRAFT
    page = client_of(liaison).get(f"/desk/evaluations/{evaluation.pk}/").content.decode()
    assert "公表の例外の取消し" in page


def test_however_many_are_left_out_nothing_more_is_asked(
    division: Department, liaison: User, ict_staff: User, client_of: ClientOf
) -> None:
    """Neither at the desk nor for the workbook, whose sheets say what the public reads of each."""
    counts = []
    for number in (1, 2):
        round_ = opened(division, actions=number, by=ict_staff)
        for each in round_.evaluations.all():
            set_exception(evaluation=each, by=ict_staff, reason="決算が確定していないため")
        publish(round=round_, by=ict_staff)
        page_of(client := client_of(liaison))
        with CaptureQueriesContext(connection) as desk:
            assert page_of(client).count("公表は済んでいますが") == Evaluation.objects.count()
        contents = contents_of(round_, division, liaison)
        with CaptureQueriesContext(connection) as sheets:
            told = [left_out.text for left_out in map(left_out_of, contents.evaluations) if left_out]
        assert (len(told), len(sheets)) == (number, 0)
        counts.append(len(desk))
    assert counts[0] == counts[1] <= 12
