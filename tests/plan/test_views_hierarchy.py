"""Pages of basic policies, measures and directions, compared with the plan's data."""

import re

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from plan import actions
from plan.models import Direction, Measure, Policy
from plan.queries import Neighbours
from plan.text.markup import plain
from tests.plan.reading import items_of, links, main_of, part, squeezed, words
from tests.plan.second_plan import make_plan

pytestmark = pytest.mark.django_db


def _neighbours(client: Client, address: str) -> Neighbours:
    """Of the page made anew: one from the store has no context."""
    found: Neighbours = client.get(f"{address}?anew=1").context["neighbours"]
    return found


def _measure() -> Measure:
    return Measure.objects.get(policy__plan__slug="2016", policy__number=1, number=1)


def test_measure_page_shows_all_its_issues_and_past_efforts(client: Client) -> None:
    page = main_of(client.get("/plans/2016/measures/1-1/"))
    measure = _measure()
    shown = [squeezed(item) for item in items_of(part(page, "issues"))]
    assert shown == [squeezed(plain(issue.text)) for issue in measure.issues.all()]
    shown = [squeezed(item) for item in items_of(part(page, "efforts"))]
    assert shown == [squeezed(plain(item.text)) for effort in measure.past_efforts.all() for item in effort.items.all()]
    assert items_of(part(page, "efforts"), "h3") == [
        "① 行政の透明性の向上",
        "② 市民の参加と協働の推進",
        "③ 官民連携の取組",
    ]


def test_measure_page_shows_the_paragraph_of_a_group_without_bullets(client: Client) -> None:
    effort = Measure.objects.get(policy__plan__slug="2016", policy__number=2, number=1).past_efforts.get(position=1)
    assert effort.items.count() == 0
    page = part(main_of(client.get("/plans/2016/measures/2-1/")), "efforts")
    assert squeezed(plain(effort.paragraph)) in squeezed(words(page))


def test_measure_page_leads_to_every_item_of_its_directions(client: Client) -> None:
    page = part(main_of(client.get("/plans/2016/measures/1-1/")), "directions")
    items = [address for address in links(page) if "#item-" in address]
    assert items == [
        f"/plans/2016/directions/1-1-{direction.number}/#item-{item.position}"
        for direction in _measure().directions.all()
        for item in direction.items.all()
    ]
    assert re.findall(r'data-copy="([^"]*)"', page) == items


def test_direction_page_gives_every_item_an_anchor(client: Client) -> None:
    page = main_of(client.get("/plans/2016/directions/1-1-2/"))
    direction = Direction.objects.get(measure=_measure(), number=2)
    assert re.findall(r'<li class="item" id="([^"]*)"', page) == ["item-1", "item-2", "item-3", "item-4"]
    shown = [squeezed(words(text)) for text in re.findall(r'<p class="item-text">(.*?)</p>', page, re.DOTALL)]
    assert shown == [squeezed(plain(item.text)) for item in direction.items.all()]


def test_direction_page_names_its_siblings_and_its_measure(client: Client) -> None:
    page = part(main_of(client.get("/plans/2016/directions/1-1-2/")), "measure")
    assert items_of(page) == [
        "1-1-1 行政の透明性の向上",
        "1-1-2 市民の参加と協働の推進（このページ）",
        "1-1-3 官民連携の強化",
    ]
    assert squeezed(plain(_measure().summary)) in squeezed(words(page))


def test_policy_page_lists_its_measures_with_their_summaries(client: Client) -> None:
    page = part(main_of(client.get("/plans/2016/policies/2/")), "measures")
    measures = Measure.objects.filter(policy__plan__slug="2016", policy__number=2)
    assert items_of(page, "h3") == [measure.title for measure in measures]
    assert [squeezed(plain(measure.summary)) in squeezed(words(page)) for measure in measures] == [True, True]


def test_policy_page_carries_what_chapter_3_says_of_it(client: Client) -> None:
    policy = Policy.objects.get(plan__slug="2016", number=1)
    first = plain(policy.sections.get(part="body").body).splitlines()[0]
    assert squeezed(first) in squeezed(words(main_of(client.get("/plans/2016/policies/1/"))))


def test_headings_inside_the_text_of_a_policy_follow_its_own(client: Client) -> None:
    page = main_of(client.get("/plans/2016/policies/1/"))
    assert re.findall(r"<(h[1-6])[ >]", page)[:2] == ["h1", "h2"]


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (
            "/plans/2016/measures/1-1/",
            [f"/plans/2016/measures/{code}/" for code in ("1-1", "1-2", "1-3", "2-1", "2-2", "3-1", "3-2")],
        ),
        ("/plans/2016/policies/1/", [f"/plans/2016/policies/{number}/" for number in (1, 2, 3)]),
    ],
)
def test_next_leads_through_the_whole_plan_and_previous_back(client: Client, first: str, expected: list[str]) -> None:
    walked = [first]
    while following := _neighbours(client, walked[-1]).next:
        walked.append(following[1])
    assert walked == expected
    back = [walked[-1]]
    while before := _neighbours(client, back[-1]).previous:
        back.append(before[1])
    assert back == expected[::-1]


def test_next_leads_through_all_23_directions(client: Client) -> None:
    walked = ["/plans/2016/directions/1-1-1/"]
    while following := _neighbours(client, walked[-1]).next:
        walked.append(following[1])
    directions = Direction.objects.filter(measure__policy__plan__slug="2016").order_by(
        "measure__policy__number", "measure__number", "number"
    )
    assert walked == [direction.get_absolute_url() for direction in directions]
    assert len(walked) == 23


def test_terms_are_links_to_their_entries_once_in_each_part(client: Client) -> None:
    page = part(main_of(client.get("/plans/2016/measures/1-1/")), "issues")
    numbers = re.findall(r'<a class="term" href="/plans/2016/glossary/(\d+)/" data-term="(\d+)">', page)
    assert numbers
    assert [address for address, _ in numbers] == [number for _, number in numbers]
    assert len(numbers) == len(set(numbers))


def test_notes_explain_exactly_the_terms_the_page_marks(client: Client) -> None:
    page = main_of(client.get("/plans/2016/measures/1-1/"))
    marked = set(re.findall(r'data-term="(\d+)"', page))
    assert set(re.findall(r'id="note-term-(\d+)"', page)) == marked


@time_machine.travel("2026-11-23T20:00:00+09:00", tick=False)
def test_citation_names_plan_page_address_and_day(client: Client) -> None:
    assert client.get("/plans/2016/measures/1-2/").context["citation"] == (
        "川崎市『川崎市情報化推進プラン（案）』「施策1-2 便利で快適な行政サービスの提供」、平成28年2月、40頁。"
        "http://testserver/plans/2016/measures/1-2/（2026年11月23日（月）閲覧）"
    )


def test_breadcrumbs_lead_from_the_top_to_the_page(client: Client) -> None:
    assert client.get("/plans/2016/directions/3-2-1/").context["breadcrumbs"] == [
        ("トップ", "/"),
        ("川崎市情報化推進プラン（案）", "/plans/2016/"),
        ("基本施策3 行財政運営の「質的改革」を推進する情報化", "/plans/2016/policies/3/"),
        ("施策3-2 ICTガバナンスの強化及び情報セキュリティ対策の推進", "/plans/2016/measures/3-2/"),
        ("基本方向3-2-1 ICTガバナンスの強化", "/plans/2016/directions/3-2-1/"),
    ]


def test_a_change_stands_on_the_page_of_its_measure(client: Client, ict_staff: User) -> None:
    measure = _measure()
    before = measure.summary
    measure.summary = before.replace("透明でオープンな", "開かれた")
    actions.revise(root=measure, by=ict_staff, reason="分かりやすくするため", expected_version=measure.version)
    page = part(main_of(client.get("/plans/2016/measures/1-1/")), "changes")
    assert "理由：分かりやすくするため" in words(page)
    assert "（追加ここから）開かれた（追加ここまで）" in words(page).replace(" ", "")


@pytest.mark.parametrize(
    "address",
    [
        "/plans/2016/policies/4/",
        "/plans/2016/measures/1-4/",
        "/plans/2016/measures/4-1/",
        "/plans/2016/measures/01-1/",
        "/plans/2016/directions/1-1-4/",
        "/plans/1999/measures/1-1/",
    ],
)
def test_unknown_pages_are_404_in_words(client: Client, address: str) -> None:
    response = client.get(address)
    assert (response.status_code, "ページが見つかりません" in response.content.decode()) == (404, True)


def test_a_second_plan_is_a_matter_of_data(client: Client) -> None:
    make_plan()
    page = words(main_of(client.get("/plans/2021/measures/1-1/")))
    assert [text in page for text in ("デジタル化が課題です。", "次の取組の項目です。", "次の項目です。")] == [True] * 3
    assert "参加と協働" not in page
    assert _neighbours(client, "/plans/2021/measures/1-1/") == Neighbours(None, None)


@pytest.mark.parametrize("row", ["policies/1/", "measures/1-1/", "directions/1-1-1/"])
def test_pages_of_an_unpublished_plan_are_unknown_even_to_staff(client: Client, ict_staff: User, row: str) -> None:
    make_plan(is_published=False)
    assert client.get(f"/plans/2021/{row}").status_code == 404
    client.force_login(ict_staff)
    assert client.get(f"/plans/2021/{row}").status_code == 404


def test_staff_get_a_link_to_the_form_and_readers_none(client: Client, ict_staff: User, liaison: User) -> None:
    address = "/plans/2016/measures/1-1/"
    measure = _measure()
    assert client.get(address).context["edit_url"] == ""
    client.force_login(liaison)
    assert client.get(address).context["edit_url"] == ""
    client.force_login(ict_staff)
    assert client.get(address).context["edit_url"] == f"/admin/plan/measure/{measure.pk}/change/"


def test_readers_get_no_session(client: Client) -> None:
    response = client.get("/plans/2016/measures/1-1/")
    assert list(response.cookies) == []
