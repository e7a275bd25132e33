"""What a 調書 stands on stays: its plan, and its year in the period of the action. Restoring leaves results alone."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from accounts.models import User
from plan.actions import delete_root, restore, revise
from plan.editing.errors import CannotRestore, InUse
from plan.editing.states import states_of
from plan.models import Revision
from plan.models.base import Versioned
from programs.models import Action, ActionYear, Indicator, IndicatorYear, Program
from progress.actions.opening import open_round
from tests.plan.admin_forms import opened, sent
from tests.programs.test_actions_import_record import imported
from tests.programs.workbooks import examined, put, small_program
from tests.progress.factories import RoundFactory

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
OF_2017 = "平成29(2017)年度の調書があるため、使えません。2017以後の年度を入力してください。"


@pytest.fixture
def program(ict_staff: User) -> Program:
    """`small_program` with 調書 of 2017 and no others."""
    program = small_program()
    open_round(round=RoundFactory.create(program=program, slug="2017", year=2017), by=ict_staff)
    return program


@pytest.fixture
def action(program: Program) -> Action:
    return program.actions.get(code="1-1-001")


def test_an_action_does_not_end_before_its_evaluation(client_of: ClientOf, ict_staff: User, action: Action) -> None:
    client = client_of(ict_staff)
    response = sent(client, action, opened(client, action) | {"end_year": "2016", "reason": "取りやめるため"})
    assert OF_2017 in response.content.decode()
    assert Action.objects.get(pk=action.pk).end_year is None
    ended = sent(client, action, opened(client, action) | {"end_year": "2017", "reason": "取りやめるため"})
    assert (ended.status_code, Action.objects.get(pk=action.pk).end_year) == (302, 2017)


def test_an_action_does_not_begin_after_its_evaluation(
    client_of: ClientOf, ict_staff: User, program: Program, action: Action
) -> None:
    open_round(round=RoundFactory.create(program=program, slug="2016"), by=ict_staff)
    client = client_of(ict_staff)
    response = sent(client, action, opened(client, action) | {"start_year": "2017", "reason": "開始を改めるため"})
    assert (
        "平成28(2016)年度の調書があるため、使えません。2016以前の年度を入力してください。" in response.content.decode()
    )


def test_an_earlier_state_that_ended_before_it_does_not_come_back(ict_staff: User, action: Action) -> None:
    Action.objects.filter(pk=action.pk).update(end_year=2016)  # as it was before there was the rule
    stored = Action.objects.get(pk=action.pk)
    revise(root=renamed(stored), by=ict_staff, reason="改名", expected_version=stored.version)
    stored.refresh_from_db()
    stored.end_year = None
    revise(root=stored, by=ict_staff, reason="続けるため", expected_version=stored.version)
    _, ended, *_ = states_of(Action, action.pk)
    with pytest.raises(CannotRestore, match=r"終了年度.*平成29"):
        restored(stored, ended.history_id, ict_staff)


def renamed(action: Action) -> Action:
    action.title = f"{action.title}の改善"
    return action


def restored(root: Versioned, history_id: int, by: User) -> Revision | None:
    return restore(
        object_type=root._meta.label_lower, object_id=root.pk, history_id=history_id, by=by, reason="戻すため"
    )


def test_an_import_says_so_of_periods_and_plans(program: Program) -> None:
    short = [str(error) for error in examined(program, put("取組", 2, 終了年度="2016")).errors]
    assert [error for error in short if "調書" in error] == [
        "シート『取組』 2行 J列『終了年度』：『2016』は平成29(2017)年度の調書があるため、使えません。"
        "2017以後の年度を入力してください。"
    ]
    deleted = [str(error) for error in examined(program, lambda book: book["年度別計画"].delete_rows(3)).errors]
    assert [error for error in deleted if "調書" in error] == [
        "シート『年度別計画』：『1-1-001 平成29(2017)年度』はファイルにありませんが、"
        "平成29(2017)年度の調書があるため、削除できません。この行をファイルに戻してください。"
    ]


def test_what_is_not_evaluated_may_be_shortened_and_deleted(program: Program) -> None:
    assert examined(program, lambda book: book["マイルストーン"].delete_rows(2)).errors == []
    assert [error for error in examined(program, put("取組", 2, 終了年度="2017")).errors if "調書" in str(error)] == []


def test_the_plan_of_an_evaluated_year_is_not_deleted(ict_staff: User, action: Action) -> None:
    with pytest.raises(InUse, match="調書のある年度の計画") as refused:
        delete_root(root=action.years.get(year=2017), by=ict_staff, reason="誤り")
    assert refused.value.places == [f"評価調書「{action}（平成29(2017)年度）」"]
    delete_root(root=action.years.get(year=2016), by=ict_staff, reason="誤り")
    assert [plan.year for plan in ActionYear.objects.filter(action=action)] == [2017]


def test_results_stay_when_an_earlier_plan_comes_back(ict_staff: User, action: Action) -> None:
    plan, indicator = action.years.get(year=2017), Indicator.objects.get(action=action)
    before, target_before = plan.planned_work, indicator.years.get(position=2017).target
    change_plans(plan, indicator, ict_staff)
    ActionYear.objects.filter(pk=plan.pk).update(settlement=1234)
    IndicatorYear.objects.filter(indicator=indicator, position=2017).update(actual=Decimal("7.5"))
    for root in (plan, indicator):
        *_, first = states_of(type(root), root.pk)
        assert restored(root, first.history_id, ict_staff) is not None
    plan.refresh_from_db()
    row = indicator.years.get(position=2017)
    assert (plan.planned_work, plan.settlement) == (before, 1234)
    assert (row.target, row.actual) == (target_before, Decimal("7.5"))


def change_plans(plan: ActionYear, indicator: Indicator, by: User) -> None:
    plan.planned_work = "別の計画です。"
    revise(root=plan, by=by, reason="補正", expected_version=plan.version)
    row = indicator.years.get(position=2017)
    row.target = Decimal(99)
    revise(root=indicator, rows=[row], by=by, reason="補正", expected_version=indicator.version)


def test_an_import_of_results_is_no_public_change(client: Client, program: Program, ict_staff: User) -> None:
    imported(program, ict_staff, put("年度別計画", 2, **{"決算額（千円）": 777}))
    assert ActionYear.objects.get(action__code="1-1-001", year=2016).settlement == 777
    assert [(row.is_hidden, row.changes) for row in Revision.objects.filter(part_of=None)] == [
        (True, [{"label": "年度別計画の結果", "before": "4件", "after": "4件（変更1件）"}])
    ]
    imported(
        program, ict_staff, put("年度別計画", 2, 計画="別の計画です。"), put("年度別計画", 3, **{"決算額（千円）": 5})
    )
    shown = Revision.objects.listed().get()
    assert shown.changes == [{"label": "年度別計画", "before": "4件", "after": "4件（変更1件）"}]
    assert shown.parts.shown().count() == 1


def test_a_target_with_a_result_is_deleted_by_nothing(client_of: ClientOf, ict_staff: User, action: Action) -> None:
    indicator = Indicator.objects.get(action=action)
    later = indicator.years.get(position=2017)
    revise(
        root=indicator, deleted_rows=[later], by=ict_staff, reason="置かないため", expected_version=indicator.version
    )
    indicator.refresh_from_db()
    without, *_ = states_of(Indicator, indicator.pk)
    row = IndicatorYear(indicator=indicator, position=2017, target=Decimal(5))
    revise(root=indicator, rows=[row], by=ict_staff, reason="置くため", expected_version=indicator.version)
    IndicatorYear.objects.filter(indicator=indicator, position=2017).update(actual=Decimal(3))
    with pytest.raises(CannotRestore, match=r"平成29\(2017\)年度」の結果が記録されています"):
        restored(indicator, without.history_id, ict_staff)
    client = client_of(ict_staff)
    rows = IndicatorYear.objects.filter(indicator=indicator).order_by("position")
    place = [each.position for each in rows].index(2017)
    response = sent(
        client, indicator, opened(client, indicator) | {f"years-{place}-DELETE": "on", "reason": "消すため"}
    )
    assert "『2017年度』には実績値があるため、削除できません。" in response.content.decode()
    assert IndicatorYear.objects.filter(indicator=indicator, position=2017).exists()
