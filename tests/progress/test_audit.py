"""What is done in a round is in the audit trail."""

from collections.abc import Callable

import pytest

from accounts import audit
from accounts.models import AuditEntry, User
from progress.actions.corrections import correct_evaluation
from progress.actions.evaluations import Answers
from progress.actions.publication import publish
from progress.actions.rounds import release_to_committee
from progress.enums import Status
from progress.errors import CannotPublish
from progress.models import Evaluation

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
