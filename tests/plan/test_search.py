"""Search finds what a citizen means, ranks it, and never fails on what is typed."""

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from plan import search
from plan.enums import DocumentKind
from plan.models import Direction, DirectionItem, Measure, PastEffort, Plan, SearchDocument, Term, TermUse
from plan.search import finding
from plan.search.finding import HITS_A_KIND, excerpt, highlight

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan() -> Plan:
    return Plan.objects.get(slug="2016")


def titles(result: search.SearchResult, kind: DocumentKind) -> list[str]:
    return [
        "".join(piece.text for piece in hit.title)
        for group in result.groups
        if group.kind == kind
        for hit in group.hits
    ]


def total(plan: Plan, query: str) -> int:
    return search.find(query, plan=plan).total


@pytest.mark.parametrize(
    ("typed", "same_as"),
    [
        ("ＩＣＴ", "ICT"),
        ("ict", "ICT"),
        ("もばいる", "モバイル"),
        ("ﾓﾊﾞｲﾙ", "モバイル"),
        ("ICT ガバナンス", "ICTガバナンス ガバナンス"),
        ("かわさきWi-Fi", "かわさきＷｉ－Ｆｉ"),
        ("デジタルデバイド", "デジタル・デバイド"),
    ],
)
def test_width_case_kana_and_spaces_are_folded(plan: Plan, typed: str, same_as: str) -> None:
    assert total(plan, typed) == total(plan, same_as) > 0


def test_one_character_is_enough(plan: Plan) -> None:
    assert total(plan, "災") >= total(plan, "防災") > 0


def test_several_words_must_all_occur(plan: Plan) -> None:
    both = search.find("オープンデータ 公開", plan=plan)
    documents = SearchDocument.objects.filter(plan=plan, folded__contains="おーぷんでーた").filter(
        folded__contains="公開"
    )
    assert both.total == documents.count() > 0


def test_alias_finds_its_term_first(plan: Plan) -> None:
    term = Term.objects.exclude(aliases="").filter(plan=plan).first()
    assert term is not None
    assert titles(search.find(term.alias_list[0], plan=plan), DocumentKind.TERM)[0] == term.name


def test_title_stands_before_text(plan: Plan) -> None:
    found = titles(search.find("コスト削減", plan=plan), DocumentKind.DIRECTION)
    assert found[0] == "3-1-2 コスト削減の推進"


def test_year_is_found_in_its_other_spelling(plan: Plan) -> None:
    assert total(plan, "平成31年度") == total(plan, "令和元年度") == total(plan, "2019年度")


def test_measure_filter_keeps_only_that_measure(plan: Plan) -> None:
    measure = Measure.objects.get(policy__plan=plan, policy__number=1, number=2)
    result = search.find("モバイル", plan=plan, measure=measure)
    assert {group.kind for group in result.groups} <= {
        DocumentKind.MEASURE,
        DocumentKind.DIRECTION,
        DocumentKind.FIGURE,
    }
    assert 0 < result.total < total(plan, "モバイル")


def test_each_kind_shows_its_best_and_says_how_many_more(plan: Plan) -> None:
    group = next(group for group in search.find("情報", plan=plan).groups if group.kind == DocumentKind.SECTION)
    assert (len(group.hits), group.has_more) == (HITS_A_KIND, True)


def test_pages_of_one_kind_show_every_hit_once(plan: Plan) -> None:
    kind = DocumentKind.DIRECTION
    first = search.find("の", plan=plan, kind=kind)
    pages = [search.find("の", plan=plan, kind=kind, page=page) for page in range(1, first.groups[0].pages + 1)]
    paths = [hit.path for page in pages for hit in page.groups[0].hits]
    assert sorted(paths) == sorted(
        SearchDocument.objects.filter(plan=plan, kind=kind, folded__contains="の").values_list("path", flat=True)
    )


@pytest.mark.parametrize("query", ["", "   ", "・", "\x00", "　"])
def test_nothing_to_look_for_searches_nothing(plan: Plan, query: str) -> None:
    result = search.find(query, plan=plan)
    assert (result.words, result.groups, result.total) == ((), (), 0)


@pytest.mark.parametrize("query", ["%", "_", "'; DROP TABLE plan_plan; --", "<script>", "\\", '"', "(", "[^", "*"])
def test_signs_of_other_languages_are_plain_text(plan: Plan, query: str) -> None:
    expected = SearchDocument.objects.filter(plan=plan)
    result = search.find(query, plan=plan)
    assert result.total < expected.count()


def test_of_what_very_many_documents_contain_the_first_are_shown(
    plan: Plan, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    whole = search.find("情報", plan=plan)
    monkeypatch.setattr(finding, "MOST_RANKED", 20)
    few = search.find("情報", plan=plan)
    site = sum(group.total for group in few.groups if group.kind == DocumentKind.SITE)
    assert (whole.has_more, few.has_more, few.total) == (False, True, 20 + site)
    assert f"<strong>{few.total}件以上</strong>" in client.get("/search/?q=情報").content.decode()


def test_too_long_query_is_cut_and_says_so(plan: Plan) -> None:
    assert search.find("情報化" * 500, plan=plan).shortened is True


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.text(max_size=120))
def test_nothing_typed_is_an_error(plan: Plan, query: str) -> None:
    result = search.find(query, plan=plan)
    assert result.total == sum(group.total for group in result.groups)


@given(text=st.text(max_size=200), needle=st.text(min_size=1, max_size=5))
def test_highlighting_changes_no_character(text: str, needle: str) -> None:
    assert "".join(piece.text for piece in highlight(text, [needle])) == text


def test_excerpt_surrounds_the_first_place() -> None:
    pieces = excerpt("あ" * 300 + "防災" + "い" * 300, ["防災"])
    assert [piece.text for piece in pieces if piece.marked] == ["防災"]
    assert (pieces[0].text, pieces[-1].text) == ("…", "…")


def test_every_root_has_one_document(plan: Plan) -> None:
    counts = {
        kind: SearchDocument.objects.filter(plan=plan, kind=kind).count()
        for kind in (DocumentKind.POLICY, DocumentKind.MEASURE, DocumentKind.DIRECTION, DocumentKind.TERM)
    }
    assert counts == {
        DocumentKind.POLICY: 3,
        DocumentKind.MEASURE: 7,
        DocumentKind.DIRECTION: 23,
        DocumentKind.TERM: 23,
    }


def test_refresh_equals_rebuild(plan: Plan) -> None:
    item = DirectionItem.objects.filter(direction__measure__policy__plan=plan).first()
    assert item is not None
    item.text = "まったく新しい文で、ワンストップという用語を含みます。"
    item.save()
    search.refresh(item.direction)

    def state() -> tuple[set[tuple[str, str]], set[tuple[int, str]]]:
        documents = set(SearchDocument.objects.filter(plan=plan).values_list("path", "folded"))
        uses = set(TermUse.objects.filter(document__plan=plan).values_list("term__number", "document__path"))
        return documents, uses

    refreshed = state()
    search.rebuild(plan)
    assert refreshed == state()
    assert (2, item.direction.get_absolute_url()) in refreshed[1]


def test_a_new_title_of_a_measure_is_found_on_the_page_of_its_policy(plan: Plan) -> None:
    measure = Measure.objects.get(policy__plan=plan, policy__number=1, number=2)
    old = measure.title
    measure.title = "まったく新しい題名"
    measure.save()
    search.refresh(measure)
    assert titles(search.find("まったく新しい題名", plan=plan), DocumentKind.POLICY) == [str(measure.policy)]
    assert titles(search.find(old, plan=plan), DocumentKind.POLICY) == []


def test_a_past_effort_that_moved_is_found_at_its_new_measure_only(plan: Plan) -> None:
    effort = PastEffort.objects.get(measure__policy__plan=plan, title="スマートシティの推進")
    effort.title = "まったく新しい小見出し"
    effort.save()
    search.refresh(effort)
    assert titles(search.find(effort.title, plan=plan), DocumentKind.MEASURE) == [str(effort.measure)]
    effort.measure = Measure.objects.get(policy__plan=plan, policy__number=3, number=2)
    effort.save()
    search.refresh(effort)
    assert titles(search.find(effort.title, plan=plan), DocumentKind.MEASURE) == [str(effort.measure)]


def test_new_longer_term_takes_its_places_from_the_shorter(plan: Plan) -> None:
    portal = Term.objects.get(plan=plan, name="ポータルサイト")
    before = portal.uses.count()
    term = Term.objects.create(
        plan=plan, number=99, name="地域ポータルサイト", reading="ちいきぽーたるさいと", explanation="地域の入口。"
    )
    search.refresh(term)
    assert term.uses.count() > 0
    assert portal.uses.count() < before


def test_pages_about_the_site_are_found(plan: Plan) -> None:
    assert titles(search.find("アクセシビリティ 方針", plan=plan), DocumentKind.SITE) == ["ウェブアクセシビリティ方針"]
    only = search.find("オープンデータ", plan=plan, kind=DocumentKind.SITE)
    assert [(group.kind, group.total) for group in only.groups] == [(DocumentKind.SITE, 1)]


def test_forgotten_row_is_not_found(plan: Plan) -> None:
    direction = Direction.objects.get(title="コスト削減の推進")
    search.forget(direction)
    assert titles(search.find("コスト削減の推進", plan=plan), DocumentKind.DIRECTION) == []


def test_a_search_takes_two_queries_however_much_is_found(
    plan: Plan, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    search.find("の", plan=plan)  # what is listed is kept
    with django_assert_num_queries(2 + 1):  # and the content version, which a request has read already
        search.find("の", plan=plan)
