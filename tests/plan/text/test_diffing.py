from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plan.text import diffing
from plan.text.diffing import Piece, word_diff

SENTENCES = st.lists(
    st.sampled_from(
        [
            "情報化",
            "推進",
            "を",
            "します",
            "した",
            "クラウド",
            "ICT",
            "28",
            "1,234",
            "、",
            "。",
            "\n",
            " ",
            "\r\n",
            "・",
        ]
    ),
    max_size=30,
).map("".join)
TEXTS = st.one_of(SENTENCES, st.text(max_size=40))


def short(pieces: list[Piece]) -> str:
    signs = {"same": "", "removed": "-", "added": "+"}
    return "".join(f"[{signs[p.kind]}{p.text}]" if p.kind != "same" else p.text for p in pieces)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "", ""),
        ("同じ", "同じ", "同じ"),
        ("", "新しい", "[+新しい]"),
        ("古い", "", "[-古い]"),
        ("平成28年度に策定", "平成29年度に策定", "平成[-28][+29]年度に策定"),
        ("市民にスマートフォンで届ける", "市民にタブレットで届ける", "市民に[-スマートフォン][+タブレット]で届ける"),
        ("計画を策定します。", "計画を新たに策定します。", "計画を[+新たに]策定します。"),
        ("予算は1,200円", "予算は1,300円", "予算は[-1,200][+1,300]円"),
        ("一つ目。\n二つ目。\n", "一つ目。\n", "一つ目。\n[-二つ目。\n]"),
        # A lone particle between two replaced words belongs to the change.
        ("電子と申請", "情報と発信", "[-電子と申請][+情報と発信]"),
        ("前。後。", "今。昔。", "[-前][+今]。[-後][+昔]。"),
    ],
)
def test_changes_are_shown_by_the_word(before: str, after: str, expected: str) -> None:
    assert short(word_diff(before, after)) == expected


def test_a_paragraph_too_long_to_compare_is_replaced_in_whole() -> None:
    before, after = "は、" * diffing.MAX_TOKENS, "が、" * diffing.MAX_TOKENS
    assert word_diff(f"前\n{before}\n後", f"前\n{after}\n後") == [
        Piece("same", "前\n"),
        Piece("removed", before + "\n"),
        Piece("added", after + "\n"),
        Piece("same", "後"),
    ]


@given(TEXTS, TEXTS)
@settings(max_examples=100)
def test_the_pieces_join_to_the_two_texts(before: str, after: str) -> None:
    pieces = word_diff(before, after)
    assert "".join(p.text for p in pieces if p.kind != "added") == before
    assert "".join(p.text for p in pieces if p.kind != "removed") == after


@given(TEXTS, TEXTS)
@settings(max_examples=100)
def test_no_piece_is_empty_and_neighbours_differ_in_kind(before: str, after: str) -> None:
    pieces = word_diff(before, after)
    assert all(piece.text for piece in pieces)
    assert all(one.kind != following.kind for one, following in pairwise(pieces))
