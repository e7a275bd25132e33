"""The glossary: in 50音 order, by number, and where each term is used."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from plan.enums import DocumentKind
from plan.models import Plan, SearchDocument, Term
from plan.prose import PlanGlossary
from plan.text.folding import fold

ROWS = (
    "あいうえお",
    "かきくけこ",
    "さしすせそ",
    "たちつてと",
    "なにぬねの",
    "はひふへほ",
    "まみむめも",
    "やゆよ",
    "らりるれろ",
    "わゐゑをん",
)
VOICED = str.maketrans(
    "がぎぐげござじずぜぞだぢづでどばびぶべぼぱぴぷぺぽゔぁぃぅぇぉっゃゅょゎ",
    "かきくけこさしすせそたちつてとはひふへほはひふへほうあいうえおつやゆよわ",
)
OTHER = "その他"


@dataclass(frozen=True)
class Row:
    """あ行, か行 …: `name` is its first kana (or その他), empty rows have no terms."""

    name: str
    terms: tuple[Term, ...]

    @property
    def anchor(self) -> str:
        return f"row-{[*(kana[0] for kana in ROWS), OTHER].index(self.name) + 1}"

    @property
    def label(self) -> str:
        return self.name if self.name == OTHER else f"{self.name}行"


@dataclass(frozen=True)
class UseGroup:
    """The documents of one kind that use a term."""

    label: str
    documents: tuple[SearchDocument, ...]


def glossary_of(plan: Plan) -> PlanGlossary:
    """The plan's terms by number and what marks them in text. One query."""
    terms = list(plan.terms.order_by("number"))
    for term in terms:
        term.plan = plan
    return PlanGlossary.of(plan, terms)


def reading_order(term: Term) -> tuple[str, str, int]:
    """50音 order: by reading without marks of voice, then with them."""
    reading = fold(term.reading) or fold(term.name)
    return (reading.translate(VOICED), reading, term.number)


def row_of(term: Term) -> str:
    """The row of the kana table that the reading begins in: あ, か … わ, or その他."""
    first = (reading_order(term)[0] or " ")[0]
    return next((row[0] for row in ROWS if first in row), OTHER)


def by_reading(terms: Iterable[Term]) -> list[Row]:
    """Every row of the kana table with its terms; その他 only where something is in it."""
    filed: dict[str, list[Term]] = {row[0]: [] for row in ROWS}
    for term in sorted(terms, key=reading_order):
        filed.setdefault(row_of(term), []).append(term)
    return [Row(name, tuple(found)) for name, found in filed.items()]


def uses_of(term: Term) -> list[UseGroup]:
    """Where the term is used, by kind of document in the order of search. One query."""
    order = {kind.value: at for at, kind in enumerate(DocumentKind)}
    documents = SearchDocument.objects.filter(term_uses__term=term).only("kind", "title", "path", "position")
    ordered = sorted(documents, key=lambda document: (order[document.kind], document.position, document.pk))
    return [
        UseGroup(DocumentKind(kind).label, tuple(found)) for kind, found in groupby(ordered, lambda each: each.kind)
    ]


def term_of_the_day(terms: Sequence[Term], ordinal: int) -> Term | None:
    """A term that changes daily: `ordinal` is the day's number (`date.toordinal()`)."""
    return terms[ordinal % len(terms)] if terms else None
