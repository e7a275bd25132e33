"""Opening a round: one blank 調書 for each action in force, all or nothing."""

import datetime
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Department, User
from programs.models import ActionOwner
from progress.actions.opening import ensure_default_scale, open_round
from progress.actions.reorganisation import reorganise
from progress.actions.rounds import extend
from progress.default_scale import GUIDANCE
from progress.enums import MailKind, RoundState, ScaleKind
from progress.errors import CannotOpen, NotNow, ReasonRequired
from progress.models import Evaluation, Guidance, MeasureEvaluation, OutboxMail, Round
from progress.reorganising import Reorganisation, Successor
from tests.factories import DepartmentFactory
from tests.programs.factories import (
    ActionFactory,
    ActionOwnerFactory,
    ActionYearFactory,
    IndicatorFactory,
    IndicatorYearFactory,
    MilestoneFactory,
)
from tests.progress.factories import RoundFactory, action_of

pytestmark = pytest.mark.django_db


def test_the_plan_part_comes_from_the_yearly_plan(division: Department, ict_staff: User) -> None:
    round_ = RoundFactory.create()
    action = action_of(round_.program, division)
    plan = action.years.get()
    MilestoneFactory.create(action_year=plan, month=9, title="試行を始める")
    indicator = IndicatorFactory.create(action=action)
    IndicatorYearFactory.create(indicator=indicator, position=2016, target=10)
    IndicatorYearFactory.create(indicator=indicator, position=2017, target=20)
    open_round(round=round_, by=ict_staff)
    evaluation = Evaluation.objects.get()
    assert (evaluation.planned_work, evaluation.planned_budget, evaluation.department) == (
        plan.planned_work,
        plan.budget,
        division,
    )
    assert [(row.month, row.title, row.reached) for row in evaluation.milestones.all()] == [(9, "試行を始める", "")]
    (row,) = evaluation.indicators.all()
    assert (row.target, row.actual, row.planned_next_target, row.next_target) == (
        Decimal(10),
        None,
        Decimal(20),
        Decimal(20),
    )


def test_only_actions_in_force_get_one(division: Department, ict_staff: User) -> None:
    round_ = RoundFactory.create()
    present = action_of(round_.program, division)
    action_of(round_.program, division, start_year=2017)
    open_round(round=round_, by=ict_staff)
    assert [evaluation.action for evaluation in Evaluation.objects.all()] == [present]


def test_the_department_is_that_of_the_opening_day(division: Department, ict_staff: User) -> None:
    """The 課 was renamed on 1 April: the successor fills in what its predecessor did."""
    round_ = RoundFactory.create()
    action = action_of(round_.program, division)
    ActionOwner.objects.filter(action=action).update(valid_to=datetime.date(2017, 3, 31))
    successor = DepartmentFactory.create()
    ActionOwnerFactory.create(action=action, department=successor, valid_from=datetime.date(2017, 4, 1))
    open_round(round=round_, by=ict_staff)
    assert Evaluation.objects.get().department == successor


@pytest.mark.parametrize(("set_up_on", "is_of_the_new"), [(0, True), (1, False)])
def test_opened_after_its_first_day_the_round_is_for_who_leads_today(
    set_up_on: int, *, is_of_the_new: bool, division: Department, liaison: User, ict_staff: User
) -> None:
    """The 課 was reorganised in between: the successor gets the 調書 and the mail. Not before its day."""
    round_ = RoundFactory.create()
    action_of(round_.program, division)
    day = timezone.localdate() + datetime.timedelta(days=set_up_on)
    successor = Successor(code=division.code, name="新しい課", bureau=division.bureau)
    (new,) = reorganise(reorganisation=Reorganisation(day, (division,), (successor,)), by=ict_staff)
    open_round(round=round_, by=ict_staff)
    assert Evaluation.objects.get().department == (new if is_of_the_new else division)
    assert OutboxMail.objects.get(kind=MailKind.OPENED).to == liaison


@time_machine.travel(datetime.datetime(2026, 4, 16, 1, tzinfo=datetime.UTC), tick=False)
def test_a_round_with_an_action_nobody_leads_is_not_opened(division: Department, ict_staff: User) -> None:
    round_ = RoundFactory.create()
    action_of(round_.program, division)
    orphan = ActionFactory.create(program=round_.program)
    with pytest.raises(CannotOpen) as error:
        open_round(round=round_, by=ict_staff)
    assert [str(problem) for problem in error.value.problems] == [
        f"取組『{orphan}』には、2026年4月16日（木）に有効な主管課がありません。その日にある課を、所管課に登録してください。"
    ]
    round_.refresh_from_db()
    assert (round_.state, Evaluation.objects.count()) == (RoundState.PLANNED, 0)


def test_a_department_that_has_ended_before_leads_nothing(division: Department, ict_staff: User) -> None:
    round_ = RoundFactory.create()
    action_of(round_.program, division)
    Department.objects.filter(pk=division.pk).update(valid_to=timezone.localdate() - datetime.timedelta(days=1))
    with pytest.raises(CannotOpen):
        open_round(round=round_, by=ict_staff)


def test_a_round_without_actions_is_not_opened(ict_staff: User) -> None:
    with pytest.raises(CannotOpen) as error:
        open_round(round=RoundFactory.create(), by=ict_staff)
    assert "平成28(2016)年度に実施する取組がありません。" in str(error.value.problems[0])


def test_a_round_is_opened_once(round_: Round, ict_staff: User) -> None:
    with pytest.raises(NotNow, match="照会は、すでに始まっています。"):
        open_round(round=round_, by=ict_staff)
    assert Evaluation.objects.count() == 1


def test_interrupted_opening_leaves_nothing(division: Department, ict_staff: User) -> None:
    round_ = RoundFactory.create()
    action_of(round_.program, division)

    def stop(done: int, total: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        open_round(round=round_, by=ict_staff, report=stop)
    round_.refresh_from_db()
    assert (round_.state, Evaluation.objects.count(), Guidance.objects.count()) == (RoundState.PLANNED, 0, 0)


def test_progress_is_reported(division: Department, ict_staff: User) -> None:
    round_ = RoundFactory.create()
    for _ in range(3):
        action_of(round_.program, division)
    told: list[tuple[int, int]] = []
    open_round(round=round_, by=ict_staff, report=lambda done, total: told.append((done, total)))
    assert told == [(0, 3), (3, 3)]


def test_opening_takes_the_same_number_of_queries_for_one_and_for_many(division: Department, ict_staff: User) -> None:
    counts = []
    for actions in (1, 1, 30):  # the first one makes what there is once
        round_ = RoundFactory.create()
        for _ in range(actions):
            action = action_of(round_.program, division)
            IndicatorYearFactory.create(indicator__action=action)
            MilestoneFactory.create(action_year=action.years.get())
        with CaptureQueriesContext(connection) as captured:
            open_round(round=round_, by=ict_staff)
        counts.append(len(captured))
    assert counts[1] == counts[2]


def test_guidance_is_that_of_the_year_before(division: Department, ict_staff: User) -> None:
    first = RoundFactory.create()
    action_of(first.program, division)
    open_round(round=first, by=ict_staff)
    assert first.guidances.count() == len(GUIDANCE)
    first.guidances.filter(field="results").update(text="直した記入要領")
    second = RoundFactory.create(program=first.program, year=2017)
    ActionYearFactory.create(action=first.evaluations.get().action, year=2017)
    open_round(round=second, by=ict_staff)
    assert second.guidances.get(field="results").text == "直した記入要領"


def test_every_measure_gets_an_empty_evaluation(round_: Round) -> None:
    assert MeasureEvaluation.objects.filter(round=round_, rating=None, reason="").count() == 7


def test_the_default_scale_is_that_of_the_city_and_stays_as_staff_changed_it(db: None) -> None:
    scale = ensure_default_scale()
    grades = scale.entries.filter(kind=ScaleKind.ACHIEVEMENT).order_by("position")
    assert [str(grade) for grade in grades] == [
        "1 目標を大きく上回って達成",
        "2 目標を上回って達成",
        "3 ほぼ目標どおり",
        "4 目標を下回った",
        "5 目標を大きく下回った",
    ]
    scale.entries.filter(symbol="3", kind=ScaleKind.ACHIEVEMENT).update(label="おおむね目標どおり")
    assert ensure_default_scale().entries.get(symbol="3", kind=ScaleKind.ACHIEVEMENT).label == "おおむね目標どおり"


@pytest.mark.parametrize(
    ("day", "message"),
    [
        (
            datetime.date(2017, 6, 3),
            "2017年6月3日（土）は閉庁日です。次の開庁日の2017年6月5日（月）か、ほかの開庁日を入力してください。",
        ),
        (datetime.date(2017, 5, 31), "延長後の期限は、もとの期限の2017年5月31日（水）より後の日にしてください。"),
    ],
)
def test_an_extension_ends_later_and_on_a_business_day(
    round_: Round, division: Department, ict_staff: User, day: datetime.date, message: str
) -> None:
    with pytest.raises(ValidationError) as error:
        extend(round=round_, department=division, deadline=day, reason="災害対応のため", by=ict_staff)
    assert error.value.message_dict == {"deadline": [message]}


def test_an_extension_replaces_the_one_before_and_needs_a_reason(
    round_: Round, division: Department, ict_staff: User
) -> None:
    with pytest.raises(ReasonRequired):
        extend(round=round_, department=division, deadline=datetime.date(2017, 6, 7), reason=" ", by=ict_staff)
    for day in (7, 14):
        extend(round=round_, department=division, deadline=datetime.date(2017, 6, day), reason="災害対応", by=ict_staff)
    extension = round_.extensions.get()
    assert (extension.deadline, extension.history.count()) == (datetime.date(2017, 6, 14), 2)


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        (
            {"deadline": datetime.date(2017, 5, 3)},
            "deadline",
            "2017年5月3日（水）は閉庁日です。次の開庁日の2017年5月8日（月）か、",
        ),
        ({"year": 2030}, "year", "『2030』は"),
    ],
)
def test_a_round_stands_in_its_programme_and_ends_on_a_business_day(
    db: None, fields: dict[str, object], field: str, message: str
) -> None:
    round_ = RoundFactory.build(program=RoundFactory.create().program, scale=ensure_default_scale(), **fields)
    with pytest.raises(ValidationError) as error:
        round_.clean()
    assert message in error.value.message_dict[field][0]
