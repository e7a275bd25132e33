"""What is done in a round is in the audit trail."""

import datetime
from collections.abc import Callable
from copy import copy

import pytest
from django.test import Client
from django.utils import timezone

from accounts import audit
from accounts.enums import AuditKind
from accounts.models import AuditEntry, Department, User
from progress.actions.corrections import correct_evaluation
from progress.actions.evaluations import Answers
from progress.actions.measures import save_measure_evaluation
from progress.actions.opening import open_round
from progress.actions.publication import publish, schedule, unschedule
from progress.actions.reminders import remind
from progress.actions.rounds import (
    change_round,
    end_extension,
    extend,
    prepare_round,
    release_to_committee,
    set_exception,
    withdraw_from_committee,
    write_guidance,
)
from progress.enums import Status
from progress.errors import CannotPublish, NotYours
from progress.models import Evaluation, Extension, Round
from tests.progress.factories import RoundFactory

pytestmark = pytest.mark.django_db


def test_the_way_of_an_evaluation_is_on_record(
    evaluation: Evaluation,
    liaison: User,
    manager: User,
    ict_staff: User,
    brought_to: Callable[[Status, Evaluation], Evaluation],
) -> None:
    round_ = brought_to(Status.ACCEPTED, evaluation).round
    release_to_committee(round=round_, by=ict_staff)
    publish(round=round_, by=ict_staff)
    correct_evaluation(
        evaluation=evaluation,
        answers=Answers(values={"settlement": 7}),
        by=ict_staff,
        reason="集計の誤り",
        expected_version=2,
    )
    entries = AuditEntry.objects.filter(kind__in=["transition", "published", "corrected"]).order_by("number")
    name, year = str(evaluation.action), "平成28(2016)年度の評価"
    assert [(entry.person, entry.about) for entry in entries] == [
        (ict_staff, f"照会の開始：{year}"),
        (liaison, f"提出：{year} {name}"),
        (manager, f"承認：{year} {name}"),
        (ict_staff, f"確認：{year} {name}"),
        (ict_staff, f"会議への公開：{year}"),
        (ict_staff, f"公表：{year}"),
        (ict_staff, f"訂正：{year} {name}"),
    ]
    assert audit.verify().is_sound


def test_what_was_refused_is_not_on_record(evaluation: Evaluation, ict_staff: User) -> None:
    before = AuditEntry.objects.count()
    with pytest.raises(CannotPublish):
        publish(round=evaluation.round, by=ict_staff)
    assert AuditEntry.objects.count() == before


def test_settings_of_a_round_and_its_set_minute_are_on_record(
    evaluation: Evaluation, ict_staff: User, brought_to: Callable[[Status, Evaluation], Evaluation]
) -> None:
    round_ = brought_to(Status.ACCEPTED, evaluation).round
    change_round(round=round_, values={"deadline": datetime.date(2017, 6, 7)}, by=ict_staff)
    schedule(round=round_, by=ict_staff, publish_at=timezone.now() + datetime.timedelta(days=1))
    unschedule(round=round_, by=ict_staff)
    year = "平成28(2016)年度の評価"
    changed, *scheduled = AuditEntry.objects.order_by("-number")[:3][::-1]
    assert (changed.about, changed.facts) == (
        f"評価年度の設定の変更：{year}",
        {"提出期限": "2017-05-31 → 2017-06-07"},
    )
    assert [(entry.person, entry.about) for entry in scheduled] == [
        (ict_staff, f"公表の予定：{year}"),
        (ict_staff, f"公表の予定の取消し：{year}"),
    ]


def test_a_second_click_does_nothing_and_is_not_on_record(
    evaluation: Evaluation, division: Department, ict_staff: User
) -> None:
    """What stands so already is not done again: the deed, its time, its history and its entry stay the first one's."""
    round_, day = evaluation.round, datetime.date(2017, 6, 7)
    extension = extend(round=round_, department=division, deadline=day, reason="災害対応", by=ict_staff)
    moment = timezone.now() + datetime.timedelta(days=1)
    reason = "決算が未確定のため"
    deeds: list[tuple[str, Callable[[], object]]] = [
        ("会議への公開", lambda: release_to_committee(round=round_, by=ict_staff)),
        ("会議への公開の取りやめ", lambda: withdraw_from_committee(round=round_, by=ict_staff)),
        ("公表の例外", lambda: set_exception(evaluation=evaluation, by=ict_staff, reason=reason)),
        ("公表の予定", lambda: schedule(round=round_, by=ict_staff, publish_at=moment)),
        ("公表の予定の取消し", lambda: unschedule(round=round_, by=ict_staff)),
        ("公表の例外の取消し", lambda: set_exception(evaluation=evaluation, by=ict_staff, reason="")),
        ("提出期限の延長の取消し", lambda: end_extension(extension=copy(extension), by=ict_staff)),
    ]
    before = AuditEntry.objects.count()
    for _, deed in deeds:
        deed()
        deed()
    entries = AuditEntry.objects.order_by("number")[before:]
    assert [entry.about.partition("：")[0] for entry in entries] == [name for name, _ in deeds]
    assert Round.history.filter(id=round_.pk).count() == 6  # prepared, opened, and four of the deeds
    assert Evaluation.history.filter(id=evaluation.pk).count() == 3
    assert Extension.history.filter(history_type="-").count() == 1


def test_what_has_no_events_of_its_own_is_on_record(
    evaluation: Evaluation, division: Department, liaison: User, ict_staff: User
) -> None:
    """催促 and 施策評価; neither where nothing was sent or changed."""
    round_, measure = evaluation.round, evaluation.round.measure_evaluations.all()[0]
    before = AuditEntry.objects.count()
    for _ in range(2):
        remind(round=round_, departments=[division], by=ict_staff)
        save_measure_evaluation(evaluation=measure, values={"reason": "概ね順調"}, by=ict_staff, expected_version=1)
    year = "平成28(2016)年度の評価"
    assert [(entry.person, entry.about, entry.facts) for entry in AuditEntry.objects.order_by("number")[before:]] == [
        (ict_staff, f"催促：{year}", {"所管課": ["試験福祉課"], "人数": 1}),
        (ict_staff, f"施策評価の保存：{year} {measure}", {"項目": ["評価の理由"]}),
    ]


def test_what_belongs_to_staff_is_refused_to_others(
    evaluation: Evaluation, division: Department, liaison: User
) -> None:
    """Every action asks for itself: a command or a page to come may forget."""
    round_, planned = evaluation.round, RoundFactory.create()
    count = AuditEntry.objects.count()
    for deed in (
        lambda: prepare_round(round=RoundFactory.build(), by=liaison),
        lambda: open_round(round=planned, by=liaison),
        lambda: change_round(round=round_, values={}, by=liaison),
        lambda: write_guidance(round=round_, texts={}, by=liaison),
        lambda: extend(round=round_, department=division, deadline=round_.deadline, reason="理由", by=liaison),
        lambda: release_to_committee(round=round_, by=liaison),
        lambda: withdraw_from_committee(round=round_, by=liaison),
        lambda: unschedule(round=round_, by=liaison),
    ):
        with pytest.raises(NotYours):
            deed()
    assert AuditEntry.objects.count() == count


def test_a_deed_done_in_the_browser_says_where_it_came_from(
    evaluation: Evaluation, brought_to: Callable[[Status, Evaluation], Evaluation], manager: User, client: Client
) -> None:
    brought_to(Status.SUBMITTED, evaluation)
    client.force_login(manager)
    version = Evaluation.objects.get(pk=evaluation.pk).version
    client.post(f"/desk/evaluations/{evaluation.pk}/endorse/", {"version": version}, REMOTE_ADDR="192.0.2.7")
    newest = AuditEntry.objects.order_by("-number").first()
    assert newest is not None
    assert (newest.kind, newest.person, newest.client) == (AuditKind.TRANSITION, manager, "192.0.2.7")
