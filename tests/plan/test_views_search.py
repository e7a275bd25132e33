"""The search page: hits by kind, filters, and an answer to anything typed."""

from urllib.parse import urlencode

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests.plan.reading import items_of, links, main_of, words
from tests.plan.second_plan import make_plan

pytestmark = pytest.mark.django_db


def _page(client: Client, **asked: str) -> str:
    response = client.get("/search/", asked)
    assert response.status_code == 200
    return main_of(response)


def test_hits_are_grouped_by_kind_with_counts(client: Client) -> None:
    result = client.get("/search/", {"q": "防災"}).context["result"]
    page = _page(client, q="防災")
    assert items_of(page, "h2") == [f"{group.kind.label}（{group.total}件）" for group in result.groups]
    assert result.total == sum(group.total for group in result.groups) > 0


def test_what_was_looked_for_is_marked(client: Client) -> None:
    marked = items_of(_page(client, q="ぼうさい 防災"), "mark")
    assert marked == []
    assert set(items_of(_page(client, q="防災"), "mark")) == {"防災"}


def test_filter_by_measure_leaves_only_its_documents(client: Client) -> None:
    page = _page(client, q="情報", measure="1-3")
    hits = [url for url in links(page) if url.startswith("/plans/")]
    assert hits
    assert {url.split("/")[4][:3] for url in hits} <= {"1-3", "4-3"}
    assert "施策1-3の中で探しました。" in words(page)


def test_all_hits_of_a_kind_are_reached_page_by_page(client: Client) -> None:
    first = client.get("/search/", {"q": "の", "kind": "direction"}).context["groups"][0]
    second = client.get(f"/search/{first.next}").context["groups"][0]
    paths = [hit.path for group in (first, second) for hit in group.group.hits]
    assert (len(paths), len(set(paths))) == (first.group.total, first.group.total)
    assert (first.previous, second.next) == ("", "")


def test_nothing_found_says_so_and_helps(client: Client) -> None:
    page = _page(client, q="ぬるぽ")
    assert "「ぬるぽ」を探しました。見つかりませんでした。" in words(page)
    assert [url for url in links(page) if url.startswith("?q=")] != []


@pytest.mark.parametrize("query", ["", "   ", "・", "\x00"])
def test_nothing_to_look_for_asks_for_words(client: Client, query: str) -> None:
    assert client.get("/search/", {"q": query}).context["result"].words == ()


def test_a_query_that_is_cut_says_so(client: Client) -> None:
    assert "一部だけで検索しました" in words(_page(client, q="あ" * 500))


@pytest.mark.parametrize("asked", ["measure=9-9", "plan=none", "kind=none", "page=-1", "page=９", "page=" + "9" * 30])
def test_parameters_that_mean_nothing_are_left_aside(client: Client, asked: str) -> None:
    plain = client.get("/search/", {"q": "情報"}).context["result"]
    odd = client.get(f"/search/?{urlencode({'q': '情報'})}&{asked}").context["result"]
    assert (odd.total, odd.words) == (plain.total, plain.words)


def test_another_plan_is_searched_by_itself(client: Client) -> None:
    make_plan()
    page = _page(client, q="デジタル化", plan="2021")
    assert {url.split("/")[2] for url in links(page) if url.startswith("/plans/")} == {"2021"}


def test_an_unpublished_plan_is_never_searched(client: Client) -> None:
    make_plan(is_published=False)
    result = client.get("/search/", {"q": "次の施策", "plan": "2021"}).context["result"]
    assert [hit.path for group in result.groups for hit in group.hits if "/2021/" in hit.path] == []


class AnythingTyped(TestCase):
    @settings(max_examples=60, deadline=None)
    @given(query=st.text(max_size=120), measure=st.text(max_size=8), page=st.text(max_size=8))
    def test_is_answered(self, query: str, measure: str, page: str) -> None:
        asked = urlencode({"q": query, "measure": measure, "page": page}, errors="replace")
        assert Client().get(f"/search/?{asked}").status_code == 200
