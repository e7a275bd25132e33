"""Terms are marked once in each section, and a page knows which it used."""

import pytest

from plan.models import Figure, Plan, Term
from plan.prose import PlanGlossary, TermMarker, placed_numbers, shown
from plan.text.markup import FigureBlock, HtmlBlock

PLAN = Plan(slug="2016")
CLOUD = Term(plan=PLAN, number=1, name="クラウド", reading="くらうど", explanation="見本")
STOP = Term(plan=PLAN, number=2, name="ワンストップ", reading="わんすとっぷ", explanation="見本")
LINK = '<a class="term" href="/plans/2016/glossary/1/" data-term="1">クラウド</a>'


@pytest.fixture
def marker() -> TermMarker:
    return TermMarker(PlanGlossary.of(PLAN, [CLOUD, STOP]))


def test_a_term_is_marked_once_in_a_section_over_all_its_texts(marker: TermMarker) -> None:
    assert [marker.inline("クラウド"), marker.inline("クラウド")] == [LINK, "クラウド"]
    marker.section()
    assert marker.inline("クラウド") == LINK


def test_used_terms_are_those_of_the_whole_page_by_number(marker: TermMarker) -> None:
    marker.inline("ワンストップ")
    marker.section()
    marker.html("クラウド")
    assert marker.used_terms == [CLOUD, STOP]


def test_a_term_named_by_its_footnote_only_is_used_too(marker: TermMarker) -> None:
    marker.inline("仕組み※2")
    assert marker.used_terms == [STOP]


def test_without_terms_nothing_is_marked() -> None:
    marker = TermMarker(PlanGlossary.of(PLAN, []))
    assert (marker.inline("クラウド※1"), marker.used_terms) == ("クラウド※1", [])


def test_a_term_does_not_link_to_its_own_page() -> None:
    marker = TermMarker(PlanGlossary.of(PLAN, [CLOUD, STOP]).without(CLOUD))
    assert marker.inline("クラウド") == "クラウド"


def test_text_is_escaped(marker: TermMarker) -> None:
    assert marker.inline("<b>クラウド") == f"&lt;b&gt;{LINK}"


def test_figures_stand_where_the_text_puts_them(marker: TermMarker) -> None:
    rendered = marker.blocks("前\n\n{{図1-1}}\n\n後")
    assert [type(block) for block in rendered] == [HtmlBlock, FigureBlock, HtmlBlock]
    figure = Figure(number="1-1")
    assert placed_numbers(rendered) == ["1-1"]
    assert [piece.figure for piece in shown(rendered, {"1-1": figure})] == [None, figure, None]


def test_a_figure_the_plan_does_not_have_is_said_in_words(marker: TermMarker) -> None:
    assert shown(marker.blocks("{{図9-9}}"), {})[0].html == "<p>（図9-9は収録していません）</p>"


def test_typed_text_is_a_paragraph_a_line_and_its_signs_are_text(marker: TermMarker) -> None:
    html = marker.lines("1. クラウドを使います。\n\n# 見出しではない <b>\nクラウドは一度だけ。")
    assert html.count("<p>") == 3
    assert html.count('class="term"') == 1
    assert ("<p>1. <a" in html, "<p># 見出しではない &lt;b&gt;</p>" in html) == (True, True)
    assert marker.used_terms == [CLOUD]


def test_quoted_text_keeps_its_line_breaks_and_signs(marker: TermMarker) -> None:
    assert marker.quoted("**クラウド** \n<b>です") == f"**{LINK}** \n&lt;b&gt;です"
    assert marker.quoted("クラウド") == "クラウド"
