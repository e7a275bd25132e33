"""公表と訂正: frozen, complete, and not a minute early."""

import datetime
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Department, User
from plan.caching import content_version
from progress import workflow
from progress.actions import publication
from progress.actions.corrections import correct_evaluation, correct_measure, publish_late
from progress.actions.evaluations import Answers, perform
from progress.actions.measures import save_measure_evaluation
from progress.actions.opening import open_round
from progress.actions.publication import publish, publish_due, schedule, unschedule
from progress.actions.rounds import set_exception
from progress.enums import PublicationKind, RoundState, Status
from progress.errors import CannotPublish, NothingToCorrect, NotNow, NotYours, ReasonRequired, StaleSave
from progress.models import (
    Correction,
    Evaluation,
    MeasureEvaluation,
    NextYearProposal,
    Publication,
    PublishedEvaluation,
    PublishedMeasure,
    Round,
)
from tests.programs.factories import IndicatorFactory, IndicatorYearFactory, direction_of
from tests.progress.factories import RoundFactory, action_of, bring_to, entry, fill_in, opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def accepted(evaluation: Evaluation, brought_to: Callable[[Status, Evaluation], Evaluation]) -> Evaluation:
    return brought_to(Status.ACCEPTED, evaluation)


@pytest.fixture
def published(accepted: Evaluation, ict_staff: User) -> Evaluation:
    publish(round=accepted.round, by=ict_staff)
    return Evaluation.objects.with_everything().get(pk=accepted.pk)


def test_what_is_published_is_whole(published: Evaluation, ict_staff: User) -> None:
    row = PublishedEvaluation.objects.get()
    assert (row.grade_symbol, row.grade_label, row.outlook_symbol, row.settlement, row.edition, row.is_current) == (
        "3",
        "ほぼ目標どおり",
        "Ⅱ",
        1000,
        1,
        True,
    )
    assert row.data["do"] == {"results": "計画どおりに実施しました。", "settlement": 1000}
    assert row.data["check"]["grade"] == {"kind": "achievement", "symbol": "3", "label": "ほぼ目標どおり"}
    assert published.round.state == RoundState.PUBLISHED
    assert published.status == Status.PUBLISHED
    event = published.events.last()
    assert event is not None
    assert (event.transition, event.by) == ("publish", ict_staff)


def test_measures_carry_the_sums_of_their_actions(published: Evaluation) -> None:
    rows = {row.measure.code: row.data["rollup"] for row in PublishedMeasure.objects.select_related("measure__policy")}
    assert len(rows) == 7
    assert (rows["1-1"]["total"], rows["1-1"]["grades"], rows["1-1"]["settlement"]) == (1, {"3": 1}, 1000)
    assert (rows["2-1"]["total"], rows["2-1"]["grades"], rows["2-1"]["settlement"]) == (0, {}, None)


def test_later_edits_do_not_change_what_is_published(published: Evaluation) -> None:
    before = PublishedEvaluation.objects.values().get()
    frame = Publication.objects.get().frame
    action, department = published.action, published.department
    type(action).objects.filter(pk=action.pk).update(title="別の名前")
    Department.objects.filter(pk=department.pk).update(name="別の課")
    published.round.scale.entries.update(label="別の意味")
    Evaluation.objects.filter(pk=published.pk).update(results="別の実績")
    assert PublishedEvaluation.objects.values().get() == before
    assert Publication.objects.get().frame == frame
    assert frame["scale"]["achievement"][0] == {"symbol": "1", "label": "目標を大きく上回って達成"}


def test_an_undecided_round_is_not_published(evaluation: Evaluation, ict_staff: User) -> None:
    with pytest.raises(CannotPublish) as error:
        publish(round=evaluation.round, by=ict_staff)
    assert error.value.problems == [f"試験福祉課 {evaluation.action}（記入中）"]
    assert (Publication.objects.count(), PublishedEvaluation.objects.count()) == (0, 0)
    assert Round.objects.get().state == RoundState.OPEN


def test_a_rating_is_not_published_without_its_reason(
    evaluation: Evaluation, brought_to: Callable[[Status, Evaluation], Evaluation], ict_staff: User
) -> None:
    round_ = brought_to(Status.ACCEPTED, evaluation).round
    measure = MeasureEvaluation.objects.get(round=round_, measure=evaluation.action.main_direction.measure)
    save_measure_evaluation(
        evaluation=measure, values={"rating_id": entry(round_, "A").pk}, by=ict_staff, expected_version=1
    )
    with pytest.raises(CannotPublish, match="評価の理由がない施策評価が1件あります。") as error:
        publish(round=round_, by=ict_staff)
    assert error.value.problems == [f"施策評価 {measure.measure}（評価の理由がない）"]
    assert "調書が" not in str(error.value)
    save_measure_evaluation(evaluation=measure, values={"reason": "順調なため"}, by=ict_staff, expected_version=2)
    assert publish(round=round_, by=ict_staff).number == 1


def test_an_exception_is_published_with_its_plan_and_reason_only(
    evaluation: Evaluation, liaison: User, ict_staff: User
) -> None:
    fill_in(evaluation, liaison, results="公表してはならない実績", plan_change="公表してはならない変更")
    set_exception(evaluation=evaluation, by=ict_staff, reason="災害対応のため評価が遅れています。")
    publish(round=evaluation.round, by=ict_staff)
    row = PublishedEvaluation.objects.get()
    assert "公表してはならない" not in str(row.data)
    assert (row.exception_reason, row.grade_symbol, row.settlement) == ("災害対応のため評価が遅れています。", "", None)
    assert row.data["plan"]["planned_work"] == evaluation.planned_work
    assert Evaluation.objects.get().status == Status.DRAFT


def test_an_exception_is_accepted_and_published_later(
    evaluation: Evaluation, liaison: User, manager: User, ict_staff: User
) -> None:
    set_exception(evaluation=evaluation, by=ict_staff, reason="遅れています。")
    publish(round=evaluation.round, by=ict_staff)
    with pytest.raises(NotNow):
        publish_late(evaluation=evaluation, by=ict_staff, reason="確認が済んだため")
    bring_to(Status.ACCEPTED, evaluation, liaison=liaison, manager=manager, staff=ict_staff)
    correction = publish_late(evaluation=evaluation, by=ict_staff, reason="確認が済んだため")
    current = PublishedEvaluation.objects.get(is_current=True)
    assert (current.edition, current.grade_symbol, current.exception_reason) == (2, "3", "")
    assert {"label": "達成度", "before": "", "after": "3 ほぼ目標どおり"} in correction.changes


def test_of_many_that_stand_in_the_way_the_first_are_named_and_all_are_counted(
    division: Department, ict_staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publication, "SHOWN_PROBLEMS", 1)
    round_ = opened(division, actions=3, by=ict_staff)
    with pytest.raises(CannotPublish) as refused:
        publish(round=round_, by=ict_staff)
    assert str(refused.value).startswith("公表できません。確認が済んでいない調書が3件あります。")
    assert refused.value.problems[1:] == ["ほか2件"]


@pytest.mark.parametrize("persona", ["liaison", "manager", "committee_viewer", "administrator"])
def test_only_staff_publish(persona: str, accepted: Evaluation, request: pytest.FixtureRequest) -> None:
    person = request.getfixturevalue(persona)
    for attempt in (
        lambda: publish(round=accepted.round, by=person),
        lambda: schedule(round=accepted.round, by=person, publish_at=timezone.now() + datetime.timedelta(days=1)),
        lambda: set_exception(evaluation=accepted, by=person, reason="理由"),
    ):
        with pytest.raises(NotYours):
            attempt()
    assert Publication.objects.count() == 0


def test_nothing_is_published_before_the_minute(accepted: Evaluation, ict_staff: User) -> None:
    moment = timezone.now() + datetime.timedelta(hours=1)
    version = content_version()
    schedule(round=accepted.round, by=ict_staff, publish_at=moment)
    assert publish_due(moment - datetime.timedelta(seconds=1)) == []
    assert (PublishedEvaluation.objects.count(), content_version()) == (0, version)
    ((round_, publication),) = publish_due(moment)
    assert isinstance(publication, Publication)
    assert (round_.pk, publication.by, PublishedEvaluation.objects.count()) == (accepted.round_id, ict_staff, 1)
    assert content_version() > version
    assert publish_due(moment) == []


def test_what_was_returned_since_stops_the_set_publication(accepted: Evaluation, ict_staff: User) -> None:
    moment = timezone.now() + datetime.timedelta(hours=1)
    schedule(round=accepted.round, by=ict_staff, publish_at=moment)
    perform(evaluation=accepted, transition=workflow.RETURN_BY_STAFF, by=ict_staff, comment="数値を確かめてください")
    ((_, refused),) = publish_due(moment)
    assert isinstance(refused, CannotPublish)
    assert PublishedEvaluation.objects.count() == 0


def test_a_set_moment_lies_ahead_and_can_be_taken_back(accepted: Evaluation, ict_staff: User) -> None:
    with pytest.raises(NotNow, match="これからの日時"):
        schedule(round=accepted.round, by=ict_staff, publish_at=timezone.now())
    moment = timezone.now() + datetime.timedelta(hours=1)
    schedule(round=accepted.round, by=ict_staff, publish_at=moment)
    unschedule(round=accepted.round, by=ict_staff)
    assert publish_due(moment) == []
    assert PublishedEvaluation.objects.count() == 0


def test_a_round_is_published_once(published: Evaluation, ict_staff: User) -> None:
    with pytest.raises(NotNow, match="は、すでに公表しています。"):
        publish(round=published.round, by=ict_staff)
    assert Publication.objects.count() == 1


def test_interrupted_publication_leaves_nothing(accepted: Evaluation, ict_staff: User) -> None:
    def stop(done: int, total: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        publish(round=accepted.round, by=ict_staff, report=stop)
    assert (Publication.objects.count(), PublishedEvaluation.objects.count()) == (0, 0)
    assert Evaluation.objects.get().status == Status.ACCEPTED


def test_settlement_and_actual_values_go_into_the_yearly_plan(
    division: Department, liaison: User, manager: User, ict_staff: User
) -> None:
    round_ = RoundFactory.create()
    action = action_of(round_.program, division)
    value = IndicatorYearFactory.create(indicator=IndicatorFactory.create(action=action), position=2016, target=10)
    open_round(round=round_, by=ict_staff)
    bring_to(Status.ACCEPTED, round_.evaluations.get(), liaison=liaison, manager=manager, staff=ict_staff)
    value.refresh_from_db()
    assert (value.actual, action.years.get(year=2016).settlement) == (None, None)
    publish(round=round_, by=ict_staff)
    value.refresh_from_db()
    assert (value.actual, action.years.get(year=2016).settlement) == (Decimal(10), 1000)
    assert value.history.count() == 2
    published = PublishedEvaluation.objects.get()
    assert (published.indicators_total, published.indicators_reached) == (1, 1)
    assert published.data["indicators"][0]["rate"] == "100"


def test_publishing_takes_the_same_number_of_queries_for_one_and_for_many(
    division: Department, liaison: User, manager: User, ict_staff: User
) -> None:
    counts = []
    for actions in (1, 1, 12):  # the first one makes what there is once
        round_ = opened(division, actions=actions, by=ict_staff)
        for each in round_.evaluations.all():
            bring_to(Status.ACCEPTED, each, liaison=liaison, manager=manager, staff=ict_staff)
        with CaptureQueriesContext(connection) as captured:
            publish(round=round_, by=ict_staff)
        counts.append(len(captured))
    assert counts[1] == counts[2]


# ── 訂正 ──────────────────────────────────────────────────────────────────────


def _correct(published: Evaluation, by: User, **values: object) -> Correction:
    return correct_evaluation(
        evaluation=published,
        answers=Answers(values=values),
        by=by,
        reason="集計に誤りがあったため",
        expected_version=Evaluation.objects.get(pk=published.pk).version,
    )


def test_a_correction_adds_a_state_and_keeps_the_first(published: Evaluation, ict_staff: User) -> None:
    version = content_version()
    correction = _correct(published, ict_staff, settlement=1200, grade_id=entry(published.round, "2").pk)
    first, second = PublishedEvaluation.objects.order_by("edition")
    assert (first.settlement, first.grade_symbol, first.is_current) == (1000, "3", False)
    assert (second.settlement, second.grade_symbol, second.is_current) == (1200, "2", True)
    assert correction.changes == [
        {"label": "決算額", "before": "1,000千円", "after": "1,200千円"},
        {"label": "達成度", "before": "3 ほぼ目標どおり", "after": "2 目標を上回って達成"},
    ]
    assert (correction.reason, correction.publication.kind, correction.publication.number) == (
        "集計に誤りがあったため",
        PublicationKind.CORRECTION,
        2,
    )
    assert content_version() > version


def test_a_correction_takes_no_later_edits_along(published: Evaluation, ict_staff: User) -> None:
    """What was renamed since is no part of it: neither in what is published nor in the 正誤."""
    first = PublishedEvaluation.objects.get()
    action, department = published.action, published.department
    type(action).objects.filter(pk=action.pk).update(
        title="別の名前", purpose="別の目的", main_direction=direction_of("2-1-1")
    )
    Department.objects.filter(pk=department.pk).update(name="別の課")
    published.round.scale.entries.update(label="別の意味")
    correction = _correct(published, ict_staff, settlement=1200)
    second = PublishedEvaluation.objects.get(is_current=True)
    assert correction.changes == [{"label": "決算額", "before": "1,000千円", "after": "1,200千円"}]
    assert correction.title == str(first)
    assert second.data == first.data | {"do": first.data["do"] | {"settlement": 1200}}
    for name in ("title", "measure", "direction", "department", "department_name", "grade_label", "outlook_label"):
        assert getattr(second, name) == getattr(first, name)
    assert PublishedMeasure.objects.count() == 8, "only the measure whose sum changed gets a new row"


def test_an_indicator_is_corrected_as_it_was_measured_at_publication(
    division: Department, liaison: User, manager: User, ict_staff: User
) -> None:
    round_ = RoundFactory.create()
    action = action_of(round_.program, division)
    indicator = IndicatorFactory.create(action=action, name="待ち時間", unit="分", improvement="down")
    IndicatorYearFactory.create(indicator=indicator, position=2016, target=10)
    open_round(round=round_, by=ict_staff)
    evaluation = round_.evaluations.get()
    bring_to(Status.ACCEPTED, evaluation, liaison=liaison, manager=manager, staff=ict_staff)
    publish(round=round_, by=ict_staff)
    type(indicator).objects.filter(pk=indicator.pk).update(name="処理件数", unit="件", improvement="up")
    correct_evaluation(
        evaluation=evaluation,
        answers=Answers(values={}, indicators={evaluation.indicators.get().pk: {"actual": Decimal(8)}}),
        by=ict_staff,
        reason="転記の誤り",
        expected_version=Evaluation.objects.get().version,
    )
    current = PublishedEvaluation.objects.get(is_current=True)
    (told,) = current.data["indicators"]
    assert (told["name"], told["unit"], told["improvement"], told["reached"]) == ("待ち時間", "分", "down", True)
    assert current.indicators_reached == 1


def test_what_still_waits_for_the_next_year_follows_a_correction(published: Evaluation, ict_staff: User) -> None:
    _correct(published, ict_staff, next_plan="正しい計画です。")
    assert NextYearProposal.objects.get().planned_work == "正しい計画です。"


def test_the_sums_of_the_measure_follow_a_correction(published: Evaluation, ict_staff: User) -> None:
    _correct(published, ict_staff, settlement=1200)
    rows = PublishedMeasure.objects.filter(measure__number=1, measure__policy__number=1).order_by("edition")
    assert [(row.edition, row.is_current, row.data["rollup"]["settlement"]) for row in rows] == [
        (1, False, 1000),
        (2, True, 1200),
    ]
    assert PublishedMeasure.objects.count() == 8, "measures whose sums stay get no new row"


def test_a_correction_needs_a_reason_a_change_and_the_newest_version(published: Evaluation, ict_staff: User) -> None:
    def correct(reason: str, version: int, **values: object) -> None:
        correct_evaluation(
            evaluation=published,
            answers=Answers(values=values),
            by=ict_staff,
            reason=reason,
            expected_version=version,
        )

    with pytest.raises(ReasonRequired):
        correct(" ", published.version, settlement=1)
    with pytest.raises(NothingToCorrect):
        correct("理由", published.version, settlement=1000)
    with pytest.raises(StaleSave):
        correct("理由", published.version - 1, settlement=1)
    assert Correction.objects.count() == 0


def test_liaisons_do_not_correct(published: Evaluation, liaison: User) -> None:
    with pytest.raises(NotYours, match="訂正は、ICT推進課の職員が行います。"):
        _correct(published, liaison, settlement=1)


def test_a_measure_is_corrected(published: Evaluation, ict_staff: User) -> None:
    evaluation = MeasureEvaluation.objects.get(measure__number=1, measure__policy__number=1)
    correction = correct_measure(
        evaluation=evaluation,
        values={"rating_id": entry(published.round, "B").pk, "reason": "一部に遅れがあるため"},
        by=ict_staff,
        reason="評価を記入していなかったため",
        expected_version=1,
    )
    assert correction.changes == [
        {"label": "施策の評価", "before": "", "after": "B 一定の進捗"},
        {"label": "評価の理由", "before": "", "after": "一部に遅れがあるため"},
    ]
    current = PublishedMeasure.objects.get(measure=evaluation.measure, is_current=True)
    assert (current.edition, current.rating_symbol, current.data["rollup"]["total"]) == (2, "B", 1)


def test_a_measure_is_evaluated_while_the_round_is_open(round_: Round, ict_staff: User, liaison: User) -> None:
    evaluation = MeasureEvaluation.objects.filter(round=round_)[0]
    with pytest.raises(NotYours):
        save_measure_evaluation(evaluation=evaluation, values={"reason": "x"}, by=liaison, expected_version=1)
    stored = save_measure_evaluation(
        evaluation=evaluation, values={"reason": "順調です。"}, by=ict_staff, expected_version=1
    )
    assert (stored.reason, stored.version, stored.is_complete) == ("順調です。", 2, False)
    with pytest.raises(StaleSave):
        save_measure_evaluation(evaluation=evaluation, values={"reason": "別"}, by=ict_staff, expected_version=1)


@pytest.mark.parametrize("row", ["publication", "event", "correction"])
def test_records_cannot_be_changed(row: str, published: Evaluation, ict_staff: User) -> None:
    correction = _correct(published, ict_staff, settlement=5)
    record = {"publication": correction.publication, "event": published.events.last(), "correction": correction}[row]
    assert record is not None
    with pytest.raises(TypeError, match="append-only"):
        record.save()
