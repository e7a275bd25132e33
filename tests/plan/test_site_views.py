"""Pages about the site: about, accessibility, the two sitemaps, robots, gallery, and the frame they stand in."""

import datetime
import re
from typing import Any

import pytest
from defusedxml import ElementTree
from django.db import connection
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from plan.enums import Level, RevisionKind
from plan.models import Plan, Revision, Section, Term
from plan.queries import sitemap
from plan.queries.header import HEADER, Entry, HeaderEntry
from plan.templatetags.site import site_entries, site_plan

pytestmark = pytest.mark.django_db
NAMESPACE = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def second_plan(**fields: object) -> Plan:
    values: dict[str, object] = {
        "slug": "2021",
        "title": "次のプラン",
        "goal": "目標",
        "start_year": 2021,
        "end_year": 2025,
        "is_published": True,
    }
    return Plan.objects.create(**(values | fields))


def locations(client: Client, address: str = "/sitemap.xml") -> list[str]:
    root = ElementTree.fromstring(client.get(address).content)
    return [loc.text or "" for loc in root.findall("s:url/s:loc", NAMESPACE)]


def test_every_address_of_the_sitemap_opens(client: Client) -> None:
    addresses = locations(client)
    opened = {address: client.get(address.removeprefix("http://testserver")).status_code for address in addresses}
    assert {address for address, status in opened.items() if status != 200} == set()
    assert len(addresses) == len(set(addresses))


def test_sitemap_lists_each_page_of_the_plan(client: Client) -> None:
    found = locations(client)
    prefix = "http://testserver/plans/2016/"
    counts = {
        kind: len([address for address in found if re.fullmatch(rf"{prefix}{kind}/[0-9-]+/", address)])
        for kind in ("chapters", "policies", "measures", "directions", "surveys", "glossary")
    }
    chapters = Section.objects.filter(plan__slug="2016", part="body", level=Level.CHAPTER).count()
    assert counts == {
        "chapters": chapters,
        "policies": 3,
        "measures": 7,
        "directions": 23,
        "surveys": 3,
        "glossary": 23,
    }


def test_sitemap_leaves_out_plans_that_are_not_published(client: Client) -> None:
    second_plan(is_published=False)
    assert [address for address in locations(client) if "/plans/2021/" in address] == []


def test_sitemap_says_when_a_page_changed_last(client: Client) -> None:
    plan = Plan.objects.get(slug="2016")
    made_at = datetime.datetime(2017, 5, 31, 12, 0, tzinfo=datetime.UTC)
    for path, day in (("/plans/2016/chapters/2/3/#s-2-3-1", 0), ("/plans/2016/chapters/2/3/", -1)):
        Revision.objects.create(
            plan=plan,
            kind=RevisionKind.CHANGED,
            object_type="plan.section",
            object_id=1,
            title="節",
            path=path,
            reason="誤字",
            made_at=made_at + datetime.timedelta(days=day),
        )
    changed = sitemap.changed_on_by_path(["/plans/2016/chapters/2/3/", "/about/"])
    assert changed == {"/plans/2016/chapters/2/3/": made_at}
    root = ElementTree.fromstring(client.get("/sitemap.xml").content)
    days = {
        url.findtext("s:loc", namespaces=NAMESPACE): url.findtext("s:lastmod", namespaces=NAMESPACE)
        for url in root.findall("s:url", NAMESPACE)
    }
    assert days["http://testserver/plans/2016/chapters/2/3/"] == "2017-05-31T21:00:00+09:00"
    assert days["http://testserver/about/"] is None


@pytest.mark.parametrize("address", ["/sitemap/", "/sitemap.xml"])
def test_sitemaps_cost_the_same_for_more_plans_and_pages(address: str, client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(f"{address}?{timezone.now().timestamp()}").status_code == 200
        return len(captured)

    before = queries()
    for year in range(2021, 2026):
        plan = second_plan(slug=str(year), start_year=year, end_year=year)
        for number in range(1, 20):
            Term.objects.create(plan=plan, number=number, name=f"用語{number}", reading="よみ", explanation="解説")
            Section.objects.create(
                plan=plan, level=Level.CHAPTER, path=str(number), title=f"章{number}", position=number
            )
    assert queries() == before
    assert before <= 12


@pytest.fixture
def action_pages(monkeypatch: pytest.MonkeyPatch) -> int:
    """A later app with one page in the tree and more pages than one file may hold beside it."""
    count = 2 * sitemap.PART

    def between(start: int, stop: int) -> list[sitemap.Address]:
        return [sitemap.Address(f"/programs/2016/actions/{number}/") for number in range(start, stop)]

    monkeypatch.setattr(sitemap, "BRANCHES", [])
    nodes = [sitemap.Node("取組", "/programs/2016/", (sitemap.Node("所管課ごと", "/programs/2016/departments/"),))]
    sitemap.register_branch(lambda: nodes, sitemap.Further(Term.objects.all, between))
    monkeypatch.setattr(sitemap, "_counts", lambda several: [count])
    return count


def test_sitemap_for_people_holds_the_branches_of_later_apps_behind_the_plans(action_pages: int) -> None:
    tree = [node.url for node in sitemap.site_tree()]
    assert tree[:4] == ["/", "/plans/2016/", "/programs/2016/", "/plans/"]


def test_sitemap_of_too_many_addresses_names_files_that_hold_each_once(client: Client, action_pages: int) -> None:
    listed = len(list(sitemap.pages(sitemap.site_tree())))
    root = ElementTree.fromstring(client.get("/sitemap.xml").content)
    files = [loc.text or "" for loc in root.findall("s:sitemap/s:loc", NAMESPACE)]
    assert files == [f"http://testserver/sitemap-{number}.xml" for number in (1, 2, 3)]
    held = [locations(client, address.removeprefix("http://testserver")) for address in files]
    assert [len(part) for part in held] == [sitemap.PART, sitemap.PART, listed]
    found = [address for part in held for address in part]
    assert len(set(found)) == len(found) == listed + action_pages
    assert found[-1] == f"http://testserver/programs/2016/actions/{action_pages - 1}/"
    assert client.get("/sitemap-4.xml").status_code == 404


def test_sitemap_of_few_addresses_is_one_file(client: Client) -> None:
    assert locations(client, "/sitemap-1.xml") == locations(client) != []
    assert client.get("/sitemap-2.xml").status_code == 404


def test_sitemap_for_people_nests_measures_in_policies_and_sections_in_order() -> None:
    [plan_node] = [node for node in sitemap.site_tree() if node.url == "/plans/2016/"]
    groups = {node.title: node for node in plan_node.children}
    policies = groups["プランの体系"].children
    assert [(node.url, len(node.children)) for node in policies] == [
        ("/plans/2016/policies/1/", 3),
        ("/plans/2016/policies/2/", 2),
        ("/plans/2016/policies/3/", 2),
    ]
    chapter = Section.objects.get(plan__slug="2016", part="body", path="2")
    for number in range(chapter.children.count() + 1, 12):
        Section.objects.create(
            plan=chapter.plan, parent=chapter, level=Level.SECTION, path=f"2/{number}", title="追加", position=number
        )
    [plan_node] = [node for node in sitemap.site_tree() if node.url == "/plans/2016/"]
    [text] = [node for node in plan_node.children if node.title == "本文"]
    assert [node.url for node in text.children[1].children] == [
        f"/plans/2016/chapters/2/{number}/" for number in range(1, 12)
    ]


def test_robots_names_the_sitemap_and_keeps_staff_pages_out(client: Client) -> None:
    assert client.get("/robots.txt").content.decode() == (
        "User-agent: *\nDisallow: /admin/\nDisallow: /accounts/\nDisallow: /desk/\nDisallow: /search/?\n\n"
        "Sitemap: http://testserver/sitemap.xml\n"
    )


def test_about_links_the_mendings_of_each_plan_with_their_number(client: Client) -> None:
    html = client.get("/about/").content.decode()
    assert re.findall(r'<a href="/plans/2016/mendings/">([^<]*)</a>', html) == [
        "川崎市情報化推進プラン（案）の読み取りの修正（87件）"
    ]


def test_accessibility_page_names_the_office_that_answers(client: Client) -> None:
    html = client.get("/accessibility/").content.decode()
    plan = Plan.objects.get(is_current=True)
    assert (html.count(plan.phone), html.count("JIS X 8341-3:2016の適合レベルAAに配慮")) == (2, 1)


def test_gallery_is_not_for_the_public(client: Client, settings: Any) -> None:
    settings.DEMO = False
    assert client.get("/gallery/").status_code == 404


def test_gallery_is_for_staff_who_keep_the_plan(client: Client, ict_staff: User, settings: Any) -> None:
    settings.DEMO = False
    client.force_login(ict_staff)
    assert "<h1>部品の一覧</h1>" in client.get("/gallery/").content.decode()


def test_gallery_shows_every_component(client: Client, settings: Any) -> None:
    settings.DEMO = True
    components = {path.name for path in (settings.BASE_DIR / "templates/components").glob("*.html")}
    used = {
        template.name.removeprefix("components/")
        for template in client.get("/gallery/").templates
        if template.name and template.name.startswith("components/")
    }
    assert components - used == {"messages.html", "tree.html"}  # the desk's, and the sitemap's


@pytest.mark.parametrize("address", ["/about/", "/accessibility/", "/sitemap/", "/gallery/"])
def test_page_has_one_h1_a_way_past_the_header_and_nothing_inline(address: str, client: Client, settings: Any) -> None:
    settings.DEMO = True
    html = client.get(address).content.decode()
    assert (html.count("<h1"), html.count('href="#main"'), html.count('id="main"')) == (1, 1, 1)
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", html) == []


def test_first_visit_asks_for_four_files(client: Client) -> None:
    html = client.get("/about/").content.decode()
    assert re.findall(r'(?:src|href)="(/static/[^"]+)"', html) == [
        "/static/icons/favicon.svg",
        "/static/css/portal.css",
        "/static/js/portal.js",
    ]


def test_frame_takes_the_plan_of_the_page_without_asking() -> None:
    shown = second_plan()
    with CaptureQueriesContext(connection) as captured:
        entries = site_entries(Context({"plan": shown, "request": RequestFactory().get("/plans/2021/glossary/3/")}))
    assert len(captured) == 0
    assert entries == [
        Entry("プランを読む", "/plans/2021/", ""),
        Entry("取組と進捗", "/progress/", ""),
        Entry("用語集", "/plans/2021/glossary/", "true"),
        Entry("資料とデータ", "/data/", ""),
    ]


def test_frame_asks_once_for_the_current_plan() -> None:
    context = Context({"request": RequestFactory().get("/data/")})
    with CaptureQueriesContext(connection) as captured:
        found = [site_plan(context), site_plan(context)]
        entries = site_entries(context)
    assert len(captured) == 1
    assert [plan.slug for plan in found if plan] == ["2016", "2016"]
    assert [entry.current for entry in entries] == ["", "", "", "page"]


def test_frame_shows_the_entries_of_later_apps_among_the_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = HeaderEntry("取組と進捗", 20, lambda plan: "/programs/" if plan else "", also=("/progress/",))
    monkeypatch.setitem(HEADER, entry.title, entry)
    shown = Plan.objects.get(slug="2016")
    marked = {
        path: [
            (each.title, each.current)
            for each in site_entries(Context({"plan": shown, "request": RequestFactory().get(path)}))
        ][:2]
        for path in ("/programs/", "/progress/2016/", "/plans/2016/measures/1-1/", "/about/")
    }
    assert marked == {
        "/programs/": [("プランを読む", ""), ("取組と進捗", "page")],
        "/progress/2016/": [("プランを読む", ""), ("取組と進捗", "true")],
        "/plans/2016/measures/1-1/": [("プランを読む", "true"), ("取組と進捗", "")],
        "/about/": [("プランを読む", ""), ("取組と進捗", "")],
    }
    Plan.objects.update(is_current=False)
    without = site_entries(Context({"request": RequestFactory().get("/")}))
    assert [each.title for each in without] == ["プランを読む", "資料とデータ"]


def test_frame_stands_without_any_plan() -> None:
    Plan.objects.update(is_current=False)
    context = Context({"request": RequestFactory().get("/")})
    assert site_plan(context) is None
    assert [entry.url for entry in site_entries(context)] == ["/plans/", "/data/"]


def test_page_of_a_plan_that_is_not_current_says_so(client: Client) -> None:
    second_plan()
    shown = [
        client.get(address).content.decode().count("現行のプランではありません")
        for address in ("/plans/2021/", "/plans/2016/", "/about/")
    ]
    assert shown == [1, 0, 0]


def test_diff_tells_kinds_apart_without_colour() -> None:
    template = Template('{% include "components/diff.html" with pieces=pieces only %}')
    html = template.render(Context({"pieces": [{"kind": "removed", "text": "<b>"}, {"kind": "added", "text": "新"}]}))
    assert html.strip().endswith(
        '<p class="diff"><del><span class="visually-hidden">（削除ここから）</span>&lt;b&gt;'
        '<span class="visually-hidden">（削除ここまで）</span></del><ins><span class="visually-hidden">'
        '（追加ここから）</span>新<span class="visually-hidden">（追加ここまで）</span></ins></p>'
    )
