"""Saving and moving a 調書: nothing is lost, nothing happens twice."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from accounts.enums import Role
from accounts.models import Department, User
from programs.models import Indicator
from progress import workflow
from progress.actions.evaluations import Answers, accept_many, perform, save_evaluation
from progress.actions.opening import open_round
from progress.enums import EvaluationField, ProposalState, Status
from progress.errors import Incomplete, NotNow, ReasonRequired, StaleSave
from progress.models import Evaluation, EvaluationEvent, NextYearProposal
from tests.factories import DepartmentFactory, MembershipFactory
from tests.programs.factories import IndicatorFactory, IndicatorYearFactory
from tests.progress.factories import RoundFactory, action_of, complete_answers, department_of, entry, fill_in, opened

pytestmark = pytest.mark.django_db


def _save(evaluation: Evaluation, by: User, version: int = 1, **values: object) -> Evaluation:
    return save_evaluation(evaluation=evaluation, answers=Answers(values=values), by=by, expected_version=version)


def test_a_save_keeps_what_is_not_named(evaluation: Evaluation, liaison: User) -> None:
    _save(evaluation, liaison, results="実施した", outcomes="減った")
    _save(evaluation, liaison, version=2, results="実施しました")
    evaluation.refresh_from_db()
    assert (evaluation.results, evaluation.outcomes, evaluation.version) == ("実施しました", "減った", 3)
    assert evaluation.saved_by == liaison
    assert [record.results for record in evaluation.history.order_by("history_id")] == ["", "実施した", "実施しました"]


def test_a_save_that_changes_nothing_writes_nothing(evaluation: Evaluation, liaison: User) -> None:
    _save(evaluation, liaison, results="実施した")
    _save(evaluation, liaison, version=2, results="実施した")
    assert (Evaluation.objects.get().version, EvaluationEvent.objects.count()) == (2, 1)


def test_an_autosave_is_not_an_event(evaluation: Evaluation, liaison: User) -> None:
    save_evaluation(
        evaluation=evaluation,
        answers=Answers(values={"results": "書きかけ"}),
        by=liaison,
        expected_version=1,
        on_record=False,
    )
    assert (Evaluation.objects.get().results, EvaluationEvent.objects.count()) == ("書きかけ", 0)


def test_the_second_of_two_saves_is_told_and_neither_is_lost(evaluation: Evaluation, liaison: User) -> None:
    _save(evaluation, liaison, results="先の文章")
    with pytest.raises(StaleSave) as stale:
        _save(evaluation, liaison, version=1, results="後の文章")
    assert isinstance(stale.value.current, Evaluation)
    assert (stale.value.current.results, stale.value.current.version) == ("先の文章", 2)
    assert Evaluation.objects.get().results == "先の文章"


def test_the_same_text_again_is_no_conflict(evaluation: Evaluation, liaison: User) -> None:
    _save(evaluation, liaison, results="文章")
    assert _save(evaluation, liaison, version=1, results="文章").version == 2


def test_fields_of_the_plan_and_the_chain_cannot_be_saved(evaluation: Evaluation, liaison: User) -> None:
    _save(evaluation, liaison, planned_work="別の計画", status=Status.ACCEPTED, planned_budget=1)
    stored = Evaluation.objects.get()
    assert (stored.planned_work, stored.status, stored.version) == (evaluation.planned_work, Status.DRAFT, 1)


def test_rows_of_another_evaluation_are_not_touched(liaison: User, ict_staff: User) -> None:
    department = department_of(liaison)
    round_ = opened(department, actions=2, by=ict_staff)
    first, second = round_.evaluations.order_by("pk")
    foreign = second.milestones.create(title="他の調書の節目")
    save_evaluation(
        evaluation=first, answers=Answers(milestones={foreign.pk: {"reached": "yes"}}), by=liaison, expected_version=1
    )
    foreign.refresh_from_db()
    assert foreign.reached == ""


def test_what_is_incomplete_is_not_submitted(evaluation: Evaluation, liaison: User) -> None:
    with pytest.raises(Incomplete, match="あと7か所の入力が必要です") as incomplete:
        perform(evaluation=evaluation, transition=workflow.SUBMIT, by=liaison)
    assert [each.field for each in incomplete.value.missing] == [
        EvaluationField.RESULTS,
        EvaluationField.SETTLEMENT,
        EvaluationField.GRADE,
        EvaluationField.OUTCOMES,
        EvaluationField.PROBLEMS,
        EvaluationField.OUTLOOK,
        EvaluationField.NEXT_PLAN,
    ]


def test_a_grade_that_disagrees_with_the_numbers_needs_a_reason(liaison: User, ict_staff: User) -> None:
    evaluation = _with_indicator(liaison, ict_staff)
    fill_in(evaluation, liaison, grade_id=entry(evaluation.round, "1").pk)
    with pytest.raises(Incomplete) as incomplete:
        perform(evaluation=evaluation, transition=workflow.SUBMIT, by=liaison)
    assert [each.field for each in incomplete.value.missing] == [EvaluationField.GRADE_REASON]
    _save(Evaluation.objects.get(), liaison, version=2, grade_reason="対象を広げた分を含むため")
    perform(evaluation=evaluation, transition=workflow.SUBMIT, by=liaison)
    assert Evaluation.objects.get().status == Status.SUBMITTED


def _with_indicator(liaison: User, ict_staff: User) -> Evaluation:
    """A blank 調書 of an action with one indicator whose target is 10 in both years."""
    round_ = RoundFactory.create()
    action = action_of(round_.program, department_of(liaison))
    indicator = IndicatorFactory.create(action=action)
    for year in (2016, 2017):
        IndicatorYearFactory.create(indicator=indicator, position=year)
    open_round(round=round_, by=ict_staff)
    return Evaluation.objects.with_everything().get(round=round_)


def test_a_return_needs_a_reason_and_keeps_every_one(evaluation: Evaluation, liaison: User, manager: User) -> None:
    fill_in(evaluation, liaison)
    for turn in ("一度目", "二度目"):
        perform(evaluation=evaluation, transition=workflow.SUBMIT, by=liaison)
        with pytest.raises(ReasonRequired, match="課長の差戻しには理由が必要です。"):
            perform(evaluation=evaluation, transition=workflow.RETURN_BY_MANAGER, by=manager, comment=" ")
        perform(
            evaluation=evaluation,
            transition=workflow.RETURN_BY_MANAGER,
            by=manager,
            comment=f"{turn}の理由",
            fields=[EvaluationField.RESULTS],
        )
    returns = evaluation.events.filter(transition="return_by_manager")
    assert [(event.comment, event.fields) for event in returns] == [
        ("一度目の理由", ["results"]),
        ("二度目の理由", ["results"]),
    ]


def test_a_second_click_does_nothing_twice(evaluation: Evaluation, liaison: User) -> None:
    fill_in(evaluation, liaison)
    perform(evaluation=evaluation, transition=workflow.SUBMIT, by=liaison)
    with pytest.raises(NotNow, match="今「課長の承認待ち」のため、提出はできません。"):
        perform(evaluation=evaluation, transition=workflow.SUBMIT, by=liaison)
    assert EvaluationEvent.objects.filter(transition="submit").count() == 1


def test_bulk_accept_lists_what_it_passes_over(
    liaison: User, ict_staff: User, brought_to: Callable[[Status, Evaluation], Evaluation]
) -> None:
    round_ = opened(department_of(liaison), actions=3, by=ict_staff)
    first, second, third = round_.evaluations.order_by("pk")
    brought_to(Status.ENDORSED, first)
    brought_to(Status.SUBMITTED, second)
    brought_to(Status.ENDORSED, third)
    done, refused = accept_many(evaluations=[first, second, third], by=ict_staff)
    assert [event.evaluation_id for event in done] == [first.pk, third.pk]
    assert [each.evaluation.pk for each in refused] == [second.pk]
    assert "今「課長の承認待ち」のため、確認はできません。" in refused[0].reason


def test_accepting_proposes_the_next_year_and_returning_takes_it_back(
    evaluation: Evaluation, ict_staff: User, brought_to: Callable[[Status, Evaluation], Evaluation]
) -> None:
    brought_to(Status.ACCEPTED, evaluation)
    proposal = NextYearProposal.objects.get(evaluation=evaluation)
    assert (proposal.year, proposal.planned_work, proposal.state) == (
        2017,
        "対象を広げて実施します。",
        ProposalState.PROPOSED,
    )
    perform(
        evaluation=evaluation, transition=workflow.RETURN_BY_STAFF, by=ict_staff, comment="予算額を確かめてください"
    )
    assert NextYearProposal.objects.count() == 0


def test_indicators_and_milestones_are_saved_with_history(liaison: User, ict_staff: User) -> None:
    evaluation = _with_indicator(liaison, ict_staff)
    fill_in(evaluation, liaison)
    row = evaluation.indicators.get()
    assert (row.target, row.actual) == (Decimal(10), Decimal(10))
    assert row.history.count() == 2
    assert Indicator.objects.get().years.get(position=2016).actual is None, "nothing leaks before publication"
    assert complete_answers(evaluation).indicators == {row.pk: {"actual": Decimal(10)}}


def test_an_event_names_as_many_departments_as_it_holds(evaluation: Evaluation, liaison: User) -> None:
    for number in range(3):
        DepartmentFactory.create(name=f"{number}{'と' * 73}")
    for department in Department.objects.filter(name__contains="ととと"):
        MembershipFactory.create(user=liaison, role=Role.LIAISON, department=department)
    fill_in(evaluation, liaison)
    perform(evaluation=evaluation, transition=workflow.SUBMIT, by=liaison)
    named = EvaluationEvent.objects.get(transition=workflow.SUBMIT.name).department_name
    assert (len(named), named.endswith("…")) == (200, True)
