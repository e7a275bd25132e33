"""Answers a query of the public search.

Cost: the time grows with the number of documents that contain the words, up to
`MOST_RANKED`. SQLite looks them up in an index of pairs of characters
(`plan.search.grams`), PostgreSQL a word of three or more characters in a
trigram index; there a shorter one is compared with each document's folded text
until `MOST_RANKED` are found. `make bench` measures both at 100 times the
plan's text.
"""

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Case, F, IntegerField, Q, QuerySet, TextField, Value, When, Window
from django.db.models.functions import Length, Replace, RowNumber

from plan.enums import DocumentKind
from plan.fiscal import spellings
from plan.models import Measure, Plan, SearchDocument
from plan.search.grams import narrowed
from plan.search.listed import ListedPage, matching
from plan.text.folding import fold, fold_with_offsets

MAX_QUERY = 100
MAX_WORDS = 10
HITS_A_KIND = 5
HITS_A_PAGE = 20
# Ranking reads every document that matches; of a word that thousands contain, the oldest are ranked.
MOST_RANKED = 1000
EXCERPT_BEFORE = 40
EXCERPT_LENGTH = 140

TITLE_IS, TITLE_BEGINS, TITLE_HAS = 3, 2, 1


@dataclass(frozen=True)
class Piece:
    """A stretch of shown text; `marked` where it is what was looked for."""

    text: str
    marked: bool


@dataclass(frozen=True)
class Hit:
    title: tuple[Piece, ...]
    path: str
    excerpt: tuple[Piece, ...]


@dataclass(frozen=True)
class Group:
    """The hits of one kind: the best of them (or one page), and how many there are."""

    kind: DocumentKind
    total: int
    hits: tuple[Hit, ...]
    pages: int = 1

    @property
    def has_more(self) -> bool:
        return self.total > len(self.hits)


@dataclass(frozen=True)
class SearchResult:
    """What is shown for a query.

    `words` are the words looked for as typed; `shortened` says that the query
    was longer than is searched; without words nothing was searched. `has_more`
    says that only the first `MOST_RANKED` documents were looked at.
    """

    query: str
    words: tuple[str, ...]
    shortened: bool
    groups: tuple[Group, ...] = ()
    page: int = 1
    total: int = 0
    has_more: bool = False


def find(
    query: str,
    *,
    plan: Plan,
    measure: Measure | None = None,
    kind: DocumentKind | None = None,
    page: int = 1,
) -> SearchResult:
    """Find the documents of `plan` that contain every word of `query`.

    Width, case, kana and white space are folded; a year is found in any of its
    spellings. Without `kind` each kind shows its best hits; with it, one page
    of that kind. Takes two database queries whatever is found, beside those of
    listed pages; never raises for anything typed.
    """
    words, shortened = _words(query)
    alternatives = [_alternatives(word) for word in words]
    if not alternatives:
        return SearchResult(query, (), shortened)
    documents = _matching(SearchDocument.objects.filter(plan=plan), alternatives)
    if measure is not None:
        documents = documents.filter(measure=measure)
    if kind is not None:
        documents = documents.filter(kind=kind)
    found = dict(documents.values_list("pk", "kind")[:MOST_RANKED])
    listed = matching(plan, alternatives, kind) if measure is None else {}
    totals = Counter(found.values()) + Counter({of.value: len(pages) for of, pages in listed.items()})
    per_kind = HITS_A_PAGE if kind else HITS_A_KIND
    page = max(1, min(page, -(-max(totals.values(), default=1) // per_kind)))
    first = (page - 1) * per_kind
    ranked = SearchDocument.objects.filter(pk__in=found)
    shown: Sequence[SearchDocument | ListedPage]
    best = _best_of_each_kind(ranked, alternatives, first=first, count=per_kind)
    groups = []
    for of in _ordered(totals):
        shown = listed[of][first : first + per_kind] if of in listed else [row for row in best if row.kind == of.value]
        groups.append(_group(of, totals[of.value], shown, alternatives, per_kind))
    total = sum(group.total for group in groups)
    return SearchResult(query, tuple(words), shortened, tuple(groups), page, total, len(found) == MOST_RANKED)


def _words(query: str) -> tuple[list[str], bool]:
    """The distinct words to look for, and whether the query had to be cut."""
    cleaned = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in query).strip()
    words = list(dict.fromkeys(word for word in cleaned[:MAX_QUERY].split() if fold(word)))
    return words[:MAX_WORDS], len(cleaned) > MAX_QUERY or len(words) > MAX_WORDS


def _alternatives(word: str) -> tuple[str, ...]:
    """The folded word, and the other spellings of a year in it."""
    return tuple(dict.fromkeys(folded for text in (word, *spellings(word)) if (folded := fold(text))))


def _matching(documents: QuerySet[SearchDocument], alternatives: Sequence[tuple[str, ...]]) -> QuerySet[SearchDocument]:
    """Those that contain every word in one of its spellings, oldest first."""
    documents = narrowed(documents, alternatives)
    for spelled in alternatives:
        contains = Q()
        for folded in spelled:
            contains |= Q(folded__contains=folded)
        documents = documents.filter(contains)
    return documents


def _best_of_each_kind(
    matching: QuerySet[SearchDocument], alternatives: Sequence[tuple[str, ...]], *, first: int, count: int
) -> list[SearchDocument]:
    """Rank by where the first word stands in the title, then by how often in the text, then by the plan's order."""
    word = alternatives[0][0]
    occurrences = (
        Length("folded") - Length(Replace("folded", Value(word), Value(""), output_field=TextField()))
    ) / len(word)
    ranked = matching.annotate(
        in_title=Case(
            When(folded_title=word, then=TITLE_IS),
            When(folded_title__startswith=word, then=TITLE_BEGINS),
            When(folded_title__contains=word, then=TITLE_HAS),
            default=0,
            output_field=IntegerField(),
        ),
        occurrences=occurrences,
    ).annotate(
        rank=Window(
            RowNumber(),
            partition_by="kind",
            order_by=[F("in_title").desc(), F("occurrences").desc(), F("position").asc(), F("pk").asc()],
        )
    )
    return list(ranked.filter(rank__gt=first, rank__lte=first + count).order_by("rank"))


def _ordered(totals: Mapping[str, int]) -> list[DocumentKind]:
    return [kind for kind in DocumentKind if kind.value in totals]


def _group(
    kind: DocumentKind,
    total: int,
    shown: Sequence[SearchDocument | ListedPage],
    alternatives: Sequence[tuple[str, ...]],
    per_kind: int,
) -> Group:
    needles = [folded for spelled in alternatives for folded in spelled]
    hits = tuple(Hit(highlight(each.title, needles), each.path, excerpt(each.text, needles)) for each in shown)
    return Group(kind, total, hits, -(-total // per_kind))


def highlight(text: str, needles: Sequence[str]) -> tuple[Piece, ...]:
    """Cut `text` into pieces, marking every place whose folded form is a needle."""
    pieces: list[Piece] = []
    done = 0
    for start, end in _places(text, needles):
        if start > done:
            pieces.append(Piece(text[done:start], marked=False))
        pieces.append(Piece(text[start:end], marked=True))
        done = end
    if done < len(text):
        pieces.append(Piece(text[done:], marked=False))
    return tuple(pieces)


def excerpt(text: str, needles: Sequence[str]) -> tuple[Piece, ...]:
    """About a line and a half of `text` around the first needle, with all needles marked."""
    flat = " ".join(text.split())
    places = _places(flat, needles)
    start = max(0, places[0][0] - EXCERPT_BEFORE) if places else 0
    end = min(len(flat), start + EXCERPT_LENGTH)
    pieces = list(highlight(flat[start:end], needles))
    if start > 0:
        pieces.insert(0, Piece("…", marked=False))
    if end < len(flat):
        pieces.append(Piece("…", marked=False))
    return tuple(pieces)


def _places(text: str, needles: Sequence[str]) -> list[tuple[int, int]]:
    """The spans of `text` that fold to a needle, merged where they touch, in order."""
    folded, offsets = fold_with_offsets(text)
    spans = []
    for needle in needles:
        at = folded.find(needle)
        while at >= 0:
            last = at + len(needle) - 1
            spans.append((offsets[at], offsets[last] + 1))
            at = folded.find(needle, last + 1)
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
