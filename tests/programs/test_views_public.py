"""The public pages of programmes and actions, compared with their rows."""

import csv
import datetime
import io
import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from accounts.models import Department, User
from plan import actions as plan_actions
from plan.models import DirectionItem
from plan.text.markup import plain
from programs.actions.importing import after_import
from programs.actions.yearly import plan_year
from programs.models import Action, ActionYear, Indicator, Milestone, Program
from tests.factories import DepartmentFactory
from tests.plan.reading import items_of, links, main_of, part, squeezed, words
from tests.programs.factories import (
    ActionFactory,
    ActionLineageFactory,
    ActionOwnerFactory,
    ProgramFactory,
    direction_of,
)
from tests.progress.published import Year, accepted_year, published_year

pytestmark = pytest.mark.django_db

ACTION = "/programs/2016/actions/1-1-001/"


@pytest.fixture
def year() -> Year:
    return published_year()


def _rows(page: str) -> list[list[str]]:
    """The cells of each row of the page's table."""
    body = re.search(r"<tbody>.*?</tbody>", page, re.DOTALL)
    assert body is not None
    return [
        [words(cell) for cell in re.findall(r"<t[hd]\b.*?</t[hd]>", row, re.DOTALL)]
        for row in re.findall(r"<tr>.*?</tr>", body.group(), re.DOTALL)
    ]


def _codes(client: Client, query: str = "") -> list[str]:
    page = main_of(client.get(f"/programs/2016/{query}"))
    return [row[0] for row in _rows(page)] if "<tbody>" in page else []


def _file(client: Client, address: str) -> list[dict[str, str]]:
    content = client.get(address).content
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_list_of_programmes_leaves_out_what_is_not_published(client: Client, year: Year) -> None:
    ProgramFactory.create(title="まだ出していないプログラム", is_published=False)
    page = main_of(client.get("/programs/"))
    assert [url for url in links(page) if url.startswith("/programs/")] == ["/programs/2016/"]
    assert "まだ出していない" not in words(page)
    assert "取組 3件" in words(page)


def test_programme_lists_its_actions_with_how_they_stand(client: Client, year: Year) -> None:
    rows = _rows(main_of(client.get("/programs/2016/")))
    assert [(row[0], row[1], row[3], row[4]) for row in rows] == [
        ("1-1-001", "公開するデータの拡充", "試験公開課", "2 目標を上回って達成"),
        ("1-1-002", "会議の録画の公開", "試験公開課", "－ 未着手"),
        ("1-2-001", "窓口の予約", "試験窓口課", "評価が未確定"),
    ]


def test_how_actions_stand_is_of_the_year_asked_for_and_what_ended_is_not_unevaluated(
    client: Client, year: Year
) -> None:
    ended = year.actions["1-1-002"]
    ended.end_year = 2016
    plan_actions.revise(root=ended, by=year.staff, reason="見本", expected_version=ended.version)
    published_year(year=2017, program=year.program, grade="1")

    def stands(query: str) -> dict[str, str]:
        return {row[0]: row[4] for row in _rows(main_of(client.get(f"/programs/2016/{query}")))}

    assert (stands("")["1-1-001"], stands("")["1-1-002"]) == ("1 目標を大きく上回って達成", "終了")
    before = stands("?year=2016")
    assert (before["1-1-001"], before["1-1-002"]) == ("2 目標を上回って達成", "－ 未着手")


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("?measure=1-1", ["1-1-001", "1-1-002"]),
        ("?status=2", ["1-1-001"]),
        ("?status=none", ["1-2-001"]),
        ("?year=2017", ["1-1-001", "1-1-002"]),
        ("?q=録画", ["1-1-002"]),
        ("?q=公開&measure=1-2", []),
        ("?q=録画&measure=1-1", ["1-1-002"]),
        ("?sort=-code", ["1-2-001", "1-1-002", "1-1-001"]),
        ("?sort=-status", ["1-2-001", "1-1-002", "1-1-001"]),
        ("?sort=-department", ["1-2-001", "1-1-001", "1-1-002"]),
        ("?sort=secret", ["1-1-001", "1-1-002", "1-2-001"]),
        ("?measure=999999999999999999999-1", []),
        ("?measure=%00", ["1-1-001", "1-1-002", "1-2-001"]),
        ("?year=9", []),
    ],
)
def test_filters_words_and_order(client: Client, year: Year, query: str, codes: list[str]) -> None:
    stored = year.actions["1-2-001"]
    stored.end_year = 2016
    plan_actions.revise(root=stored, by=year.staff, reason="見本", expected_version=stored.version)
    assert _codes(client, query) == codes


def test_department_filter_finds_all_it_ever_owned(client: Client, year: Year) -> None:
    assert _codes(client, f"?department={year.departments[1].code}") == ["1-1-001", "1-2-001"]


def test_list_is_paged_and_counts_all(client: Client, year: Year) -> None:
    for number in range(60):
        ActionFactory.create(program=year.program, code=f"2-1-{number:03}", main_direction=direction_of("2-1-1"))
    plan_actions.bump_content_version()
    page = main_of(client.get("/programs/2016/?measure=2-1"))
    assert (len(_rows(page)), "60件の取組が条件に合いました" in words(page)) == (50, True)
    assert "?measure=2-1&page=2" in links(page)
    assert len(_codes(client, "?measure=2-1&page=2")) == 10


def test_file_holds_what_is_shown_all_of_it(client: Client, year: Year) -> None:
    assert "/programs/2016/actions.csv?measure=1-1" in links(main_of(client.get("/programs/2016/?measure=1-1")))
    rows = _file(client, "/programs/2016/actions.csv?measure=1-1")
    assert [(row["取組コード"], row["達成度"], row["見本データ"], row["開始年度（西暦）"]) for row in rows] == [
        ("1-1-001", "2", "はい", "2016"),
        ("1-1-002", "未着手", "はい", "2016"),
    ]
    assert {row["評価年度（和暦）"] for row in rows} == {"平成28(2016)年度"}


def test_files_of_plans_and_indicators_hold_no_results(client: Client, year: Year) -> None:
    plans = _file(client, "/programs/2016/years.csv")
    assert [(row["取組コード"], row["年度（西暦）"], row["予算額"]) for row in plans][:2] == [
        ("1-1-001", "2016", "1000"),
        ("1-1-001", "2017", "1000"),
    ]
    targets = _file(client, "/programs/2016/indicators.csv")
    assert [(row["指標"], row["年度（西暦）"], row["目標値"], row["単位"]) for row in targets] == [
        ("公開した件数", "2016", "100", "件"),
        ("公開した件数", "2017", "150", "件"),
    ]
    heads = {*plans[0], *targets[0]}
    assert {head for head in heads if "決算" in head or "実績" in head} == set()


def test_file_of_plans_holds_the_milestones_of_now_and_of_at_first(client: Client, year: Year) -> None:
    plan = year.actions["1-1-001"].years.get(year=2016)
    plan.milestones.all().delete()
    for position, (month, title) in enumerate([(2, "評価"), (9, "試行"), (None, "随時の見直し")], start=1):
        Milestone.objects.create(action_year=plan, position=position, month=month, title=title)
    ActionYear.objects.filter(pk=plan.pk).update(original_milestones=[{"month": 10, "title": "試行"}])
    changed, unchanged = _file(client, "/programs/2016/years.csv")[:2]
    names = ("マイルストーン", "当初のマイルストーン")
    assert [changed[name] for name in names] == ["9月 試行；2月 評価；随時の見直し", "10月 試行"]
    assert unchanged["マイルストーン"] == unchanged["当初のマイルストーン"]


def test_action_says_why_with_the_plans_own_words(client: Client, year: Year) -> None:
    why = part(main_of(client.get(ACTION)), "why")
    items = DirectionItem.objects.filter(direction=direction_of("1-1-1")).order_by("position")
    shown = [squeezed(item) for item in items_of(why)]
    assert [squeezed(plain(item.text)) in shown[place] for place, item in enumerate(items)] == [True] * len(items)
    assert {
        "/plans/2016/directions/1-1-1/",
        "/plans/2016/directions/1-1-1/#item-1",
        "/plans/2016/measures/1-1/",
        "/plans/2016/directions/1-2-1/",
    } <= set(links(why))
    assert "1 安心のまち" in words(why)


def test_action_says_who_and_when(client: Client, year: Year) -> None:
    owner = year.actions["1-1-001"].owners.get(kind="lead")
    type(owner).objects.filter(pk=owner.pk).update(valid_to=datetime.date(2017, 3, 31))
    ActionOwnerFactory.create(
        action=year.actions["1-1-001"], department=year.departments[1], valid_from=datetime.date(2017, 4, 1)
    )
    plan_actions.bump_content_version()
    assert _rows(part(main_of(client.get(ACTION)), "who")) == [
        ["試験局 試験公開課", "主管", "2016年4月1日〜2017年3月31日"],
        ["試験局 試験窓口課", "主管", "2017年4月1日〜"],
        ["試験局 試験窓口課", "関係", "2016年4月1日〜"],
    ]


def test_changed_plan_stands_beside_the_original_with_the_reason(client: Client, year: Year) -> None:
    indicator = Indicator.objects.get()
    plan_year(
        action=year.actions["1-1-001"],
        year=2017,
        planned_work="全区で進めます。",
        budget=2500,
        targets={indicator.pk: Decimal(200)},
        by=year.staff,
        reason="要望が多かったため",
    )
    shown = words(part(main_of(client.get(ACTION)), "years"))
    for text in (
        "全区で進めます。",
        "予算額 2,500千円",
        "公開するデータの拡充を2017年度に進めます。",
        "当初の予算額 1,000千円変更の理由：要望が多かったため",
    ):
        assert text in shown
    table = _rows(part(main_of(client.get(ACTION)), "indicators"))
    assert [row[:3] for row in table] == [
        ["基準値（平成27(2015)年度）", "－", "－"],
        ["平成28(2016)年度", "100", "－"],
        ["平成29(2017)年度", "200", "150"],
    ]
    assert "当初 150 → 200）：要望が多かったため" in words(part(main_of(client.get(ACTION)), "indicators"))
    assert "要望が多かったため" in words(part(main_of(client.get(ACTION)), "changes"))


def test_drawing_says_the_numbers_of_its_table(client: Client, year: Year) -> None:
    page = part(main_of(client.get(ACTION)), "indicators")
    assert re.findall(r"<title[^>]*>([^<]*)</title>", page) == ["公開した件数の目標値と実績値"]
    assert re.findall(r"<desc[^>]*>([^<]*)</desc>", page) == [
        "平成28(2016)年度は目標値100件、実績値100件。平成29(2017)年度は目標値150件、実績値は未公表"
    ]
    assert _rows(page)[1] == ["平成28(2016)年度", "100", "100", "100%", "達成"]


def test_lineage_leads_both_ways_between_published_programmes(client: Client, year: Year) -> None:
    later = ProgramFactory.create(slug="2018", title="次のプログラム", start_year=2018, predecessor=year.program)
    continued = ActionFactory.create(program=later, code="1-1-101", title="公開の継続")
    ActionLineageFactory.create(action=continued, predecessor=year.actions["1-1-001"])
    plan_actions.bump_content_version()
    assert "/programs/2018/actions/1-1-101/" in links(part(main_of(client.get(ACTION)), "lineage"))
    lineage = part(main_of(client.get("/programs/2018/actions/1-1-101/")), "lineage")
    assert "前プログラム（試験プログラム）の取組 1-1-001 公開するデータの拡充 を継続" in words(lineage)
    assert ACTION in links(lineage)
    assert "/programs/2016/" in links(main_of(client.get("/programs/2018/")))
    Program.objects.filter(pk=later.pk).update(is_published=False)
    plan_actions.bump_content_version()
    assert "公開の継続" not in words(main_of(client.get(ACTION)))


def test_results_of_a_settlement_stay_out_of_the_record_of_changes(client: Client, year: Year) -> None:
    plan = year.actions["1-1-001"].years.get(year=2017)
    plan.settlement, plan.planned_work = 987654, "新しい計画です。"
    plan_actions.revise(root=plan, by=year.staff, reason="見本", expected_version=plan.version)
    row = Indicator.objects.get().years.get(position=2017)
    row.actual = Decimal(876543)
    indicator = row.indicator
    plan_actions.revise(root=indicator, by=year.staff, reason="見本", expected_version=indicator.version, rows=[row])
    pages = [client.get(address).content.decode() for address in (ACTION, "/plans/2016/revisions/", "/")]
    assert [("987654" in page, "876543" in page) for page in pages] == [(False, False)] * 3
    assert "新しい計画です。" in words(pages[0])


def test_terms_are_explained_on_the_page_of_an_action(client: Client, year: Year) -> None:
    action = year.actions["1-1-001"]
    action.content = "クラウドを使います。"
    plan_actions.revise(root=action, by=year.staff, reason="見本", expected_version=action.version)
    page = main_of(client.get(ACTION))
    marked = set(re.findall(r'data-term="([0-9]+)"', page))
    assert marked
    assert marked <= set(re.findall(r'id="note-term-([0-9]+)"', page))
    assert re.search(r'class="term"[^>]*>クラウド</a>', part(page, "what"))


def test_departments_and_directions_have_pages(client: Client, year: Year) -> None:
    public, desk = year.departments
    rows = _rows(main_of(client.get("/programs/2016/departments/")))
    assert rows == [["試験公開課", "試験局", "2", "0"], ["試験窓口課", "試験局", "1", "1"]]
    owned = _rows(main_of(client.get(f"/programs/2016/departments/{desk.code}/")))
    assert [(row[0], row[2]) for row in owned] == [("1-2-001", "主管"), ("1-1-001", "関係")]
    served = _rows(main_of(client.get("/programs/2016/directions/1-2-1/")))
    assert [row[0] for row in served] == ["1-1-001", "1-2-001"]
    assert client.get("/programs/2016/departments/none/").status_code == 404
    assert client.get("/programs/2016/directions/9-9-9/").status_code == 404
    assert public.code in "".join(links(main_of(client.get("/programs/2016/departments/"))))


def test_a_department_that_has_ended_names_who_took_over(client: Client, year: Year) -> None:
    ended, goes_on = year.departments
    elsewhere = DepartmentFactory.create(name="取組のない課")
    ended.successors.add(goes_on, elsewhere)
    Department.objects.filter(pk=ended.pk).update(valid_to=datetime.date(2017, 3, 31))
    shown = main_of(client.get(f"/programs/2016/departments/{ended.code}/"))
    assert "引き継いだ課：試験窓口課、取組のない課" in words(shown)
    assert [link for link in links(shown) if "/departments/" in link] == [f"/programs/2016/departments/{goes_on.code}/"]
    assert "引き継いだ課" not in main_of(client.get(f"/programs/2016/departments/{goes_on.code}/"))


def test_plans_own_pages_name_the_actions(client: Client, year: Year) -> None:
    direction = part(main_of(client.get("/plans/2016/directions/1-2-1/")), "items")
    assert [url for url in links(direction) if url.startswith("/programs/")] == [
        "/programs/2016/actions/1-2-001/",
        ACTION,
    ]
    measure = part(main_of(client.get("/plans/2016/measures/1-1/")), "directions")
    assert [url for url in links(measure) if url.startswith("/programs/")] == [
        ACTION,
        "/programs/2016/actions/1-1-002/",
    ]


def test_direction_of_many_actions_names_ten_and_leads_to_all(client: Client, year: Year) -> None:
    for number in range(20):
        ActionFactory.create(program=year.program, code=f"1-1-1{number:02}")
    plan_actions.bump_content_version()
    serving = part(main_of(client.get("/plans/2016/directions/1-1-1/")), "items")
    found = [url for url in links(serving) if url.startswith("/programs/")]
    assert (len(found), found[-1], "取組をすべて見る（22件）" in words(serving)) == (
        11,
        "/programs/2016/directions/1-1-1/",
        True,
    )


def test_sample_data_is_marked_on_every_page(client: Client, year: Year) -> None:
    code = year.departments[0].code
    pages = ("", "actions/1-1-001/", "departments/", f"departments/{code}/", "directions/1-1-1/")
    for address in [*(f"/programs/2016/{page}" for page in pages), "/programs/", "/plans/2016/directions/1-1-1/"]:
        assert "見本データ" in words(main_of(client.get(address))), address


@pytest.mark.parametrize("change", [{"is_published": False}, {"plan__is_published": False}], ids=["programme", "plan"])
def test_unpublished_programme_is_nowhere(client: Client, change: dict[str, Any]) -> None:
    year = accepted_year()
    if "plan__is_published" in change:
        type(year.program.plan).objects.filter(pk=year.program.plan_id).update(is_published=False, is_current=False)
    else:
        Program.objects.update(**change)
    plan_actions.bump_content_version()
    pages = ("", "actions.csv", "years.csv", "indicators.csv", "actions/1-1-001/", "departments/", "directions/1-1-1/")
    assert [client.get(f"/programs/2016/{page}").status_code for page in pages] == [404] * len(pages)
    assert "公開するデータの拡充" not in client.get("/sitemap.xml").content.decode()


def test_search_follows_the_publication_of_a_programme(client: Client, ict_staff: User) -> None:
    year = published_year()
    hits = links(main_of(client.get("/search/?q=録画")))
    assert {"/programs/2016/actions/1-1-002/", "/progress/2016/actions/1-1-002/"} <= set(hits)
    program = Program.objects.get(pk=year.program.pk)
    program.is_published = False
    plan_actions.revise(root=program, by=ict_staff, reason="見本", expected_version=program.version)
    assert "見つかりませんでした" in words(main_of(client.get("/search/?q=録画")))
    program.is_published = True
    plan_actions.revise(root=program, by=ict_staff, reason="見本", expected_version=program.version)
    again = links(main_of(client.get("/search/?q=録画")))
    assert {"/programs/2016/actions/1-1-002/", "/progress/2016/actions/1-1-002/"} <= set(again)


def test_search_finds_a_changed_yearly_plan(client: Client, year: Year) -> None:
    plan = year.actions["1-2-001"].years.get(year=2017)
    plan.planned_work = "待合の混雑を知らせます。"
    plan_actions.revise(root=plan, by=year.staff, reason="見本", expected_version=plan.version)
    assert "/programs/2016/actions/1-2-001/" in links(main_of(client.get("/search/?q=混雑を知らせ")))


def test_search_follows_an_import(client: Client, year: Year) -> None:
    Action.objects.filter(code="1-1-002").update(title="議事録の公開")
    ActionFactory.create(program=year.program, code="1-1-009", title="電子掲示板の設置")
    gone = ActionFactory.create(program=year.program, code="1-1-010", title="消える取組")
    after_import(year.program)
    gone.delete()
    after_import(year.program)
    plan_actions.bump_content_version()
    found = {word: links(main_of(client.get(f"/search/?q={word}"))) for word in ("議事録", "電子掲示板", "消える取組")}
    assert [
        "/programs/2016/actions/1-1-002/" in found["議事録"],
        "/programs/2016/actions/1-1-009/" in found["電子掲示板"],
    ] == [
        True,
        True,
    ]
    assert [url for url in found["消える取組"] if url.startswith("/programs/2016/actions/")] == []


def test_action_of_another_programme_is_not_found(client: Client, year: Year) -> None:
    Action.objects.filter(code="1-2-001").update(code="9-9-999")
    plan_actions.bump_content_version()
    assert client.get("/programs/2016/actions/1-2-001/").status_code == 404
