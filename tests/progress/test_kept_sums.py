"""What a 調書 keeps for the sums of its round says the same as a recount, whoever writes."""

from decimal import Decimal

import pytest

from accounts.models import User
from plan.actions import restore, revise
from programs.actions.importing import import_program
from programs.enums import Improvement
from programs.exporting import export
from programs.importing.examining import examine
from programs.importing.tables import read_tables
from programs.models import Action, Indicator
from progress.actions.corrections import correct_evaluation
from progress.actions.evaluations import Answers, save_evaluation
from progress.actions.kept_sums import kept_sums
from progress.actions.publication import publish
from progress.actions.sheets import Edit, keep_upload, take_in
from progress.enums import Status
from progress.models import Evaluation
from progress.sheets.comparing import answers_of, preview
from tests.programs.factories import IndicatorFactory, IndicatorYearFactory, direction_of
from tests.programs.workbooks import changed, put
from tests.progress.factories import RoundFactory, action_of, bring_to, department_of, open_round
from tests.progress.sheets import downloaded, typed

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


def test_the_kept_counts_follow_a_workbook_an_import_and_a_return_to_an_earlier_state(
    evaluation: Evaluation, liaison: User, ict_staff: User
) -> None:
    row = evaluation.indicators.get()
    assert row.target is not None
    content = typed(downloaded(evaluation, liaison), evaluation, actual=row.target - 1)
    upload = keep_upload(round_=evaluation.round, by=liaison, name="記入済み.xlsx", content=content)
    edits = [
        Edit(each, answers, each.version)
        for each, answers in answers_of(preview(content, evaluation.round, liaison), {})
    ]
    take_in(upload=upload, edits=edits, by=liaison, counts={})
    assert kept(evaluation)[1:] == (1, 0)

    program = evaluation.round.program
    tables = read_tables(changed(export(program), put("指標", 2, よくなる向き=Improvement.DOWN.label)))
    fingerprint = examine(program, tables).fingerprint
    import_program(
        program=program, tables=tables, by=ict_staff, reason="減るほどよい指標", expected_fingerprint=fingerprint
    )
    assert kept(evaluation)[1:] == (1, 1)

    indicator = Indicator.objects.get(pk=row.indicator_id)
    restore(
        object_type="programs.indicator",
        object_id=indicator.pk,
        history_id=indicator.history.earliest().history_id,
        by=ict_staff,
        reason="増えるほどよい指標だったため",
    )
    assert kept(evaluation)[1:] == (1, 0)
