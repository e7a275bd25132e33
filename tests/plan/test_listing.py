"""What the address of a list asks for."""

import pytest

from plan.models import SearchDocument, Term
from plan.queries.listing import Asked, containing


def test_only_known_parameters_count_and_are_kept_in_links() -> None:
    asked = Asked.of(
        {"measure": "1-1", "secret": "x", "q": " 公開 ", "sort": "-code", "page": "3"}, ["measure", "year"]
    )
    assert (asked.words, dict(asked.values), asked.query) == (
        "公開",
        {"measure": "1-1"},
        "measure=1-1&q=%E5%85%AC%E9%96%8B&sort=-code&",
    )
    assert Asked.of({"measure": ""}, ["measure"]).query == ""


def test_values_are_cut_and_hold_no_nul() -> None:
    asked = Asked.of({"measure": "\x00" + "1" * 500, "q": "\x00"}, ["measure"])
    assert (asked.values["measure"], asked.words) == ("1" * 100, "")


@pytest.mark.parametrize(
    ("sort", "states"),
    [
        ("", [("-code", "ascending"), ("title", "")]),
        ("-code", [("code", "descending"), ("title", "")]),
        ("title", [("code", ""), ("-title", "ascending")]),
    ],
)
def test_heads_turn_the_order_round(sort: str, states: list[tuple[str, str]]) -> None:
    asked = Asked.of({"sort": sort}, [])
    heads = [asked.head("コード", "code", first=True), asked.head("題名", "title")]
    assert [(head.value, head.direction) for head in heads] == states


def test_unknown_order_is_the_first_one() -> None:
    orders = {"code": ("code",), "-code": ("-code",)}
    assert (Asked.of({"sort": "pk; drop"}, []).order(orders), Asked.of({"sort": "-code"}, []).order(orders)) == (
        ("code",),
        ("-code",),
    )


def test_filter_knows_what_was_chosen() -> None:
    select = Asked.of({"year": "2017"}, ["year"]).select(
        "year", "年度", "すべて", [("2016", "平成28"), ("2017", "平成29")]
    )
    assert select.chosen is not None
    assert (select.chosen.label, [option.is_chosen for option in select.options]) == ("平成29", [False, True])


@pytest.mark.django_db
@pytest.mark.parametrize("is_narrowed", [False, True])
def test_words_are_found_as_the_search_finds_them(is_narrowed: bool) -> None:
    term = Term.objects.get(plan__slug="2016", name="クラウド")
    assert SearchDocument.objects.filter(source_model="plan.term", source_id=term.pk).exists()
    terms = Term.objects.all()
    assert term in containing(terms, "くらうど", is_narrowed=is_narrowed)
    assert term not in containing(terms, "クラウド ありえないことば", is_narrowed=is_narrowed)
    assert set(containing(terms, " ", is_narrowed=is_narrowed)) == set(terms)
