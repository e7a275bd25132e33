"""What changed between two texts, in pieces a citizen can read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

Kind = Literal["same", "removed", "added"]

# Japanese is written without spaces; where the script changes is the nearest thing to a word border.
_TOKEN = re.compile(
    r"[\u3005-\u3007\u3400-\u9fff\uf900-\ufaff]+"  # kanji with 々〆〇
    r"|[\u3041-\u309f]+"  # hiragana
    r"|[\u30a1-\u30fa\u30fc-\u30ff\uff66-\uff9f]+"  # katakana with ー, without ・
    r"|[0-9０-９]+(?:[.,．，][0-9０-９]+)*"
    r"|[A-Za-zＡ-Ｚａ-ｚ]+"
    r"|[^\S\n]+"
    r"|.",
    re.DOTALL,
)
# Comparing costs the product of the lengths; above this many of both together all is replaced.
MAX_TOKENS = 4000
# Between two changes, an unchanged scrap this short only tears the sentence apart.
_SCRAP = 1


@dataclass(frozen=True)
class Piece:
    """A run of text that is in both, only in the older or only in the newer text."""

    kind: Kind
    text: str


def word_diff(before: str, after: str) -> list[Piece]:
    """The way from `before` to `after`, words at a time.

    Paragraphs (lines) are matched first, then the words of changed ones. The
    same and removed pieces joined are `before`; the same and added ones
    `after`. No piece is empty and no two neighbours are of one kind.
    """
    old_lines, new_lines = before.splitlines(keepends=True), after.splitlines(keepends=True)
    changes: list[tuple[str, str]] = []
    for old, new in _aligned(old_lines, new_lines):
        if old == new:
            changes.append((old, new))
        else:
            changes.extend(_without_scraps(list(_aligned(_TOKEN.findall(old), _TOKEN.findall(new)))))
    return _pieces(changes)


def _aligned(old: list[str], new: list[str]) -> Iterator[tuple[str, str]]:
    """Runs of `old` beside the runs of `new` that took their place; equal where nothing changed."""
    if len(old) + len(new) > MAX_TOKENS:
        yield "".join(old), "".join(new)
        return
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for _tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        yield "".join(old[old_from:old_to]), "".join(new[new_from:new_to])


def _without_scraps(changes: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Join two replacements that only an unchanged scrap keeps apart."""
    joined: list[tuple[str, str]] = []
    for index, (old, new) in enumerate(changes):
        between = 0 < index < len(changes) - 1
        is_scrap = between and old == new and len(old) <= _SCRAP and old not in "。\n"
        is_scrap = is_scrap and all(changes[index - 1]) and all(changes[index + 1])
        follows_change = bool(joined) and joined[-1][0] != joined[-1][1]
        if is_scrap or (follows_change and old != new):
            joined[-1] = (joined[-1][0] + old, joined[-1][1] + new)
        else:
            joined.append((old, new))
    return joined


def _pieces(changes: list[tuple[str, str]]) -> list[Piece]:
    pieces: list[Piece] = []
    removed = added = ""

    def close_change() -> None:
        nonlocal removed, added
        pieces.extend(Piece(kind, text) for kind, text in _both(removed, added) if text)
        removed = added = ""

    for old, new in changes:
        if old != new:
            removed, added = removed + old, added + new
            continue
        if removed or added:
            close_change()
        if pieces and pieces[-1].kind == "same":
            pieces[-1] = Piece("same", pieces[-1].text + old)
        elif old:
            pieces.append(Piece("same", old))
    close_change()
    return pieces


def _both(removed: str, added: str) -> tuple[tuple[Kind, str], tuple[Kind, str]]:
    return ("removed", removed), ("added", added)
