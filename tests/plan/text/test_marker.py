import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plan.text.folding import fold
from plan.text.marker import Glossary, Match, TermEntry

TERMS = (
    TermEntry(1, ("クラウド", "クラウドコンピューティング")),
    TermEntry(5, ("HDD",)),
    TermEntry(7, ("自治体クラウド",)),
    TermEntry(8, ("デジタル・デバイド",)),
    TermEntry(11, ("ICTガバナンス",)),
    TermEntry(14, ("アーカイブ",)),
    TermEntry(17, ("EV",)),
    TermEntry(23, ("eラーニング",)),
)
GLOSSARY = Glossary(TERMS)
WORDS = st.sampled_from(
    [*(s for t in TERMS for s in t.spellings), "ＥＶ", "ict ガバナンス", "ｸﾗｳﾄﾞ", "㍿", " ", "※1", "A", "_"]
)
TEXTS = st.one_of(st.lists(WORDS | st.text(max_size=3), max_size=12).map("".join), st.text(max_size=40))


def marked(text: str, seen: set[int] | None = None, glossary: Glossary = GLOSSARY) -> list[tuple[str, int]]:
    """The words found in `text` with their numbers."""
    return [(text[m.start : m.end], m.number) for m in glossary.find(text, set() if seen is None else seen)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("クラウドの大容量化", [("クラウド", 1)]),
        ("クラウド※1の大容量化", [("クラウド", 1)]),
        ("クラウドコンピューティング", [("クラウドコンピューティング", 1)]),
        ("ｸﾗｳﾄﾞの", [("ｸﾗｳﾄﾞ", 1)]),
        ("ICT ガバナンスの強化", [("ICT ガバナンス", 11)]),
        ("ＩＣＴ　ガバナンス の強化", [("ＩＣＴ　ガバナンス", 11)]),
        ("デジタルデバイドの解消", [("デジタルデバイド", 8)]),
        ("自治体クラウド", [("自治体クラウド", 7)]),
        ("情報のアーカイブ化", [("アーカイブ", 14)]),
        ("デジタルアーカイブ", [("アーカイブ", 14)]),
        ("電気自動車EVの普及", [("EV", 17)]),
        ("EV HDD", [("EV", 17), ("HDD", 5)]),
        ("ＥＶ・HDD", [("ＥＶ", 17), ("HDD", 5)]),
        ("EVENT", []),
        ("REV", []),
        ("EV2", []),
        ("EV_1", []),
        ("ＥＶＥＮＴ", []),
        ("ＲＥＶ", []),
        ("E V", [("E V", 17)]),
        ("The eラーニング", [("eラーニング", 23)]),
        ("seラーニング", []),
        ("EVENTのEV", [("EV", 17)]),
        ("", []),
        ("何もない", []),
    ],
)
def test_terms_are_found_as_they_are_written(text: str, expected: list[tuple[str, int]]) -> None:
    assert marked(text) == expected


def test_only_the_first_occurrence_is_found_and_later_texts_know_of_it() -> None:
    seen: set[int] = set()
    assert marked("クラウドとクラウド", seen) == [("クラウド", 1)]
    assert marked("クラウドとEV", seen) == [("EV", 17)]
    assert seen == {1, 17}


def test_a_seen_longer_term_still_covers_its_letters() -> None:
    assert marked("自治体クラウドと自治体クラウドとクラウド", {7}) == [("クラウド", 1)]
    assert GLOSSARY.find("自治体クラウドとクラウド", {7}) == [Match(8, 12, 1)]


def test_a_shorter_term_is_found_where_the_longer_one_has_no_border() -> None:
    glossary = Glossary([TermEntry(1, ("情報",)), TermEntry(2, ("情報IT",))])
    assert marked("情報ITS", glossary=glossary) == [("情報", 1)]


def test_the_first_term_has_a_spelling_that_two_share() -> None:
    assert marked("EV", glossary=Glossary([TermEntry(2, ("EV",)), TermEntry(3, ("ＥＶ",))])) == [("EV", 2)]


def test_a_term_is_not_found_inside_a_character() -> None:
    assert marked("㍿", glossary=Glossary([TermEntry(1, ("会社",)), TermEntry(2, ("株式",))])) == []
    assert marked("㍿", glossary=Glossary([TermEntry(1, ("株式会社",))])) == [("㍿", 1)]


def test_a_variation_selector_stays_with_its_character() -> None:
    text = "葛\U000e0100の里"
    assert marked(text, glossary=Glossary([TermEntry(1, ("葛",))])) == [("葛\U000e0100", 1)]


@pytest.mark.parametrize("terms", [[], [TermEntry(1, ())], [TermEntry(1, ("", " ・"))]])
def test_a_glossary_without_spellings_finds_nothing(terms: list[TermEntry]) -> None:
    assert marked("クラウド", glossary=Glossary(terms)) == []


def test_a_glossary_knows_its_numbers() -> None:
    assert [number for number in range(10) if number in GLOSSARY] == [1, 5, 7, 8]


@given(TEXTS)
@settings(max_examples=100)
def test_matches_are_apart_in_order_and_written_like_their_term(text: str) -> None:
    seen: set[int] = set()
    matches = GLOSSARY.find(text, seen)
    foldings = {(term.number, fold(spelling)) for term in TERMS for spelling in term.spellings}
    position, rebuilt = 0, ""
    for match in matches:
        assert position <= match.start < match.end <= len(text)
        assert (match.number, fold(text[match.start : match.end])) in foldings
        rebuilt += text[position : match.start] + text[match.start : match.end]
        position = match.end
    assert rebuilt + text[position:] == text
    assert sorted(seen) == sorted(match.number for match in matches)
