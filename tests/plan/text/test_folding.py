import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plan.text.folding import fold, fold_with_offsets

# Characters that fold in special ways, so that random text meets them often.
JAPANESE = st.text(
    st.sampled_from("あがゔアガヴヽーｱｶﾞﾟ゛゙か・･ 　\n-‐―Ａa１1㈱㌔éÉßİ\u0345\u200b\ufe00漢※、"), max_size=30
)
ANY_TEXT = st.one_of(JAPANESE, st.text(max_size=30))


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("ＩＣＴ　ガバナンス", "ictがばなんす"),
        ("ICTガバナンス", "ictがばなんす"),
        ("ｶﾞﾊﾞﾅﾝｽ", "がばなんす"),
        ("デジタル・デバイド", "でじたるでばいど"),
        ("ﾃﾞｼﾞﾀﾙ･ﾃﾞﾊﾞｲﾄﾞ", "でじたるでばいど"),
        ("サーバー", "さーばー"),
        ("ICT‐BCP", "ict-bcp"),
        ("ICT―BCP", "ict-bcp"),
        ("ＩＣＴ－ＢＣＰ", "ict-bcp"),
        ("か゛", "が"),
        ("ヴァ", "ゔぁ"),
        ("㈱", "(株)"),
        ("Straße", "strasse"),
        ("葛\U000e0100城", "葛城"),
        ("", ""),
        (" 　\n・", ""),
    ],
)
def test_spellings_of_one_word_fold_to_one_text(written: str, folded: str) -> None:
    assert fold(written) == folded


def test_offsets_point_at_the_characters_the_folded_text_came_from() -> None:
    assert fold_with_offsets("Ｉ ｶﾞ㈱") == ("iが(株)", [0, 2, 4, 4, 4])


@given(ANY_TEXT)
@settings(max_examples=100)
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(ANY_TEXT)
@settings(max_examples=100)
def test_every_folded_character_has_an_offset_in_order_and_in_range(text: str) -> None:
    folded, offsets = fold_with_offsets(text)
    assert folded == fold(text)
    assert len(offsets) == len(folded)
    assert offsets == sorted(offsets)
    assert all(0 <= offset < len(text) for offset in offsets)
