"""What a 調書 keeps for the sums of its round says the same as a recount, whoever writes."""

from decimal import Decimal

import pytest

from accounts.models import User
from plan.actions import revise
from programs.enums import Improvement
from programs.models import Action, Indicator
from progress.actions.corrections import correct_evaluation
from progress.actions.evaluations import Answers, save_evaluation
from progress.actions.kept_sums import kept_sums
from progress.actions.publication import publish
from progress.enums import Status
from progress.models import Evaluation
from tests.programs.factories import IndicatorFactory, IndicatorYearFactory, direction_of
from tests.progress.factories import RoundFactory, action_of, bring_to, department_of, open_round

pytestmark = pytest.mark.django_db


def kept(evaluation: Evaluation) -> tuple[int, int, int]:
    """Main direction, indicators, and how many of them reached their target; the recount says the same."""
    expressions = kept_sums()
    rows = Evaluation.objects.filter(pk=evaluation.pk)
    stored: tuple[int, int, int] = rows.values_list(*expressions).get()
    assert (
        rows.annotate(**{f"now_{name}": each for name, each in expressions.items()})
        .values_list(*(f"now_{name}" for name in expressions))
        .get()
        == stored
    )
    return stored


@pytest.fixture
def evaluation(liaison: User, ict_staff: User) -> Evaluation:
    """Opened with one indicator, whose target is ten."""
    round_ = RoundFactory.create()
    action = action_of(round_.program, department_of(liaison))
    IndicatorYearFactory.create(indicator=IndicatorFactory.create(action=action), position=round_.year)
    return open_round(round=round_, by=ict_staff).evaluations.get()


def answered(evaluation: Evaluation, actual: Decimal | None) -> Answers:
    return Answers(indicators={row.pk: {"actual": actual} for row in evaluation.indicators.all()})


def test_the_kept_counts_follow_every_writer(
    evaluation: Evaluation, liaison: User, manager: User, ict_staff: User
) -> None:
    first = direction_of("1-1-1").pk
    assert kept(evaluation) == (evaluation.action.main_direction_id, 0, 0)  # opened

    row = evaluation.indicators.get()
    assert row.target is not None
    save_evaluation(evaluation=evaluation, answers=answered(evaluation, row.target - 1), by=liaison, expected_version=1)
    assert kept(evaluation)[1:] == (1, 0)

    indicator = Indicator.objects.get(pk=row.indicator_id)
    indicator.improvement = Improvement.DOWN
    revise(root=indicator, by=ict_staff, reason="減るほどよい指標のため", expected_version=indicator.version)
    assert kept(evaluation)[1:] == (1, 1)

    action = Action.objects.get(pk=evaluation.action_id)
    other = direction_of("1-1-2" if action.main_direction_id == first else "1-1-1")
    action.main_direction = other
    revise(root=action, by=ict_staff, reason="主な基本方向の見直し", expected_version=action.version)
    assert kept(evaluation) == (other.pk, 1, 1)

    bring_to(Status.ACCEPTED, evaluation, liaison=liaison, manager=manager, staff=ict_staff)
    publish(round=evaluation.round, by=ict_staff)
    stored = Evaluation.objects.with_everything().get(pk=evaluation.pk)
    correct_evaluation(
        evaluation=stored,
        answers=answered(stored, row.target + 1),
        by=ict_staff,
        reason="集計に誤りがあったため",
        expected_version=stored.version,
    )
    assert kept(evaluation) == (other.pk, 1, 0)
