import pytest
from hypothesis import given
from hypothesis import strategies as st

from plan.figures.wrapping import NO_LINE_END, NO_LINE_START, width, wrap


@pytest.mark.parametrize(
    ("text", "limit", "lines"),
    [
        ("", 10, ()),
        ("   ", 10, ()),
        ("市政だより", 10, ("市政だより",)),
        ("市政だより\n第2号", 20, ("市政だより 第2号",)),
        (
            "緊急・災害情報（地震など自然災害の発生状況、避難所情報、安否情報など）",
            19.2,
            ("緊急・災害情報（地震など自然災害の", "発生状況、避難所情報、安否情報など）"),
        ),
        ("川崎市情報化推進プログラム（2014-2015）", 19.2, ("川崎市情報化推進", "プログラム（2014-2015）")),
        ("新たな総合計画 第2期実施計画（想定）", 16, ("新たな総合計画", "第2期実施計画（想定）")),
        ("ABCDEFGHIJ", 3, ("ABCDE", "FGHIJ")),
    ],
)
def test_labels_break_where_a_reader_would_break_them(text: str, limit: float, lines: tuple[str, ...]) -> None:
    assert wrap(text, limit) == lines


def test_wide_characters_count_as_one_em() -> None:
    assert width("図A") == pytest.approx(1.58)


@given(st.text(alphabet="市民アンケートのABC123、。（）「」・ ー", max_size=80), st.integers(4, 20))
def test_no_line_is_wider_than_the_limit_and_nothing_is_lost(text: str, limit: int) -> None:
    lines = wrap(text, limit)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert [line for line in lines if width(line) > limit] == []


@given(st.text(alphabet="市民の情報。、）」", max_size=60))
def test_no_line_begins_with_closing_punctuation_that_could_stand_on_the_line_before(text: str) -> None:
    lines = wrap(text, 40)
    assert [line for line in lines[1:] if line[0] in NO_LINE_START] == []
    assert [line for line in lines[:-1] if line[-1] in NO_LINE_END] == []
