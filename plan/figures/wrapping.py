"""Breaking Japanese labels into lines, since SVG text does not wrap by itself."""

import re
from unicodedata import east_asian_width

# A half-width character of the system fonts is a little wider than half an em.
HALF_WIDTH = 0.58
# 行頭禁則 and 行末禁則: what must not begin or end a line.
NO_LINE_START = "、。，．・：；？！）」』】〕〉》｝ーァィゥェォッャュョヮぁぃぅぇぉっゃゅょゎ々％～〜)]},.%:;!?"
NO_LINE_END = "（「『【〔〈《｛([{"
# What a reader takes for one word: ASCII, katakana, or kanji with the kana that follow them.
UNIT = re.compile(r"[!-~]+|\s+|[ァ-ヴー]+|[一-鿿々〇]+[ぁ-ん]*|[ぁ-ん]+|.", re.DOTALL)


def width(text: str) -> float:
    """The width of a text in em: full-width characters count 1."""
    return sum(1.0 if east_asian_width(character) in "WFA" else HALF_WIDTH for character in text)


def wrap(text: str, limit: float) -> tuple[str, ...]:
    """Lines of at most `limit` em, as even as the number of lines allows.

    Words stay whole unless they alone are longer than half a line; Japanese
    punctuation does not begin a line, opening brackets do not end one. White
    space, line breaks included, becomes one space. An empty text has no lines.
    """
    units = _units(" ".join(text.split()), limit)
    lines = _fill(units, limit)
    if len(lines) < 2:
        return lines
    narrower = max(sum(width(line) for line in lines) / len(lines), max(width(unit) for unit in units))
    while narrower < limit:
        even = _fill(units, narrower)
        if len(even) <= len(lines):
            return even
        narrower += 0.5
    return lines


def _units(text: str, limit: float) -> list[str]:
    """The pieces a line may be broken between."""
    units: list[str] = []
    for piece in UNIT.findall(text):
        glued = bool(units) and _belongs(units[-1][-1], piece[0])
        if glued and width(units[-1] + piece) <= limit:
            units[-1] += piece
        elif width(piece) > limit / (1 if piece.isascii() else 2):
            units.extend(piece)
        else:
            units.append(piece)
    return units


def _belongs(before: str, after: str) -> bool:
    """Whether no line may be broken between two characters: 「（あ」, 「い、」, 「第2」, 「2期」."""
    counter = (before.isdigit() and not after.isspace()) or (before == "第" and after.isdigit())
    return after in NO_LINE_START or before in NO_LINE_END or counter


def _fill(units: list[str], limit: float) -> tuple[str, ...]:
    lines: list[str] = []
    line = ""
    for unit in units:
        if line and width((line + unit).rstrip()) > limit:
            lines.append(line.strip())
            line = ""
        line += unit
    if line.strip():
        lines.append(line.strip())
    return tuple(lines)
