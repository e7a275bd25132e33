"""An import makes the programme say what the file says: all of it, on record, or nothing."""

import datetime
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook

from accounts.enums import AuditKind
from accounts.models import AuditEntry, User
from plan.editing.errors import ReasonRequired
from plan.models import ContentVersion, Revision
from programs.actions.importing import ImportResult, import_program
from programs.exporting import export, template
from programs.importing.errors import HasErrors, StaleImport
from programs.importing.examining import examine
from programs.importing.tables import Tables, read_tables
from programs.models import Action, ActionLineage, ActionYear, Indicator, IndicatorYear, Milestone, Program
from programs.queries.files import MODELS
from tests.programs import factories
from tests.programs.workbooks import changed, examined, put, small_program, told

pytestmark = pytest.mark.django_db
Change = Callable[[Workbook], object]


@pytest.fixture
def program() -> Program:
    return small_program()


def tables_of(program: Program, change: Change) -> Tables:
    return read_tables(changed(export(program), change))


def imported(program: Program, by: User, change: Change, reason: str = "年度の見直し") -> ImportResult | None:
    tables = tables_of(program, change)
    fingerprint = examine(program, tables).fingerprint
    return import_program(program=program, tables=tables, by=by, reason=reason, expected_fingerprint=fingerprint)


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of a programme's tables, their history, and what tells readers of a change."""
    models: list[Any] = [*MODELS.values(), Revision, ContentVersion]
    models += [model.history.model for model in MODELS.values() if hasattr(model, "history")]
    return {model._meta.label: list(model._default_manager.order_by("pk").values()) for model in models}


def test_a_changed_row_is_saved_with_history_and_a_new_version(program: Program, ict_staff: User) -> None:
    imported(program, ict_staff, put("取組", 2, 目的="待ち時間を減らします。", 主な基本方向="1-2-1"))
    action = Action.objects.get(program=program, code="1-1-001")
    record = action.history.latest()
    assert (action.purpose, action.main_direction.code, action.version) == ("待ち時間を減らします。", "1-2-1", 2)
    assert (record.purpose, record.history_type, record.history_user, record.history_change_reason) == (
        "待ち時間を減らします。",
        "~",
        ict_staff,
        "年度の見直し",
    )


def test_only_what_changed_is_written(program: Program, ict_staff: User) -> None:
    Action.objects.filter(program=program).update(content=" 前後に空白のある文章 \n")
    before = {row.pk: row.version for row in Action.objects.filter(program=program)}
    imported(program, ict_staff, put("取組", 2, 目的="待ち時間を減らします。"))
    first, second = Action.objects.filter(program=program).order_by("code")
    assert (first.content, first.version - before[first.pk]) == (" 前後に空白のある文章 \n", 1)
    assert second.version == before[second.pk]


def test_a_change_of_a_row_counts_as_one_of_its_root(program: Program, ict_staff: User) -> None:
    def change(workbook: Workbook) -> None:
        put("所管課", 2, 順番=5)(workbook)
        put("マイルストーン", 2, 月=10)(workbook)
        put("指標の目標", 2, 目標値=99)(workbook)

    imported(program, ict_staff, change)
    action = Action.objects.get(program=program, code="1-1-001")
    versions = [action.version, *action.years.values_list("version", flat=True), action.indicators.get().version]
    assert versions == [2, 2, 1, 2]
    moments = {root.history.latest().history_date for root in (action, action.years.get(year=2016))}
    moments.add(action.owners.get().history.latest().history_date)
    assert len(moments) == 1


def test_new_rows_are_made_with_their_original(program: Program, ict_staff: User) -> None:
    def change(workbook: Workbook) -> None:
        workbook["取組"].append(
            ["2-1-001", "防災情報", "2-1-1", "その他", "備える", "配る", "条例", "その他", "H28", "平成29年度"]
        )
        workbook["所管課"].append(["2-1-001", "1702", None, "主管", "2016/4/1"])
        workbook["ほかの基本方向"].append(["2-1-001", "2-1-2"])
        workbook["上位計画"].append(["2-1-001", "総合計画の基本政策", "３"])
        workbook["年度別計画"].append(["2-1-001", 2016, "試す", "1,200千円", None])
        workbook["マイルストーン"].append(["2-1-001", 2016, None, "9月", "試行"])
        workbook["指標"].append(["2-1-001", None, "配信の件数", "成果指標", "件", "増えるほどよい", "", 10, 2015])
        workbook["指標の目標"].append(["2-1-001", "配信の件数", 2016, "1,000.5"])
        workbook["引き継ぎ"].append(["2-1-001", None, "1-1-009", "分割"])

    result = imported(program, ict_staff, change)
    action = Action.objects.get(program=program, code="2-1-001")
    year, indicator = action.years.get(), action.indicators.get()
    target = indicator.years.get()
    assert (action.start_year, action.end_year, action.version) == (2016, 2017, 1)
    assert [(owner.department.code, owner.kind, owner.position) for owner in action.owners.all()] == [
        ("1702", "lead", 1)
    ]
    assert [link.direction.code for link in action.other_directions.all()] == ["2-1-2"]
    assert [link.upper.number for link in action.uppers.all()] == [3]
    assert (year.budget, year.original_budget, year.original_planned_work) == (1200, 1200, "試す")
    assert [(stone.month, stone.title, stone.position) for stone in year.milestones.all()] == [(9, "試行", 1)]
    assert (indicator.baseline, indicator.baseline_year) == (Decimal(10), 2015)
    assert (target.target, target.original_target) == (Decimal("1000.5"), Decimal("1000.5"))
    assert [str(lineage) for lineage in action.lineages.all()] == ["前プログラムの取組 1-1-009 を分割"]
    assert [record.history_type for record in action.history.all()] == ["+"]
    assert result is not None
    assert [row.kind.label for row in result.changes.rows] == ["追加"] * 9


def test_the_original_stays_when_the_plan_changes(program: Program, ict_staff: User) -> None:
    def change(workbook: Workbook) -> None:
        put("年度別計画", 2, 計画="増やす", **{"予算額（千円）": 5})(workbook)
        put("指標の目標", 2, 目標値=99)(workbook)

    imported(program, ict_staff, change)
    year = ActionYear.objects.get(action__program=program, action__code="1-1-001", year=2016)
    target = IndicatorYear.objects.get(indicator__action=year.action, position=2016)
    assert (year.budget, year.original_budget, year.original_planned_work) == (5, 1000, "手順書を作ります。")
    assert (target.target, target.original_target) == (Decimal(99), Decimal(10))


@pytest.mark.parametrize("is_published", [True, False])
def test_milestones_that_a_file_changes_stay_as_the_original(
    program: Program, ict_staff: User, is_published: bool
) -> None:
    Program.objects.update(is_published=is_published)
    program.refresh_from_db()
    before = [{"month": 9, "title": "試行を始める"}, {"month": None, "title": "公開する"}]
    imported(program, ict_staff, put("マイルストーン", 2, マイルストーン="本格実施"))
    assert Milestone.objects.filter(title="本格実施").exists()
    kept = list(
        ActionYear.objects.filter(original_milestones__isnull=False).values_list("original_milestones", flat=True)
    )
    assert kept == ([before] if is_published else [])


def test_until_it_is_public_the_original_follows_the_file(program: Program, ict_staff: User) -> None:
    program.is_published = False
    program.save()

    def change(workbook: Workbook) -> None:
        put("年度別計画", 2, 計画="増やす", **{"予算額（千円）": 5})(workbook)
        put("指標の目標", 2, 目標値=99)(workbook)

    imported(program, ict_staff, change)
    year = ActionYear.objects.get(action__program=program, action__code="1-1-001", year=2016)
    target = IndicatorYear.objects.get(indicator__action__program=program, target=99)
    assert (year.original_planned_work, year.original_budget) == ("増やす", 5)
    assert target.original_target == 99


def without(code: str) -> Change:
    def change(workbook: Workbook) -> None:
        for page in workbook:
            for row in reversed(range(2, page.max_row + 1)):
                if page.cell(row=row, column=1).value == code:
                    page.delete_rows(row)

    return change


def test_rows_the_file_lacks_are_deleted_with_history(program: Program, ict_staff: User) -> None:
    gone = Action.objects.get(program=program, code="1-1-001")
    imported(program, ict_staff, without("1-1-001"))
    assert list(Action.objects.filter(program=program).values_list("code", flat=True)) == ["1-1-002"]
    deletions = {
        model._meta.object_name: model.history.filter(history_type="-", history_user=ict_staff).count()
        for model in MODELS.values()
        if hasattr(model, "history")
    }
    assert deletions == {
        "Action": 1,
        "ActionOwner": 1,
        "ActionDirection": 1,
        "ActionUpper": 1,
        "ActionYear": 2,
        "Milestone": 4,
        "Indicator": 1,
        "IndicatorYear": 2,
    }
    assert Action.history.filter(id=gone.pk).latest().title == "オンライン申請"
    assert ActionLineage.objects.count() == 0


def test_a_renamed_indicator_keeps_its_values(program: Program, ict_staff: User) -> None:
    indicator = Indicator.objects.get(action__program=program, action__code="1-1-001")
    IndicatorYear.objects.filter(indicator=indicator, position=2016).update(actual=7)

    def change(workbook: Workbook) -> None:
        put("指標", 2, 指標名="受付の件数")(workbook)
        for row in (2, 3):
            put("指標の目標", row, 指標名="受付の件数")(workbook)
        workbook["指標の目標"].delete_rows(3)
        put("指標の目標", 2, 実績値=7)(workbook)

    imported(program, ict_staff, change)
    indicator.refresh_from_db()
    assert (indicator.name, indicator.version) == ("受付の件数", 2)
    assert [(row.position, row.actual) for row in indicator.years.all()] == [(2016, Decimal(7))]


def test_a_lineage_of_another_kind_is_another_row(program: Program, ict_staff: User) -> None:
    before = ActionLineage.objects.get()
    imported(program, ict_staff, put("引き継ぎ", 2, 引き継ぎ方="統合"))
    after = ActionLineage.objects.get()
    assert (after.kind, after.pk != before.pk) == ("merged", True)


def test_importing_twice_changes_nothing_the_second_time(program: Program, ict_staff: User) -> None:
    change = put("取組", 2, 目的="待ち時間を減らします。")
    tables = tables_of(program, change)
    fingerprint = examine(program, tables).fingerprint
    import_program(program=program, tables=tables, by=ict_staff, reason="理由", expected_fingerprint=fingerprint)
    before = everything()
    again = import_program(
        program=program, tables=tables, by=ict_staff, reason="理由", expected_fingerprint=fingerprint
    )
    assert again is None
    assert everything() == before


def test_the_unchanged_file_writes_nothing(program: Program, ict_staff: User) -> None:
    before = everything()
    assert imported(program, ict_staff, lambda workbook: None, reason="") is None
    assert everything() == before


def test_an_error_in_the_last_row_keeps_everything_out(program: Program, ict_staff: User) -> None:
    def change(workbook: Workbook) -> None:
        put("取組", 2, 目的="待ち時間を減らします。")(workbook)
        workbook["引き継ぎ"].append(["1-1-002", None, "9-9-999", "継続"])

    before = everything()
    with pytest.raises(HasErrors) as raised:
        imported(program, ict_staff, change)
    assert [(error.sheet, error.row) for error in raised.value.errors] == [("引き継ぎ", 3)]
    assert everything() == before


def test_a_failure_in_the_middle_leaves_no_half(
    program: Program, ict_staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise RuntimeError("the power went out")

    monkeypatch.setattr("programs.actions.importing.after_import", fail)
    before = everything()
    with pytest.raises(RuntimeError):
        imported(program, ict_staff, put("取組", 2, 目的="待ち時間を減らします。"))
    assert everything() == before


def test_what_somebody_else_changed_since_the_preview_is_not_overwritten(program: Program, ict_staff: User) -> None:
    tables = tables_of(program, put("取組", 2, 目的="待ち時間を減らします。"))
    fingerprint = examine(program, tables).fingerprint
    Milestone.objects.filter(month=9).update(month=10)
    before = everything()
    with pytest.raises(StaleImport):
        import_program(program=program, tables=tables, by=ict_staff, reason="理由", expected_fingerprint=fingerprint)
    assert everything() == before


def test_a_published_programme_needs_a_reason(program: Program, ict_staff: User) -> None:
    with pytest.raises(ReasonRequired):
        imported(program, ict_staff, put("取組", 2, 目的="別の目的"), reason=" ")


def test_one_revision_lists_the_numbers(program: Program, ict_staff: User) -> None:
    version = ContentVersion.objects.get().number

    def change(workbook: Workbook) -> None:
        put("取組", 2, 目的="別の目的")(workbook)
        workbook["マイルストーン"].append(["1-1-001", 2016, None, None, "試行"])
        workbook["マイルストーン"].delete_rows(3)

    imported(program, ict_staff, change)
    revision = Revision.objects.get(object_type="programs.program")
    assert (revision.object_id, revision.title, revision.kind, revision.reason, revision.by) == (
        program.pk,
        "試験プログラム",
        "changed",
        "年度の見直し",
        ict_staff,
    )
    assert revision.changes == [
        {"label": "取組", "before": "2件", "after": "2件（変更1件）"},
        {"label": "マイルストーン", "before": "8件", "after": "8件（追加1件、削除1件）"},
    ]
    assert ContentVersion.objects.get().number == version + 1


def test_a_programme_that_nobody_may_read_yet_leaves_no_public_trace(program: Program, ict_staff: User) -> None:
    program.is_published = False
    program.save()
    result = imported(program, ict_staff, put("取組", 2, 目的="別の目的"), reason="")
    assert result is not None
    assert list(Revision.objects.filter(object_type="programs.program").values_list("pk", "is_hidden")) == [
        (result.revision.pk, True)
    ]


def test_the_audit_trail_has_it(program: Program, ict_staff: User) -> None:
    imported(program, ict_staff, put("取組", 2, 目的="別の目的"))
    entry = AuditEntry.objects.get(kind=AuditKind.IMPORTED)
    assert (entry.person, entry.about) == (ict_staff, "試験プログラム")
    assert json.loads(entry.details) == {"取組": "2件（変更1件）"}


def _many(program: Program, number: int, first: int) -> Change:
    def change(workbook: Workbook) -> None:
        for n in range(first, first + number):
            code = f"9-{n:05}"
            workbook["取組"].append([code, "増やす", "1-1-1", "その他", "", "", "", "その他", 2016])
            workbook["所管課"].append([code, "1702", None, "主管", datetime.date(2016, 4, 1)])
            for year in program.years:
                workbook["年度別計画"].append([code, year, "試す", n])
                workbook["マイルストーン"].append([code, year, None, 9, "試行"])
            workbook["指標"].append([code, 1, "件数", "活動指標", "件", "増えるほどよい"])
            for year in program.years:
                workbook["指標の目標"].append([code, "件数", year, n])

    return change


def _touch_all(workbook: Workbook) -> None:
    for sheet, label in (
        ("取組", "目的"),
        ("年度別計画", "計画"),
        ("指標", "算出方法"),
        ("マイルストーン", "マイルストーン"),
    ):
        for row in range(2, workbook[sheet].max_row + 1):
            put(sheet, row, **{label: f"改めた{row}"})(workbook)


def _only_first(workbook: Workbook) -> None:
    for page in workbook:
        for row in reversed(range(2, page.max_row + 1)):
            if str(page.cell(row=row, column=1).value).startswith("9-"):
                page.delete_rows(row)


def _queries(program: Program, by: User, change: Change) -> int:
    tables = tables_of(program, change)
    fingerprint = examine(program, tables).fingerprint
    with CaptureQueriesContext(
        connection,
    ) as captured:
        import_program(program=program, tables=tables, by=by, reason="理由", expected_fingerprint=fingerprint)
    return len(captured)


def test_the_number_of_queries_does_not_grow_with_the_rows(program: Program, ict_staff: User) -> None:
    few = [_queries(program, ict_staff, change) for change in (_many(program, 2, 1), _touch_all, _only_first)]
    many = [_queries(program, ict_staff, change) for change in (_many(program, 20, 1), _touch_all, _only_first)]
    # SQLite takes fewer than 1,000 values at once: some statements need a second batch.
    assert all(more <= less + 12 for less, more in zip(few, many, strict=True)), (few, many)


def test_a_form_filled_in_by_hand_makes_a_programme(ict_staff: User) -> None:
    small_program()
    program = factories.ProgramFactory.create(slug="2018", start_year=2018, is_published=False)
    tables = read_tables(changed(template(program), _many_from_2018))
    fingerprint = examine(program, tables).fingerprint
    import_program(program=program, tables=tables, by=ict_staff, reason="", expected_fingerprint=fingerprint)
    assert list(program.actions.values_list("code", "title", "owners__department__code")) == [
        ("1-1-001", "始める", "1702")
    ]
    assert told(examined(program)) == []


def _many_from_2018(workbook: Workbook) -> None:
    workbook["取組"].append(["1-1-001", "始める", "1-1-1", "その他", "", "", "", "その他", "平成30年度"])
    workbook["所管課"].append(["1-1-001", "1702", None, "主管", "平成30年4月1日"])
