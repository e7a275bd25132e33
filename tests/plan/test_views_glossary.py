"""The glossary in both orders, and the page of a term."""

import re

import pytest
from django.test import Client

from plan import search
from plan.models import Plan, SearchDocument, Term, TermUse
from plan.queries.glossary import by_reading
from plan.text.markup import plain
from tests.plan.reading import items_of, links, main_of, part, words
from tests.plan.second_plan import make_plan

pytestmark = pytest.mark.django_db


def test_many_uses_of_a_term_lead_to_the_search(client: Client) -> None:
    plan = Plan.objects.get(slug="2016")
    term = Term.objects.filter(plan=plan).order_by("number")[0]
    made = [
        SearchDocument(
            plan=plan,
            kind="action",
            source_model="test",
            source_id=at,
            title=f"取組{at}",
            path=f"/x/{at}/",
            text=term.name,
            folded_title="",
            folded="",
            position=at,
        )
        for at in range(1, 24)
    ]
    documents = SearchDocument.objects.bulk_create(made)
    TermUse.objects.bulk_create(TermUse(term=term, document=document) for document in documents)
    page = client.get(term.get_absolute_url()).content.decode()
    assert re.findall(r'href="/x/(\d+)/"', page) == [str(at) for at in range(1, 21)]
    assert "ほかの3件を検索で見る" in page


def test_glossary_files_every_term_under_its_row(client: Client) -> None:
    page = main_of(client.get("/plans/2016/glossary/"))
    names = [re.sub(r" .*", "", item) for item in items_of(page, "dt")]
    rows = by_reading(Term.objects.filter(plan__slug="2016"))
    assert names == [term.name.split(" ")[0] for row in rows for term in row.terms]
    assert len(names) == 23


def test_jump_row_links_rows_with_terms_only(client: Client) -> None:
    page = main_of(client.get("/plans/2016/glossary/"))
    jump = re.search(r'<nav class="jump".*?</nav>', page, re.DOTALL)
    assert jump is not None
    assert [word.removesuffix("（用語なし）") for word in items_of(jump.group())] == list("あかさたなはまやらわ")
    targets = [url.removeprefix("#") for url in links(jump.group())]
    assert targets == re.findall(r'<section aria-labelledby="(row-[^"]*)"', page)


def test_by_number_is_in_the_order_of_the_footnotes(client: Client) -> None:
    page = main_of(client.get("/plans/2016/glossary/by-number/"))
    assert re.findall(r'<div class="terms-entry" id="term-(\d+)"', page) == [str(number) for number in range(1, 24)]


def test_term_page_says_everything_known_of_it(client: Client) -> None:
    term = Term.objects.get(plan__slug="2016", number=17)
    page = main_of(client.get("/plans/2016/glossary/17/"))
    assert items_of(page, "h1") == [term.name]
    assert plain(term.explanation) in words(page)
    assert f"原資料の頁{term.page}頁" in words(page)


def test_term_page_leads_to_every_place_that_uses_it(client: Client) -> None:
    term = Term.objects.get(plan__slug="2016", number=1)
    page = part(main_of(client.get("/plans/2016/glossary/1/")), "uses")
    used = {use.document.path for use in term.uses.select_related("document")}
    assert used
    assert set(links(page)) == used


def test_term_nobody_uses_says_so(client: Client) -> None:
    plan = Plan.objects.get(slug="2016")
    Term.objects.create(plan=plan, number=99, name="未使用語", reading="みしようご", explanation="見本です。")
    search.rebuild(plan)
    page = part(main_of(client.get("/plans/2016/glossary/99/")), "uses")
    assert "見つかりませんでした" in words(page)


def test_term_page_marks_other_terms_but_not_itself(client: Client) -> None:
    plan = make_plan()
    explanation = "デジタル化とは別の、電算化のこと。"
    Term.objects.create(plan=plan, number=2, name="電算化", reading="でんさんか", explanation=explanation)
    page = main_of(client.get("/plans/2021/glossary/2/"))
    assert re.findall(r'data-term="(\d+)">([^<]*)<', page) == [("1", "デジタル化")]


def test_neighbours_go_by_number(client: Client) -> None:
    neighbours = client.get("/plans/2016/glossary/2/").context["neighbours"]
    assert (neighbours.previous[1], neighbours.next[1]) == ("/plans/2016/glossary/1/", "/plans/2016/glossary/3/")


@pytest.mark.parametrize("number", ["0", "24", "99999999999999999999"])
def test_unknown_number_is_404(client: Client, number: str) -> None:
    assert client.get(f"/plans/2016/glossary/{number}/").status_code == 404
