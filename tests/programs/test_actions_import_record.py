"""An import of a public programme leaves each root it changed the entry that an edit would have left, and lists one."""

import datetime
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import Workbook

from accounts.models import User
from plan.actions import create_root, delete_root, revise
from plan.enums import RevisionKind
from plan.models import Direction, Revision
from plan.queries.news import latest_news
from programs.actions.importing import ImportResult, import_program
from programs.exporting import export
from programs.importing.examining import examine
from programs.importing.tables import read_tables
from programs.models import Action, ActionDirection, ActionYear, Indicator, Program
from tests.plan.reading import items_of, links, main_of, part, words
from tests.programs.workbooks import changed, put, small_program

pytestmark = pytest.mark.django_db

ACTION, LIST, REASON = "/programs/2016/actions/1-1-001/", "/plans/2016/revisions/", "補正予算が成立したため"
UNCHANGED = "このサイトに掲載してから、この取組の計画は変更していません。"
Change = Callable[[Workbook], object]
Told = list[tuple[str, int, str, str, str, list[dict[str, str]], str, bool]]


@pytest.fixture
def program() -> Program:
    return small_program()


@pytest.fixture
def action(program: Program) -> Action:
    return program.actions.get(code="1-1-001")


def titles(markup: str) -> list[str]:
    """Of the entries, in their order."""
    return [words(found) for found in re.findall(r'<h[23] class="revision-title">(.*?)</h[23]>', markup, re.DOTALL)]


def imported(program: Program, by: User, *changes: Change) -> ImportResult:
    tables = read_tables(changed(export(program), lambda workbook: [change(workbook) for change in changes]))
    fingerprint = examine(program, tables).fingerprint
    result = import_program(program=program, tables=tables, by=by, reason=REASON, expected_fingerprint=fingerprint)
    assert result is not None
    return result


def told(**conditions: Any) -> Told:
    """What each root has on record, apart from when."""
    found = Revision.objects.filter(**conditions).exclude(object_type="programs.program").order_by("object_type", "pk")
    return [
        (row.object_type, row.object_id, row.kind, row.title, row.path, row.changes, row.reason, row.is_hidden)
        for row in found
    ]


def edited(edit: Callable[[], object]) -> Told:
    """What the edits of the admin leave on record; then they are taken back."""
    with transaction.atomic():
        edit()
        found = told()
        transaction.set_rollback(True)
    return found


def new_plan(workbook: Workbook) -> None:
    """The first action's plan, budget and target of 2017."""
    put("年度別計画", 3, 計画="全区で進めます。", **{"予算額（千円）": 2500})(workbook)
    put("指標の目標", 3, 目標値=20)(workbook)


# ── As the public reads it ────────────────────────────────────────────────────


def test_the_page_of_the_action_tells_what_an_import_changed(program: Program, ict_staff: User, client: Client) -> None:
    assert UNCHANGED in words(main_of(client.get(ACTION)))
    imported(program, ict_staff, new_plan)
    page = client.get(ACTION)
    shown = part(main_of(page), "changes")
    assert (UNCHANGED in words(shown), titles(shown)) == (
        False,
        [
            "取組 1-1-001 オンライン申請 の年度別計画（平成29(2017)年度）",
            "取組 1-1-001 オンライン申請 の指標「申請の件数」",
        ],
    )
    assert [line for line in items_of(shown, "p") if line.startswith("理由：")] == [f"理由：{REASON}"] * 2
    assert [field for field in items_of(shown, "p") if field in ("計画", "予算額")] == ["計画", "予算額"]
    told_apart = [re.sub("（[^）]*）", "", text) for tag in ("del", "ins") for text in items_of(shown, tag)]
    assert {"手順書を作ります", "全区で進めます"} <= set(told_apart)
    today = f"{timezone.localdate():%Y年%-m月%-d日}"
    assert f"このページの最終更新日：{today}" in words(page.content.decode())


def test_the_other_actions_page_says_nothing(program: Program, ict_staff: User, client: Client) -> None:
    imported(program, ict_staff, new_plan)
    assert UNCHANGED in words(main_of(client.get("/programs/2016/actions/1-1-002/")))


def test_lists_show_one_entry_that_leads_to_each_change(program: Program, ict_staff: User, client: Client) -> None:
    whole = imported(program, ict_staff, new_plan, put("取組", 3, 目的="別の目的")).revision
    page = main_of(client.get(LIST))
    assert (titles(page), f"{LIST}?of={whole.pk}" in links(page)) == (["試験プログラム"], True)
    assert [news.title for news in latest_news(program.plan)] == ["試験プログラム"]
    assert "改定履歴（1件）" in words(main_of(client.get("/plans/2016/")))
    parts = main_of(client.get(LIST, {"of": whole.pk}))
    assert titles(parts) == [
        "取組 1-1-001 オンライン申請 の年度別計画（平成29(2017)年度）",
        "取組 1-1-001 オンライン申請 の指標「申請の件数」",
        "取組 1-1-002 オープンデータ",
    ]
    assert "「試験プログラム」を" in words(parts)
    assert [address for address in links(parts) if "?of=" in address] == []


def test_the_parts_are_paged(program: Program, ict_staff: User, client: Client) -> None:
    def add(workbook: Workbook) -> None:
        for number in range(25):
            workbook["指標"].append(["1-1-001", None, f"指標{number:02}", "活動指標", "件", "増えるほどよい"])

    whole = imported(program, ict_staff, add).revision
    second = main_of(client.get(LIST, {"of": whole.pk, "page": 2}))
    assert [title[-6:] for title in titles(second)] == [f"「指標{number}」" for number in range(20, 25)]
    assert f"?of={whole.pk}&page=1" in links(second)


@pytest.mark.parametrize("asked", ["", "x", "-1", "²", "999999999", "9" * 30])
def test_there_is_no_other_entry_to_ask_for(client: Client, asked: str) -> None:
    assert client.get(LIST, {"of": asked}).status_code == 404


def test_an_entry_without_parts_has_none_to_show(program: Program, ict_staff: User, client: Client) -> None:
    whole = imported(program, ict_staff, new_plan).revision
    assert client.get(LIST, {"of": whole.pk}).status_code == 200
    Revision.objects.filter(part_of=whole).update(is_hidden=True)
    assert client.get(LIST, {"of": whole.pk, "anew": 1}).status_code == 404


def test_what_was_deleted_since_is_not_linked(program: Program, ict_staff: User, client: Client) -> None:
    """The page of a deleted action is gone."""
    action = program.actions.get(code="1-1-002")
    address = action.get_absolute_url()
    imported(program, ict_staff, put("取組", 3, 目的="別の目的"))
    changes = f"{LIST}?path={address}"
    assert address in links(main_of(client.get(changes)))
    revision = Revision.objects.get(object_type="programs.action", object_id=action.pk)
    Revision.objects.create(
        plan=program.plan,
        kind=RevisionKind.DELETED,
        object_type="programs.action",
        object_id=action.pk,
        title=str(action),
        path="",
        made_at=revision.made_at + datetime.timedelta(seconds=1),
    )
    assert address not in links(main_of(client.get(f"{changes}&anew=1")))


def test_neither_parts_nor_what_is_hidden_have_parts_of_their_own(
    program: Program, ict_staff: User, client: Client
) -> None:
    whole = imported(program, ict_staff, new_plan).revision
    chosen = whole.parts.all()[0]
    assert client.get(LIST, {"of": chosen.pk}).status_code == 404
    Revision.objects.filter(pk=whole.pk).update(is_hidden=True)
    assert client.get(LIST, {"of": whole.pk, "anew": 1}).status_code == 404


# ── As an edit would have left it ─────────────────────────────────────────────


def direction(code: str) -> Direction:
    policy, measure, number = code.split("-")
    return Direction.objects.get(
        measure__policy__plan__slug="2016", measure__policy__number=policy, measure__number=measure, number=number
    )


def test_a_change_leaves_what_an_edit_leaves(program: Program, action: Action, ict_staff: User) -> None:
    def edit() -> None:
        action.main_direction, action.title = direction("1-2-1"), "別の名前"
        link = ActionDirection(action=action, direction=direction("1-1-3"), position=1)
        plan, indicator = action.years.get(year=2017), action.indicators.get()
        plan.planned_work, plan.budget, plan.settlement = "全区で進めます。", 2500, 2400
        first, second = plan.milestones.all()
        first.month, second.month, second.title = 10, 12, "試行"
        target = indicator.years.get(position=2017)
        target.target, target.actual = Decimal(20), Decimal(19)
        on_record: dict[str, Any] = {"by": ict_staff, "reason": REASON, "expected_version": 1}
        revise(root=action, rows=[link], deleted_rows=action.other_directions.all(), **on_record)
        revise(root=plan, rows=[first, second], **on_record)
        revise(root=indicator, rows=[target], **on_record)

    def change(workbook: Workbook) -> None:
        put("取組", 2, 取組名="別の名前", 主な基本方向="1-2-1")(workbook)
        put("ほかの基本方向", 2, 基本方向="1-1-3")(workbook)
        put("年度別計画", 3, **{"決算額（千円）": 2400})(workbook)
        put("マイルストーン", 4, 月=10)(workbook)
        put("マイルストーン", 5, 月=12, マイルストーン="試行")(workbook)
        put("指標の目標", 3, 実績値=19)(workbook)

    by_hand = edited(edit)
    imported(program, ict_staff, new_plan, change)
    assert told() == by_hand
    # Results are on record apart: the public learns them from what is published of them.
    assert [(each[0], len(each[5]), each[-1]) for each in by_hand] == [
        ("programs.action", 4, False),
        ("programs.actionyear", 1, True),
        ("programs.actionyear", 5, False),
        ("programs.indicator", 1, True),
        ("programs.indicator", 1, False),
    ]


def test_what_is_added_leaves_what_an_edit_leaves(program: Program, ict_staff: User) -> None:
    def change(workbook: Workbook) -> None:
        workbook["取組"].append(["1-1-003", "増やす", "1-1-2", "その他", "備える", "", "", "その他", 2016])
        workbook["所管課"].append(["1-1-003", "1702", None, "主管", "2016/4/1"])
        workbook["年度別計画"].append(["1-1-003", 2017, "試す", "1,200千円"])
        workbook["マイルストーン"].append(["1-1-003", 2017, None, 9, "試行"])

    whole = imported(program, ict_staff, change).revision
    action = program.actions.get(code="1-1-003")
    plan, owner = action.years.get(), action.owners.get()
    milestone = plan.milestones.get()
    by_file = told()

    def add() -> None:
        Revision.objects.filter(part_of=whole)._raw_delete("default")
        for row in (milestone, plan, owner, action):
            type(row)._default_manager.filter(pk=row.pk)._raw_delete("default")
        create_root(root=action, rows=[owner], by=ict_staff, reason=REASON)
        create_root(root=plan, rows=[milestone], by=ict_staff, reason=REASON)

    assert by_file == edited(add)
    assert [(each[0], each[2]) for each in by_file] == [
        ("programs.action", "created"),
        ("programs.actionyear", "created"),
    ]


def test_what_is_gone_leaves_what_an_edit_leaves(
    program: Program, action: Action, ict_staff: User, client: Client
) -> None:
    def change(workbook: Workbook) -> None:
        workbook["年度別計画"].delete_rows(3)
        workbook["マイルストーン"].delete_rows(4, 2)
        workbook["指標"].delete_rows(2)
        workbook["指標の目標"].delete_rows(2, 2)

    def delete() -> None:
        delete_root(root=action.years.get(year=2017), by=ict_staff, reason=REASON)
        delete_root(root=action.indicators.get(), by=ict_staff, reason=REASON)

    by_hand = edited(delete)
    imported(program, ict_staff, change)
    assert told() == by_hand
    assert [(each[0], each[2], each[4]) for each in by_hand] == [
        ("programs.actionyear", "deleted", ACTION),
        ("programs.indicator", "deleted", ACTION),
    ]
    assert len(titles(part(main_of(client.get(ACTION)), "changes"))) == 2


def test_a_yearly_plan_does_not_tell_the_new_title_of_its_action(program: Program, ict_staff: User) -> None:
    imported(program, ict_staff, new_plan, put("取組", 2, 取組名="別の名前"))
    plan = Revision.objects.get(object_type="programs.actionyear")
    assert (plan.title, [change["label"] for change in plan.changes]) == (
        "取組 1-1-001 別の名前 の年度別計画（平成29(2017)年度）",
        ["計画", "予算額"],
    )


def test_where_an_action_comes_from_is_told(program: Program, action: Action, ict_staff: User) -> None:
    imported(program, ict_staff, put("引き継ぎ", 2, 引き継ぎ方="統合"))
    (found,) = told()
    assert (found[1], found[5]) == (
        action.pk,
        [
            {
                "label": "前のプログラムとのつながり",
                "before": "前プログラムの取組 1-1-009 を継続",
                "after": "前プログラムの取組 1-1-009 を統合",
            }
        ],
    )


def test_each_entry_is_of_the_moment_of_the_history(program: Program, action: Action, ict_staff: User) -> None:
    whole = imported(program, ict_staff, new_plan, put("取組", 2, 目的="別の目的")).revision
    roots: list[Any] = [action, action.years.get(year=2017), action.indicators.get()]
    moments = {root.history.latest().history_date for root in roots}
    moments |= set(Revision.objects.filter(part_of=whole).values_list("made_at", flat=True))
    assert (moments, Revision.objects.filter(part_of=whole).count()) == ({whole.made_at}, 3)


def test_a_draft_leaves_its_one_hidden_entry(program: Program, ict_staff: User) -> None:
    Program.objects.update(is_published=False)
    program.refresh_from_db()
    imported(program, ict_staff, new_plan)
    assert [(row.object_type, row.is_hidden) for row in Revision.objects.all()] == [("programs.program", True)]


def test_entries_are_written_in_batches(program: Program, ict_staff: User) -> None:
    def add(workbook: Workbook) -> None:
        for number in range(60):
            workbook["指標"].append(["1-1-001", None, f"指標{number:02}", "活動指標", "件", "増えるほどよい"])

    with CaptureQueriesContext(connection) as captured:
        imported(program, ict_staff, add)
    written = [each["sql"] for each in captured if each["sql"].startswith('INSERT INTO "plan_revision"')]
    assert (len(written), Revision.objects.filter(object_type="programs.indicator").count()) == (2, 60)
    assert ActionYear.objects.count() == Indicator.objects.count() - 58
