"""Finding the words of the glossary in running text."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from plan.text.folding import fold, fold_with_offsets, is_gap


@dataclass(frozen=True)
class TermEntry:
    """A term of the glossary: its number (※N) and every spelling it is found by."""

    number: int
    spellings: tuple[str, ...]


@dataclass(frozen=True)
class Match:
    """Where a term stands in a text: text[start:end] is the word as written there."""

    start: int
    end: int
    number: int


class Glossary:
    """The terms of a plan, ready to be found in text. Build it once and keep it.

    Spellings are compared folded, so width, case, kana and spaces inside the
    word do not matter. Where two terms share a spelling the first one given
    has it.

    A spelling is found inside a longer Japanese word too (アーカイブ in
    デジタルアーカイブ): Japanese has no word borders to go by, and the plan
    itself puts its footnote marks so (アーカイブ※14化). Where the longer word is
    a term of its own, the longer one wins. An edge of a spelling that is an
    ASCII letter or digit must be a word border: EV is not found in EVENT.
    """

    def __init__(self, terms: Iterable[TermEntry]) -> None:
        self._number_of: dict[str, int] = {}
        self.numbers: set[int] = set()
        for term in terms:
            self.numbers.add(term.number)
            for spelling in filter(None, map(fold, term.spellings)):
                self._number_of.setdefault(spelling, term.number)
        self._longest_first = sorted(self._number_of, key=lambda spelling: (-len(spelling), spelling))
        self._pattern = re.compile("|".join(map(re.escape, self._longest_first)))

    def __contains__(self, number: object) -> bool:
        return number in self.numbers

    def find(self, text: str, seen: set[int]) -> list[Match]:
        """The first occurrence in `text` of every term that is not in `seen`.

        Returns matches in order, none overlapping another, and adds their
        numbers to `seen`. A later occurrence of a term still covers its
        letters: クラウド is not found inside a second 自治体クラウド.
        """
        if not self._number_of:
            return []
        folded, offsets = fold_with_offsets(text)
        found: list[Match] = []
        position = 0
        while candidate := self._pattern.search(folded, position):
            spelling = self._spelling_at(candidate.start(), text, folded, offsets)
            if spelling is None:
                position = candidate.start() + 1
                continue
            position = candidate.start() + len(spelling)
            number = self._number_of[spelling]
            if number not in seen:
                seen.add(number)
                found.append(Match(*_span(candidate.start(), position, text, offsets), number))
        return found

    def _spelling_at(self, start: int, text: str, folded: str, offsets: list[int]) -> str | None:
        """The longest spelling that stands at folded[start:] between borders."""
        for spelling in self._longest_first:
            if folded.startswith(spelling, start) and _has_borders(start, start + len(spelling), text, offsets, folded):
                return spelling
        return None


def _span(start: int, end: int, text: str, offsets: list[int]) -> tuple[int, int]:
    """The part of `text` that folded[start:end] came from, without the gap that follows it."""
    last = offsets[end] if end < len(offsets) else len(text)
    while last - 1 > offsets[end - 1] and is_gap(text[last - 1]):
        last -= 1
    return offsets[start], last


def _has_borders(start: int, end: int, text: str, offsets: list[int], folded: str) -> bool:
    # One character may fold to several (㍿ → 株式会社); a match cannot begin or end inside it.
    if start > 0 and offsets[start - 1] == offsets[start]:
        return False
    if end < len(offsets) and offsets[end - 1] == offsets[end]:
        return False
    first, last = _span(start, end, text, offsets)
    # The neighbours are looked up in the text as written, where a space still parts two words.
    return not (
        (_is_ascii_word(folded[start]) and first > 0 and _is_ascii_word(text[first - 1]))
        or (_is_ascii_word(folded[end - 1]) and last < len(text) and _is_ascii_word(text[last]))
    )


def _is_ascii_word(character: str) -> bool:
    """An ASCII letter, digit or underscore, also in full width."""
    return all(part.isascii() and (part.isalnum() or part == "_") for part in unicodedata.normalize("NFKC", character))
