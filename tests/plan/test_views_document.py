"""The overview, chapters, sections and the summary, compared with the plan's data."""

import re

import pytest
from django.test import Client

from plan.enums import Level, Part
from plan.models import Plan, Section, Survey
from plan.queries.plans import address_order
from plan.text.markup import plain
from tests.plan.reading import items_of, links, main_of, part, squeezed, words
from tests.plan.second_plan import make_plan

pytestmark = pytest.mark.django_db


def _pages() -> list[Section]:
    rows = Section.objects.filter(plan__slug="2016", part=Part.BODY, level__lte=Level.SECTION).select_related("plan")
    return sorted(rows, key=address_order)


def test_every_sentence_of_every_section_stands_on_its_page(client: Client) -> None:
    for section in _pages():
        page = squeezed(words(main_of(client.get(section.get_absolute_url()))))
        inside = [section]
        if section.level == Level.SECTION:
            inside += Section.objects.filter(plan=section.plan, part=Part.BODY, path__startswith=f"{section.path}/")
        expected = [squeezed(line) for each in inside for line in plain(each.body).splitlines()]
        assert [line for line in expected if line not in page] == []


def test_subsections_are_headings_with_permanent_anchors(client: Client) -> None:
    page = main_of(client.get("/plans/2016/chapters/2/5/"))
    headings = re.findall(r'<(h[1-6]) id="(s-[^"]*)">', page)
    assert headings == [
        ("h1", "s-2-5"),
        ("h2", "s-2-5-1"),
        ("h2", "s-2-5-2"),
        ("h3", "s-2-5-2-1"),
        ("h3", "s-2-5-2-2"),
        ("h3", "s-2-5-2-3"),
        ("h2", "s-2-5-3"),
    ]


def test_surveys_stand_in_their_section_with_every_finding(client: Client) -> None:
    page = squeezed(words(main_of(client.get("/plans/2016/chapters/2/3/"))))
    findings = [
        squeezed(plain(question.finding))
        for survey in Survey.objects.filter(plan__slug="2016")
        for question in survey.questions.all()
    ]
    assert len(findings) > 10
    assert [finding for finding in findings if finding not in page] == []


def test_every_figure_stands_once_in_its_section(client: Client) -> None:
    page = main_of(client.get("/plans/2016/chapters/2/3/"))
    shown = re.findall(r'<figure class="figure" id="figure-([^"]*)"', page)
    assert sorted(shown) == sorted(f"2-{number}" for number in range(8, 23))


def test_editors_notes_are_told_from_the_text(client: Client) -> None:
    note = Section.objects.get(plan__slug="2016", part=Part.BODY, path="5/3").note
    page = main_of(client.get("/plans/2016/chapters/5/3/"))
    assert re.findall(r'<p class="editor-note">(.*?)</p>', page, re.DOTALL) == [f"<strong>編集注</strong> {note}"]


def test_next_leads_through_all_chapters_and_sections(client: Client) -> None:
    walked = ["/plans/2016/chapters/1/"]
    while following := client.get(f"{walked[-1]}?anew=1").context["neighbours"].next:
        walked.append(following[1])
    assert walked == [section.get_absolute_url() for section in _pages()]


def test_contents_of_a_section_are_its_subsections(client: Client) -> None:
    assert client.get("/plans/2016/chapters/2/1/").context["contents"] == [
        ("s-2-1-1", "(1) これまでの日本のICT産業の変化", 2),
        ("s-2-1-2", "(2) 情報通信機器の変化", 2),
        ("s-2-1-3", "(3) 情報通信技術の進展状況", 2),
    ]


def test_chapter_4_lists_the_whole_hierarchy(client: Client) -> None:
    found = links(main_of(client.get("/plans/2016/chapters/4/")))
    assert [len([url for url in found if f"/{kind}/" in url]) for kind in ("policies", "measures", "directions")] == [
        3,
        7,
        23,
    ]


def test_overview_shows_the_goal_the_structure_and_the_contents(client: Client) -> None:
    page = main_of(client.get("/plans/2016/"))
    plan = Plan.objects.get(slug="2016")
    assert plan.goal in words(page)
    assert "基本施策3、施策7、施策の基本方向23、項目62からできています。" in words(part(page, "structure"))
    chapters = [url for url in links(part(page, "chapters")) if re.fullmatch(r"/plans/2016/chapters/[0-9]/", url)]
    assert chapters == [f"/plans/2016/chapters/{number}/" for number in range(1, 6)]


def test_overview_ends_with_the_imprint_of_the_last_page(client: Client) -> None:
    page = part(main_of(client.get("/plans/2016/")), "imprint")
    assert items_of(page, "dd") == [
        "川崎市情報化推進プラン（案）",
        "平成28年2月",
        "川崎市",
        "総務局情報管理部 ICT推進課",
        "〒210-8577 川崎市川崎区宮本町1番地",
        "044-200-2109",
        "044-200-3752",
        "総務委員会資料（平成28年2月12日）資料2「川崎市情報化推進プラン（案）について」",
    ]


def test_summary_shows_every_sentence_of_paper_1(client: Client) -> None:
    page = squeezed(words(main_of(client.get("/plans/2016/summary/"))))
    rows = Section.objects.filter(plan__slug="2016", part=Part.OVERVIEW)
    expected = [squeezed(line) for row in rows for line in plain(row.body).splitlines()]
    assert expected
    assert [line for line in expected if line not in page] == []


def test_a_plan_without_a_summary_has_no_page_for_it(client: Client) -> None:
    plan = make_plan()
    plan.sections.filter(part=Part.OVERVIEW).delete()
    assert client.get("/plans/2021/summary/").status_code == 404
    assert "/plans/2021/summary/" not in links(main_of(client.get("/plans/2021/")))


def test_list_of_plans_holds_the_published_ones_newest_first(client: Client) -> None:
    make_plan("2021")
    make_plan("2026", start_year=2026, end_year=2030, is_published=False)
    page = main_of(client.get("/plans/"))
    assert items_of(page, "h2") == ["次期情報化推進プラン", "川崎市情報化推進プラン（案）"]


@pytest.mark.parametrize(
    "row", ["", "summary/", "chapters/1/", "chapters/1/1/", "mendings/", "revisions/", "glossary/"]
)
def test_every_page_of_a_second_plan_works_by_data_alone(client: Client, row: str) -> None:
    make_plan()
    response = client.get(f"/plans/2021/{row}")
    assert (response.status_code, response.context["plan"].slug) == (200, "2021")
    assert "現行のプランではありません" in words(main_of(response))


@pytest.mark.parametrize(
    "row", ["", "summary/", "chapters/1/", "chapters/1/1/", "mendings/", "revisions/", "glossary/"]
)
def test_no_page_of_an_unpublished_plan_is_known(client: Client, row: str) -> None:
    make_plan(is_published=False)
    assert client.get(f"/plans/2021/{row}").status_code == 404


@pytest.mark.parametrize("address", ["/plans/1999/", "/plans/2016/chapters/6/", "/plans/2016/chapters/1/9/"])
def test_unknown_pages_are_404_in_words(client: Client, address: str) -> None:
    response = client.get(address)
    assert (response.status_code, "ページが見つかりません" in response.content.decode()) == (404, True)
