import datetime
import pytest
from accounts.models import Department, User
from progress.actions.corrections import correct_evaluation
from progress.actions.evaluations import Answers
from progress.actions.proposals import confirm
from progress.actions.publication import publish
from progress.enums import Status
from progress.models import PublishedEvaluation, PublishedMeasure, NextYearProposal
from tests.progress.factories import bring_to, opened

pytestmark = pytest.mark.django_db


def test_the_whole_way(division: Department, liaison: User, manager: User, ict_staff: User) -> None:
    round_ = opened(division, actions=2, by=ict_staff)
    for evaluation in round_.evaluations.all():
        bring_to(Status.ACCEPTED, evaluation, liaison=liaison, manager=manager, staff=ict_staff)
    for p in NextYearProposal.objects.all():
        confirm(proposal=p, by=ict_staff)
    publish(round=round_, by=ict_staff)
    assert PublishedEvaluation.objects.count() == 2
    assert PublishedMeasure.objects.count() == 7
    e = round_.evaluations.first()
    c = correct_evaluation(
        evaluation=e, answers=Answers(values={"results": "別"}), by=ict_staff, reason="x", expected_version=e.version
    )
    print(c.changes, c.path)
