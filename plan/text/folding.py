"""Folding: one comparable form for the many ways of writing a Japanese word.

Full and half width, upper and lower case, hiragana and katakana, spaces and
middle dots inside a word, and the many hyphens all fold to the same text.
The long-vowel mark ー is a letter and stays.
"""

import sys
import unicodedata
from functools import lru_cache

_KATAKANA_TO_HIRAGANA = {code: code - 0x60 for code in (*range(0x30A1, 0x30F7), 0x30FD, 0x30FE)}
_HYPHENS = dict.fromkeys(map(ord, "‐‑‒–—―⁃−─━﹘"), "-")
# Zero-width characters and variation selectors (the two forms of 辻 or 葛): never part of a word's spelling.
_IGNORED = dict.fromkeys((0x00AD, *range(0x200B, 0x2010), 0x2060, 0xFEFF, *range(0xFE00, 0xFE10)))
_IGNORED |= dict.fromkeys(range(0xE0100, 0xE01F0))
_MIDDLE_DOTS = "・･·"
_FOLDING: dict[int, int | str | None] = {
    **_KATAKANA_TO_HIRAGANA,
    **_HYPHENS,
    **_IGNORED,
    **dict.fromkeys(map(ord, _MIDDLE_DOTS)),
}
# A second pass composes what the first brought together (か゛ → か + space + ゙ → が). Two are enough for
# everything the tests try; the limit keeps hostile text from costing more.
_MAX_PASSES = 4
# Combining marks, among them the half-width ﾞ and ﾟ, which NFKC joins to their letter (ｶﾞ → ガ).
_JOINING = frozenset("ﾞﾟ") | {
    character for character in map(chr, range(0x300, sys.maxunicode + 1)) if unicodedata.combining(character)
}


def is_gap(character: str) -> bool:
    """Whether `character` may stand inside a word without changing it (a space or a middle dot)."""
    return character.isspace() or character in _MIDDLE_DOTS


def fold(text: str) -> str:
    """The comparable form of `text`: NFKC, case-folded, hiragana, without spaces and middle dots."""
    folded = "".join(map(_fold_cluster, text)) if _JOINING.isdisjoint(text) else ""
    # Most text holds no combining mark, before or after: nothing is left to join, and no offsets are asked for.
    if folded and _JOINING.isdisjoint(folded):
        return folded
    return fold_with_offsets(text)[0]


def fold_with_offsets(text: str) -> tuple[str, list[int]]:
    """Fold `text` and say where each character came from.

    Returns (folded, offsets) with len(offsets) == len(folded); offsets[i] is
    the index in `text` of the first character that folded[i] came from, and
    never decreases.
    """
    folded, offsets = _fold_once(text)
    for _ in range(_MAX_PASSES - 1):
        # Only a combining mark that came out of the first pass can still join its neighbour.
        if _JOINING.isdisjoint(folded):
            break
        again, positions = _fold_once(folded)
        if again == folded:
            break
        folded, offsets = again, [offsets[position] for position in positions]
    return folded, offsets


def _fold_once(text: str) -> tuple[str, list[int]]:
    if _JOINING.isdisjoint(text):
        pieces = list(map(_fold_cluster, text))
        return "".join(pieces), [index for index, piece in enumerate(pieces) for _ in piece]
    starts = [index for index, character in enumerate(text) if index == 0 or character not in _JOINING]
    clusters = [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]
    pieces = list(map(_fold_cluster, clusters))
    offsets = [start for start, piece in zip(starts, pieces, strict=True) for _ in piece]
    return "".join(pieces), offsets


@lru_cache(maxsize=8192)
def _fold_cluster(cluster: str) -> str:
    normal = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", cluster).casefold())
    return "".join(normal.translate(_FOLDING).split())
