"""What the admin saves of programmes, what it refuses in which words, and that nothing typed is lost."""

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from plan import actions
from plan.forms import REASON_MISSING, STALE
from plan.models import Plan, Revision
from programs.actions.yearly import plan_year
from programs.enums import OwnerKind
from programs.models import Action, ActionYear, Indicator, IndicatorYear, Program
from tests.factories import DepartmentFactory
from tests.plan.admin_forms import admin_url, filled_in, opened, sent
from tests.programs.admin_roots import whole_action
from tests.programs.factories import (
    ActionFactory,
    ActionYearFactory,
    IndicatorFactory,
    IndicatorYearFactory,
    MilestoneFactory,
    ProgramFactory,
    UpperItemFactory,
    direction_of,
)

pytestmark = pytest.mark.django_db

REASON = "計画を見直したため"


@pytest.fixture
def staff(ict_staff: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(ict_staff)


@pytest.fixture
def whole(db: None) -> Action:
    return whole_action()


def errors_of(response: Any) -> dict[str, list[str]]:
    """What the page says is wrong: by field, of the rows together under `rows`, of one row under its prefix."""
    context = response.context
    found = {name: list(errors) for name, errors in context["adminform"].form.errors.items()}
    for shown in context["inline_admin_formsets"]:
        found |= {"rows": list(shown.formset.non_form_errors())} if shown.formset.non_form_errors() else {}
        for form in shown.formset.forms:
            found |= {form.add_prefix(name): list(errors) for name, errors in form.errors.items()}
    return found


def test_characters_that_no_file_may_hold_are_left_out(staff: Client, whole: Action) -> None:
    """Only a script sends them; a feed with one of them could not be written."""
    typed = {"title": "窓口\x0bの\x01見直し\r\nBcc: x\ufffe", "purpose": "早く\x08します。\r\n次の行", "reason": REASON}
    sent(staff, whole, opened(staff, whole) | typed)
    whole.refresh_from_db()
    assert (whole.title, whole.purpose) == ("窓口の見直し Bcc: x", "早くします。\n次の行")


@pytest.mark.parametrize("typed", ["あ", "9" * 5000, "1 OR 1=1"])
def test_a_choice_that_is_none_is_told(staff: Client, whole: Action, typed: str) -> None:
    data = filled_in(staff.get(f"{admin_url(ActionYear, 'add')}?action={whole.pk}&year=2017"))
    errors = errors_of(staff.post(admin_url(ActionYear, "add"), data | {"action": typed, "reason": REASON}))
    assert list(errors) == ["action"]


# ── The original plan ─────────────────────────────────────────────────────────


def test_what_is_planned_first_is_the_original(staff: Client, whole: Action) -> None:
    url = f"{admin_url(ActionYear, 'add')}?action={whole.pk}&year=2017"
    data = filled_in(staff.get(url))
    assert (data["action"], data["year"]) == (str(whole.pk), "2017")
    staff.post(url, data | {"planned_work": "試行します。", "budget": "500", "reason": REASON})
    plan = whole.years.get(year=2017)
    assert (plan.original_planned_work, plan.original_budget, plan.is_changed) == ("試行します。", 500, False)


def test_the_original_stays_beside_what_is_changed_in_public(staff: Client, whole: Action) -> None:
    plan = whole.years.get()
    sent(staff, plan, opened(staff, plan) | {"planned_work": "規模を広げます。", "budget": "2000", "reason": REASON})
    plan.refresh_from_db()
    assert (plan.planned_work, plan.original_planned_work) == ("規模を広げます。", "手順書を作ります。")
    assert (plan.budget, plan.original_budget) == (2000, 1000)
    html = staff.get(admin_url(plan, "change")).content.decode()
    assert "手順書を作ります。" in html
    assert Revision.objects.get().reason == REASON


def test_the_list_says_that_milestones_are_others_than_at_first(staff: Client) -> None:
    plan = ActionYearFactory.create()
    MilestoneFactory.create(action_year=plan, month=9, title="試行")

    def said() -> bool:
        response = staff.get(admin_url(ActionYear, "changelist"))
        (row,) = response.context["cl"].result_list
        assert row.pk == plan.pk
        return 'alt="True"' in response.content.decode()

    kept = [said()]
    for month in (9, 10):
        ActionYear.objects.filter(pk=plan.pk).update(original_milestones=[{"month": month, "title": "試行"}])
        kept.append(said())
    assert kept == [False, False, True]


def test_until_it_is_public_the_original_follows(staff: Client) -> None:
    plan = ActionYearFactory.create(action__program__is_published=False)
    sent(staff, plan, opened(staff, plan) | {"planned_work": "下書きを直しました。"})
    plan.refresh_from_db()
    assert plan.original_planned_work == "下書きを直しました。"
    assert plan.is_changed is False


def test_what_was_left_open_has_its_original_when_it_is_planned(staff: Client) -> None:
    plan = ActionYearFactory.create(planned_work="", budget=None)
    sent(staff, plan, opened(staff, plan) | {"planned_work": "初めての計画です。", "reason": REASON})
    plan.refresh_from_db()
    assert (plan.original_planned_work, plan.original_budget, plan.is_changed) == ("初めての計画です。", None, False)


def test_targets_keep_their_original_too(staff: Client) -> None:
    indicator = IndicatorFactory.create()
    IndicatorYearFactory.create(indicator=indicator, position=2016, target=10, actual=8)
    data = opened(staff, indicator) | {"years-0-target": "12", "years-1-target": "20", "reason": REASON}
    assert data["years-1-position"] == 2017
    assert sent(staff, indicator, data).status_code == 302
    rows = IndicatorYear.objects.order_by("position").values_list("position", "target", "original_target", "actual")
    assert list(rows) == [
        (2016, Decimal(12), Decimal(10), Decimal(8)),
        (2017, Decimal(20), Decimal(20), None),
    ]


def test_a_plan_that_comes_from_elsewhere_keeps_its_original(whole: Action, ict_staff: User) -> None:
    indicator = whole.indicators.get()
    for work, target in (("最初", Decimal(1)), ("変更", Decimal(2))):
        plan_year(
            action=whole,
            year=2017,
            planned_work=work,
            budget=None,
            targets={indicator.pk: target},
            by=ict_staff,
            reason=REASON,
        )
        indicator = Indicator.objects.get(pk=indicator.pk)
    plan, row = whole.years.get(year=2017), indicator.years.get(position=2017)
    assert (plan.planned_work, plan.original_planned_work) == ("変更", "最初")
    assert (row.target, row.original_target) == (Decimal(2), Decimal(1))


def test_going_back_leaves_the_original_alone(staff: Client, whole: Action) -> None:
    plan = whole.years.get()
    first = plan.history.earliest().history_id
    sent(staff, plan, opened(staff, plan) | {"planned_work": "変えた計画", "reason": REASON})
    staff.post(admin_url(plan, "version", first), {"expected_version": "2", "reason": "元に戻すため"})
    plan.refresh_from_db()
    assert (plan.planned_work, plan.original_planned_work) == ("手順書を作ります。", "手順書を作ります。")


def test_what_publication_writes_cannot_be_typed(staff: Client, whole: Action) -> None:
    plan, indicator = whole.years.get(), whole.indicators.get()
    typed = {"settlement": "999", "original_budget": "999", "year": "2017", "reason": REASON}
    sent(staff, plan, opened(staff, plan) | typed)
    sent(staff, indicator, opened(staff, indicator) | {"years-0-actual": "9", "years-0-position": "2017"})
    plan.refresh_from_db()
    row = indicator.years.get()
    assert (plan.settlement, plan.original_budget, plan.year) == (None, 1000, 2016)
    assert (row.actual, row.position) == (None, 2016)


def test_an_indicator_is_added_with_its_targets(staff: Client, whole: Action) -> None:
    url = f"{admin_url(Indicator, 'add')}?action={whole.pk}"
    data = filled_in(staff.get(url)) | {"name": "新しい指標", "years-0-target": "5", "reason": REASON}
    outside = staff.post(url, data | {"years-1-position": "2020", "years-1-target": "6"})
    assert errors_of(outside) == {
        "rows": ["『2020』はプログラムの期間の外です。2016から2017までの年度を入力してください。"]
    }
    assert staff.post(url, filled_in(outside) | {"years-1-position": "2017"}).status_code == 302
    rows = whole.indicators.get(name="新しい指標").years.values_list("position", "target", "original_target")
    assert list(rows) == [(2016, Decimal(5), Decimal(5)), (2017, Decimal(6), Decimal(6))]


# ── Rules ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("change", "field"), [({"start_year": "2015"}, "start_year"), ({"end_year": "2018"}, "end_year")]
)
def test_an_action_stays_within_its_programme(staff: Client, whole: Action, change: dict[str, str], field: str) -> None:
    response = sent(staff, whole, opened(staff, whole) | change | {"reason": REASON})
    (year,) = change.values()
    assert errors_of(response) == {
        field: [f"『{year}』はプログラムの期間の外です。2016から2017までの年度を入力してください。"]
    }
    assert filled_in(response)[field] == year


def test_plans_and_targets_stay_within_the_programme(staff: Client, whole: Action) -> None:
    outside = "『2020』はプログラムの期間の外です。2016から2017までの年度を入力してください。"
    url = admin_url(ActionYear, "add")
    response = staff.post(url, filled_in(staff.get(url)) | {"action": whole.pk, "year": "2020", "reason": REASON})
    assert errors_of(response) == {"year": [outside]}
    indicator = whole.indicators.get()
    data = opened(staff, indicator) | {"years-1-position": "2020", "years-1-target": "1", "reason": REASON}
    assert errors_of(sent(staff, indicator, data)) == {"years-1-position": [outside]}


def test_the_main_direction_is_one_of_the_plan(staff: Client) -> None:
    other = Plan.objects.create(slug="2021", title="次期プラン", goal="目標", start_year=2021, end_year=2025)
    program = ProgramFactory.create(plan=other, is_published=False)
    url = f"{admin_url(Action, 'add')}?program={program.pk}"
    typed = {"code": "1-1-001", "title": "新しい取組", "start_year": "2016", "main_direction": direction_of("1-1-1").pk}
    response = staff.post(url, filled_in(staff.get(url)) | typed)
    assert errors_of(response) == {
        "main_direction": [
            f"『{direction_of('1-1-1')}』は、このプログラムのプラン（次期プラン）のものではありません。選び直してください。"
        ]
    }


def test_a_direction_is_served_once(staff: Client, whole: Action) -> None:
    main, other = direction_of("1-1-1"), whole.other_directions.get().direction
    data = opened(staff, whole) | {"reason": REASON}
    twice = sent(staff, whole, data | {"other_directions-1-direction": other.pk})
    assert errors_of(twice) == {"rows": [f"『{other}』が2行あります。1行にしてください。"]}
    as_main = sent(staff, whole, data | {"other_directions-1-direction": main.pk})
    assert errors_of(as_main) == {"rows": [f"『{main}』は、主な基本方向です。ほかの基本方向からは外してください。"]}
    assert filled_in(as_main)["other_directions-1-direction"] == str(main.pk)


def test_an_item_of_another_plan_is_refused(staff: Client, whole: Action) -> None:
    other = Plan.objects.create(slug="2021", title="次期プラン", goal="目標", start_year=2021, end_year=2025)
    item = UpperItemFactory.create(plan=other)
    response = sent(staff, whole, opened(staff, whole) | {"uppers-1-upper": item.pk, "reason": REASON})
    (message,) = errors_of(response)["rows"]
    assert message.startswith(f"『{item}』は、このプログラムのプラン（")


def test_rows_do_not_change_places_by_their_content(staff: Client, whole: Action) -> None:
    first = whole.other_directions.get().direction
    second = direction_of("1-1-3")
    sent(staff, whole, opened(staff, whole) | {"other_directions-1-direction": second.pk, "reason": REASON})
    swapped = {"other_directions-0-direction": second.pk, "other_directions-1-direction": first.pk}
    response = sent(staff, whole, opened(staff, whole) | swapped | {"reason": REASON})
    assert "基本方向を入れ替えるときは、順番の数字で並べ替えてください。" in "".join(errors_of(response)["rows"])
    moved = {"other_directions-0-position": "2", "other_directions-1-position": "1"}
    assert sent(staff, whole, opened(staff, whole) | moved | {"reason": REASON}).status_code == 302
    assert [row.direction for row in whole.other_directions.order_by("position")] == [second, first]


def test_two_leads_at_a_time_are_named(staff: Client, whole: Action) -> None:
    first, second = whole.owners.get().department, DepartmentFactory.create()
    typed = {
        "owners-1-kind": "lead",
        "owners-1-department": second.pk,
        "owners-1-valid_from": "2017-04-01",
        "reason": REASON,
    }
    response = sent(staff, whole, opened(staff, whole) | typed)
    assert errors_of(response) == {
        "rows": [
            f"主管課が重なっています：『{first}』（2016年4月1日（金）から）と『{second}』（2017年4月1日（土）から）。"
            "主管課は一時点に一つです。先の所管課に終了日を入力するか、一方を「関係」にしてください。"
        ]
    }
    assert filled_in(response)["owners-1-valid_from"] == "2017-04-01"


def test_a_lead_follows_another_and_related_ones_stand_beside(staff: Client, whole: Action) -> None:
    second, third = DepartmentFactory.create(), DepartmentFactory.create()
    typed = {
        "owners-TOTAL_FORMS": "3",
        "owners-0-valid_to": "2017-03-31",
        "owners-1-kind": "lead",
        "owners-1-department": second.pk,
        "owners-1-valid_from": "2017-04-01",
        "owners-2-kind": "related",
        "owners-2-department": third.pk,
        "owners-2-valid_from": "2016-04-01",
        "reason": REASON,
    }
    assert sent(staff, whole, opened(staff, whole) | typed).status_code == 302
    owners = whole.owners.order_by("position").values_list("department", "kind", "valid_to")
    assert list(owners)[1:] == [(second.pk, OwnerKind.LEAD, None), (third.pk, OwnerKind.RELATED, None)]
    assert whole.owners.get(position=1).valid_to == datetime.date(2017, 3, 31)


def test_a_programme_keeps_its_actions_in_it(staff: Client, whole: Action) -> None:
    program = whole.program
    shorter = sent(staff, program, opened(staff, program) | {"start_year": "2017", "reason": REASON})
    assert errors_of(shorter) == {
        "start_year": ["『2017』より前に始まる取組があります。先に取組の期間を直してください。"]
    }
    other = Plan.objects.create(slug="2021", title="次期プラン", goal="目標", start_year=2021, end_year=2025)
    moved = sent(staff, program, opened(staff, program) | {"plan": other.pk, "reason": REASON})
    assert list(errors_of(moved)) == ["plan"]
    itself = sent(staff, program, opened(staff, program) | {"predecessor": program.pk, "reason": REASON})
    assert errors_of(itself) == {"predecessor": ["このプログラム自身は、前のプログラムに選べません。"]}


def test_addresses_of_public_roots_stay(staff: Client, whole: Action) -> None:
    sent(staff, whole, opened(staff, whole) | {"code": "9-9-999", "title": "新しい題名", "reason": REASON})
    sent(staff, whole.program, opened(staff, whole.program) | {"slug": "changed", "summary": "概要", "reason": REASON})
    stored = Action.objects.get(pk=whole.pk)
    assert (stored.code, stored.title) == ("1-1-001", "新しい題名")
    assert (stored.program.slug, stored.program.summary) == (whole.program.slug, "概要")
    draft = ActionFactory.create(program__is_published=False)
    sent(staff, draft, opened(staff, draft) | {"code": "9-9-999"})
    draft.refresh_from_db()
    assert draft.code == "9-9-999"


@pytest.mark.parametrize("code", ["1-1-001", "1--1", "全角"])
def test_a_code_is_free_and_fit_for_an_address(staff: Client, whole: Action, code: str) -> None:
    url = f"{admin_url(Action, 'add')}?program={whole.program_id}"
    typed = {"code": code, "title": "新しい取組", "start_year": "2016", "main_direction": direction_of("1-1-1").pk}
    response = staff.post(url, filled_in(staff.get(url)) | typed | {"reason": REASON})
    assert len(errors_of(response)) == 1
    assert filled_in(response)["code"] == code


# ── Saving ────────────────────────────────────────────────────────────────────


def test_an_action_is_added_with_its_rows(staff: Client, ict_staff: User) -> None:
    program, department = ProgramFactory.create(), DepartmentFactory.create()
    url = f"{admin_url(Action, 'add')}?program={program.pk}"
    typed = {
        "code": "1-1-003",
        "title": "新しい取組",
        "start_year": "2016",
        "main_direction": direction_of("1-1-1").pk,
        "other_directions-0-direction": direction_of("1-1-2").pk,
        "owners-0-kind": "lead",
        "owners-0-department": department.pk,
        "owners-0-valid_from": "2016-04-01",
        "reason": REASON,
    }
    assert staff.post(url, filled_in(staff.get(url)) | typed).status_code == 302
    action = program.actions.get()
    assert [owner.department for owner in action.owners.all()] == [department]
    assert [row.direction.code for row in action.other_directions.all()] == ["1-1-2"]
    revision = Revision.objects.get()
    assert (revision.title, revision.by, revision.is_hidden) == ("取組 1-1-003 新しい取組", ict_staff, False)


def test_a_public_action_needs_a_reason_and_a_draft_none(staff: Client, whole: Action) -> None:
    response = sent(staff, whole, opened(staff, whole) | {"title": "理由のない題名"})
    assert errors_of(response) == {"reason": [REASON_MISSING]}
    draft = ActionFactory.create(program__is_published=False)
    assert sent(staff, draft, opened(staff, draft) | {"title": "新しい題名"}).status_code == 302
    assert Revision.objects.get().is_hidden is True


def test_the_second_of_two_people_loses_nothing(staff: Client, whole: Action, administrator: User) -> None:
    plan = whole.years.get()
    data = opened(staff, plan) | {
        "planned_work": "わたしの計画",
        "milestones-0-title": "わたしの節目",
        "reason": REASON,
    }
    other = ActionYear.objects.get(pk=plan.pk)
    other.planned_work = "ほかの人の計画"
    actions.revise(root=other, by=administrator, reason="ほかの人の理由", expected_version=1)
    shown = sent(staff, plan, data)
    assert errors_of(shown) == {"__all__": [STALE]}
    typed = filled_in(shown)
    assert (typed["planned_work"], typed["milestones-0-title"]) == ("わたしの計画", "わたしの節目")
    assert sent(staff, plan, typed).status_code == 302
    plan.refresh_from_db()
    assert (plan.planned_work, plan.original_planned_work) == ("わたしの計画", "手順書を作ります。")


def test_what_was_typed_into_a_plan_deleted_meanwhile_is_shown(
    staff: Client, whole: Action, administrator: User
) -> None:
    indicator, plan = whole.indicators.get(), whole.years.get()
    for root, typed in ((indicator, {"name": "わたしの指標"}), (plan, {"planned_work": "わたしの計画"})):
        data = opened(staff, root) | typed | {"reason": REASON}
        url = admin_url(root, "change")
        actions.delete_root(root=root, by=administrator, reason="ほかの人の理由")
        response = staff.post(url, data)
        assert (response.status_code, next(iter(typed.values())) in response.content.decode()) == (409, True)


def test_programmes_are_added(staff: Client) -> None:
    url = admin_url(Program, "add")
    typed = {"slug": "2018", "title": "第二期プログラム", "start_year": "2018", "end_year": "2019"}
    data = filled_in(staff.get(url)) | typed
    assert staff.post(url, data).status_code == 302
    added = Program.objects.get()
    assert (added.plan.slug, added.is_published, list(added.years)) == ("2016", False, [2018, 2019])
