"""What migrations do to rows that were there before."""

from importlib import import_module

import pytest
from django.apps import apps

from accounts.models import User
from progress.actions.corrections import correct_evaluation, publish_late
from progress.actions.evaluations import Answers
from progress.actions.publication import publish
from progress.actions.rounds import set_exception
from progress.enums import PublicationKind, Status
from progress.models import Evaluation, Publication
from tests.progress.factories import bring_to

pytestmark = pytest.mark.django_db


def test_additions_of_before_are_told_from_corrections(
    evaluation: Evaluation, liaison: User, manager: User, ict_staff: User
) -> None:
    set_exception(evaluation=evaluation, by=ict_staff, reason="遅れています。")
    publish(round=evaluation.round, by=ict_staff)
    bring_to(Status.ACCEPTED, evaluation, liaison=liaison, manager=manager, staff=ict_staff)
    publish_late(evaluation=evaluation, by=ict_staff, reason="確認が済んだため")
    stored = Evaluation.objects.get()
    answers = Answers(values={"settlement": 999})
    correct_evaluation(evaluation=stored, answers=answers, by=ict_staff, reason="誤記", expected_version=stored.version)
    Publication.objects.filter(kind=PublicationKind.ADDITION).update(kind=PublicationKind.CORRECTION)
    import_module("progress.migrations.0018_additions_of_before_and_mails_sent_or_not_needed").name_additions(
        apps, None
    )
    kinds = Publication.objects.order_by("number").values_list("kind", flat=True)
    assert list(kinds) == [PublicationKind.FIRST, PublicationKind.ADDITION, PublicationKind.CORRECTION]
