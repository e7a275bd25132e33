"""Who sees which page of the programmes in the admin, what the lists find, and that they stay cheap."""

import datetime
from collections.abc import Callable

import pytest
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry, Department, User
from plan import actions
from plan.models import Direction, Revision
from plan.models.base import Versioned
from programs.enums import OwnerKind
from programs.models import (
    Action,
    ActionDirection,
    ActionLineage,
    ActionOwner,
    ActionYear,
    Indicator,
    Program,
    UpperItem,
)
from progress.models import Evaluation
from tests.factories import DepartmentFactory
from tests.plan.admin_forms import admin_url, filled_in, opened, sent
from tests.programs.admin_roots import ROOTS, root_of, whole_action
from tests.programs.factories import (
    ActionFactory,
    ActionLineageFactory,
    ActionUpperFactory,
    ActionYearFactory,
    IndicatorFactory,
    ProgramFactory,
    UpperItemFactory,
    direction_of,
)
from tests.progress.factories import opened as opened_round

pytestmark = pytest.mark.django_db

READERS = {"ict_staff", "administrator"}
EDITORS = {"ict_staff"}
MOST_QUERIES = 12
INJECTION = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>"


@pytest.fixture
def staff(ict_staff: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(ict_staff)


@pytest.fixture
def whole(db: None) -> Action:
    return whole_action()


def pages(root: Versioned) -> dict[str, str]:
    history = type(root).history.filter(id=root.pk).latest()  # type: ignore[attr-defined]  # of simple_history
    return {
        "list": admin_url(type(root), "changelist"),
        "form": admin_url(root, "change"),
        "versions": admin_url(root, "versions"),
        "version": admin_url(root, "version", history.history_id),
        "deleted": admin_url(type(root), "deleted"),
    }


def listed(client: Client, model: type[models.Model], **asked: str | int) -> list[str]:
    return [str(row) for row in client.get(admin_url(model, "changelist"), asked).context["cl"].result_list]


# ── Who ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("model", ROOTS)
def test_pages_for_looking_open_for_readers_only(
    model: type[Versioned],
    whole: Action,
    persona: User | AnonymousUser,
    client_of: Callable[[User | AnonymousUser], Client],
    request: pytest.FixtureRequest,
) -> None:
    client = client_of(persona)
    statuses = {page: client.get(url).status_code for page, url in pages(root_of(model, whole)).items()}
    if request.node.callspec.params["persona"] in READERS:
        assert set(statuses.values()) == {200}
    else:
        assert set(statuses.values()) <= {302, 403}


@pytest.mark.parametrize("model", ROOTS)
def test_only_editors_may_write(
    model: type[Versioned],
    whole: Action,
    persona: User | AnonymousUser,
    client_of: Callable[[User | AnonymousUser], Client],
    request: pytest.FixtureRequest,
) -> None:
    client, root = client_of(persona), root_of(model, whole)
    statuses = {
        client.get(admin_url(model, "add")).status_code,
        client.get(admin_url(root, "delete")).status_code,
        client.post(admin_url(root, "change"), {}).status_code,
        client.post(admin_url(root, "preview"), {}).status_code,
    }
    may = request.node.callspec.params["persona"] in EDITORS
    assert statuses == {200} if may else statuses <= {302, 403}
    assert Revision.objects.count() == 0


@pytest.mark.parametrize("model", ROOTS)
def test_a_reader_sees_nothing_to_press_and_no_way_to_add(
    model: type[Versioned], whole: Action, administrator: User, client_of: Callable[[User], Client]
) -> None:
    html = client_of(administrator).get(admin_url(root_of(model, whole), "change")).content.decode()
    assert [words for words in ("保存する", "削除する", "追加する", 'name="reason"') if words in html] == []


def test_lineage_is_only_read(whole: Action, staff: Client) -> None:
    lineage = ActionLineageFactory.create(action=whole)
    assert staff.get(admin_url(lineage, "change")).status_code == 200
    assert staff.post(admin_url(lineage, "change"), {}).status_code == 403
    assert staff.get(admin_url(ActionLineage, "add")).status_code == 403
    assert staff.get(admin_url(lineage, "delete")).status_code == 403


def test_items_of_the_upper_plan_are_kept_and_go_on_record(staff: Client, ict_staff: User) -> None:
    item = UpperItemFactory.create()
    staff.post(admin_url(item, "change"), filled_in(staff.get(admin_url(item, "change"))) | {"title": "新しい題名"})
    item.refresh_from_db()
    assert (item.title, item.history.first().history_user) == ("新しい題名", ict_staff)
    entry = AuditEntry.objects.latest("number")
    assert (entry.kind, entry.about) == ("changed", f"上位計画の項目「{item}」")
    assert staff.get(admin_url(UpperItem, "changelist"), {"q": "新しい"}).context["cl"].result_count == 1


# ── Lists ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("model", [*ROOTS, ActionLineage, UpperItem])
def test_a_list_asks_as_much_for_many_rows_as_for_one(model: type[models.Model], staff: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert staff.get(admin_url(model, "changelist")).status_code == 200
        return len(captured)

    ActionLineageFactory.create(action=whole_action())
    queries()  # the session is prolonged
    once = queries()
    for _ in range(30):
        ActionLineageFactory.create(action=whole_action())
    assert (queries(), once <= MOST_QUERIES) == (once, True)


def test_the_form_of_an_action_asks_as_much_for_many_of_everything(whole: Action, staff: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert staff.get(admin_url(whole, "change")).status_code == 200
        return len(captured)

    def add(number: int) -> None:
        for _ in range(number):
            owner = DepartmentFactory.create()
            ActionOwner.objects.create(
                action=whole, department=owner, kind=OwnerKind.RELATED, valid_from=datetime.date(2016, 4, 1)
            )
            ActionUpperFactory.create(action=whole)
            IndicatorFactory.create(action=whole)
            ActionLineageFactory.create(action=whole)
            ActionLineageFactory.create(predecessor=whole)

    add(1)
    queries()  # the session is prolonged
    once = queries()
    add(30)
    for direction in Direction.objects.exclude(pk=whole.main_direction_id).exclude(other_actions__action=whole):
        ActionDirection.objects.create(action=whole, direction=direction)
    assert (queries(), once <= MOST_QUERIES) == (once, True)


@pytest.mark.parametrize("model", ROOTS)
def test_lists_are_searched(model: type[Versioned], whole: Action, staff: Client) -> None:
    word = {Program: whole.program.title, Action: whole.title}.get(model, whole.code)
    assert listed(staff, model, q="どこにもない言葉") == []
    assert listed(staff, model, q=word) == [str(root_of(model, whole))]


def test_actions_are_filtered(staff: Client) -> None:
    department, program = DepartmentFactory.create(), ProgramFactory.create()
    mine = ActionFactory.create(program=program, title="甲", owner=department)
    ActionFactory.create(program=program, title="乙", main_direction=direction_of("2-1-1"), end_year=2016)
    ActionFactory.create(title="丙", program__start_year=2018)

    def titles(**asked: str | int) -> list[str]:
        return [text.split()[1] for text in listed(staff, Action, **asked)]

    assert sorted(titles()) == ["丙", "乙", "甲"]
    assert sorted(titles(program__id__exact=program.pk)) == ["乙", "甲"]
    assert titles(department=department.pk) == ["甲"]
    assert sorted(titles(year=2016)) == ["乙", "甲"]
    assert titles(year=2017) == ["甲"]
    assert titles(main_direction__measure__id__exact=direction_of("2-1-1").measure_id) == ["乙"]
    assert sorted(titles(department="x", year="99999999999999999999")) == ["丙", "乙", "甲"]
    assert titles(department=department.pk, year=2016, program__id__exact=mine.program_id) == ["甲"]


@pytest.mark.parametrize("model", [ActionYear, Indicator])
def test_what_hangs_on_actions_is_filtered(model: type[Versioned], staff: Client) -> None:
    first, second = whole_action(), whole_action()
    owner = first.owners.get().department_id
    expected = [str(root_of(model, first))]
    assert listed(staff, model, department=owner) == expected
    assert listed(staff, model, action__program__id__exact=first.program_id) == expected
    assert listed(staff, model, year=2017) == []
    assert len(listed(staff, model, year=2016)) == 2
    assert len(listed(staff, model, action__main_direction__measure__id__exact=direction_of("1-1-1").measure_id)) == 2
    assert second.program != first.program


def test_lists_lead_to_public_pages_of_published_programmes_only(whole: Action, staff: Client) -> None:
    ActionFactory.create(program__is_published=False)
    html = staff.get(admin_url(Action, "changelist")).content.decode()
    assert f'href="{whole.get_absolute_url()}"' in html
    assert html.count("（未公開）") == 1


# ── Forms lead on ─────────────────────────────────────────────────────────────


def test_an_action_leads_to_what_hangs_on_it(whole: Action, staff: Client) -> None:
    before = ActionLineageFactory.create(action=whole).predecessor
    year, indicator = whole.years.get(), whole.indicators.get()
    links = staff.get(admin_url(whole, "change")).context["related_lists"]
    assert links == [
        (f"プログラム：{whole.program}", admin_url(whole.program, "change")),
        ("平成28(2016)年度の計画", admin_url(year, "change")),
        (f"指標：{indicator}", admin_url(indicator, "change")),
        (f"前の取組：{before}", admin_url(before, "change")),
        ("平成29(2017)年度の計画を追加する", f"{admin_url(ActionYear, 'add')}?action={whole.pk}&year=2017"),
        ("指標を追加する", f"{admin_url(Indicator, 'add')}?action={whole.pk}"),
    ]


def test_an_action_leads_to_its_evaluations(division: Department, ict_staff: User, staff: Client) -> None:
    evaluation = opened_round(division, by=ict_staff).evaluations.get()
    links = staff.get(admin_url(evaluation.action, "change")).context["related_lists"]
    shown = [address for words, address in links if words == "調書（1件）"]
    # The admin of 調書 is of progress, and comes with its own tests.
    address = f"/admin/progress/evaluation/?action__id__exact={evaluation.action_id}"
    assert shown == ([address] if admin.site.is_registered(Evaluation) else [])
    for one in shown:
        assert staff.get(one).context["cl"].result_count == 1


def test_the_way_to_the_public_page_and_the_programme(whole: Action, staff: Client) -> None:
    for model in (ActionYear, Indicator):
        context = staff.get(admin_url(root_of(model, whole), "change")).context
        assert context["public_url"] == whole.get_absolute_url()
        assert context["related_lists"] == [(f"取組：{whole}", admin_url(whole, "change"))]


def test_an_action_without_a_lead_is_told_so(whole: Action, staff: Client) -> None:
    assert staff.get(admin_url(whole, "change")).context["notice"] == ""
    whole.owners.update(valid_to=datetime.date(2016, 5, 1))
    notice = staff.get(admin_url(whole, "change")).context["notice"]
    assert notice.endswith(
        "に有効な主管課がありません。主管課がないと、評価年度の照会を始められません。「所管課」に登録してください。"
    )


def test_a_lead_that_is_closed_by_then_is_named(whole: Action, staff: Client) -> None:
    owner = whole.owners.get(kind=OwnerKind.LEAD)
    Department.objects.filter(pk=owner.department_id).update(valid_to=datetime.date(2016, 5, 1))
    notice = staff.get(admin_url(whole, "change")).context["notice"]
    assert f"に有効な主管課がありません（{owner.department}は、その日にはない課です）。" in notice


def test_a_programme_that_is_not_public_counts_the_actions_without_a_plan(whole: Action, staff: Client) -> None:
    """2016 has one and 2017 has none; an action that ends in 2016 needs no other."""
    program, page = whole.program, admin_url(whole.program, "change")
    ActionYearFactory.create(year=2016, action__program=program, action__end_year=2016)
    later = ActionYearFactory.create(year=2016, action__program=program, action__start_year=2017).action
    assert staff.get(page).context["notice"] == ""
    Program.objects.update(is_published=False)
    context = staff.get(page).context
    assert context["notice"].startswith("年度別計画がない年度のある取組が2件あります。")
    address = dict(context["related_lists"])["年度別計画がない年度のある取組の一覧"]
    assert set(staff.get(address).context["cl"].queryset) == {whole, later}
    blank = ActionYearFactory.create(year=2017, action=whole, planned_work="")
    ActionYearFactory.create(year=2017, action=later)
    assert list(program.actions.lacking_plans()) == [whole]
    ActionYear.objects.filter(pk=blank.pk).update(planned_work="試行します。")
    assert list(program.actions.lacking_plans()) == []
    assert staff.get(page).context["notice"] == ""


def test_the_index_lists_programmes_after_the_plan(staff: Client) -> None:
    apps = {app["app_label"]: app["models"] for app in staff.get("/admin/").context["app_list"]}
    assert list(apps)[:2] == ["plan", "programs"]
    assert [model["object_name"] for model in apps["programs"]] == [
        "Program",
        "Action",
        "ActionYear",
        "Indicator",
        "UpperItem",
        "ActionLineage",
    ]


# ── Deleting and going back ───────────────────────────────────────────────────


def test_an_action_with_evaluations_stays(division: Department, ict_staff: User, staff: Client) -> None:
    evaluation = opened_round(division, by=ict_staff).evaluations.get()
    action = evaluation.action
    shown = staff.get(admin_url(action, "delete"))
    staff.post(admin_url(action, "delete"), {"expected_version": str(action.version), "reason": "試験"})
    blocked = shown.context["blocked"]
    assert str(blocked).endswith("調書がある取組は削除できません。取りやめるときは「終了年度」を入力してください。")
    assert f"評価調書「{evaluation}」" in blocked.places
    assert Action.objects.filter(pk=action.pk).exists()


def test_an_action_goes_with_its_lineage_and_comes_back(staff: Client) -> None:
    action = ActionFactory.create(owner=DepartmentFactory.create())
    ActionLineageFactory.create(action=action)
    key, title = action.pk, str(action)
    staff.post(admin_url(action, "delete"), {"expected_version": "1", "reason": "重複のため"})
    assert (Action.objects.filter(pk=key).exists(), ActionLineage.objects.count()) == (False, 0)
    ((state, versions),) = staff.get(admin_url(Action, "deleted")).context["entries"]
    assert (state.title, state.reason) == (f"取組 {title}", "重複のため")
    entries = staff.get(versions).context["entries"]
    url = admin_url(state.root, "version", entries[-1].state.history_id)
    staff.post(url, {"reason": "やはり必要なため"})
    assert Action.objects.get(pk=key).owners.count() == 1


def test_an_action_that_another_came_from_stays(staff: Client) -> None:
    heir = ActionLineageFactory.create().action
    before = heir.lineages.get().predecessor
    blocked = staff.get(admin_url(before, "delete")).context["blocked"]
    assert blocked.places == [f"取組の引き継ぎ「前プログラムの取組 {before.code} を継続」"]


# ── Injection ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("model", ROOTS)
def test_no_field_lets_markup_into_a_page(
    model: type[Versioned], whole: Action, staff: Client, ict_staff: User
) -> None:
    root = root_of(model, whole)
    for field in model._meta.concrete_fields:
        is_text = isinstance(field, (models.CharField, models.TextField)) and not field.choices
        if is_text and not field.validators[:-1] and field.name not in {"slug", "code"}:
            setattr(root, field.name, INJECTION[: field.max_length or 500])
    assert actions.revise(root=root, by=ict_staff, reason=INJECTION, expected_version=1) is not None
    for url in [*pages(root).values(), admin_url(root, "delete"), admin_url(whole, "change")]:
        html = staff.get(url).content.decode()
        assert "<script>alert" not in html, url
        assert "<img src=x" not in html, url
    preview = staff.post(admin_url(root, "preview"), opened(staff, root)).content.decode()
    assert "<script>alert" not in preview


def test_saving_without_a_change_says_so(whole: Action, staff: Client) -> None:
    for model in ROOTS:
        root = root_of(model, whole)
        assert sent(staff, root, opened(staff, root)).status_code == 302
    assert Revision.objects.count() == 0
