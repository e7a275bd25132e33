"""Which characters a text loses when it is typed or brought in a file, and which it keeps."""

import pytest

from accounts.controls import one_line, without_controls

GONE = {
    "of old terminals": "\x00\x01\x07\x08\x0b\x0c\x0e\x1b\x1f\x7f\x80\x84\x86\x9f",
    "no characters": "\ufffe\uffff",
    "marks of direction": "\u061c\u200e\u200f",
    "embedding and overriding": "\u202a\u202b\u202c\u202d\u202e",
    "isolating": "\u2066\u2067\u2068\u2069",
}
STAYS = {
    "tabs and line breaks": "一行目\n二行目\t三\r\n四\x85五\u2028六\u2029七",
    "ideographic space": "川崎\u3000太郎",
    "no-break space": "10\xa0km",
    "a name in a variant of its sign": "葛\U000e0100城市、辻\ufe00",
    "an emoji joined of several": "👩\u200d💻と☎\ufe0f",
    "width of nothing between words": "情報\u200b化\u2060推進\ufeff",
    "dakuten apart, private signs": "か\u3099\ue000",
}


@pytest.mark.parametrize("signs", GONE.values(), ids=GONE)
def test_what_nobody_sees_goes(signs: str) -> None:
    assert [without_controls(f"前{sign}後") for sign in signs] == ["前後"] * len(signs)


@pytest.mark.parametrize("text", STAYS.values(), ids=STAYS)
def test_what_belongs_to_a_text_stays(text: str) -> None:
    assert without_controls(text) == text


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("川崎\u3000太郎", "川崎\u3000太郎"),
        ("一行目\n二行目\r\n三\x85四\u2028五\t六", "一行目 二行目 三 四 五 六"),
        ("\u202excod.exe\x07\n", "xcod.exe"),
    ],
)
def test_a_line_has_spaces_for_tabs_and_line_breaks(text: str, line: str) -> None:
    assert one_line(text) == line
