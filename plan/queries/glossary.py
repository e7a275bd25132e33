"""The glossary: in 50音 order, by number, and where each term is used."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber

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
USES_OF_A_KIND = 20


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
    """The first documents of one kind that use a term, and how many there are."""

    kind: DocumentKind
    total: int
    documents: tuple[SearchDocument, ...]

    @property
    def label(self) -> str:
        return self.kind.label

    @property
    def further(self) -> int:
        return self.total - len(self.documents)


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
    """Where the term is used, by kind of document in the order of search; `USES_OF_A_KIND` each. Two queries."""
    using = SearchDocument.objects.filter(term_uses__term=term).order_by()
    totals = dict(using.values_list("kind").annotate(total=Count("pk")))
    place = Window(RowNumber(), partition_by="kind", order_by=[F("position").asc(), F("pk").asc()])
    first = using.only("kind", "title", "path", "position").annotate(place=place).filter(place__lte=USES_OF_A_KIND)
    documents = sorted(first, key=lambda document: (document.position, document.pk))
    return [
        UseGroup(kind, totals[kind.value], tuple(each for each in documents if each.kind == kind.value))
        for kind in DocumentKind
        if kind.value in totals
    ]


def term_of_the_day(terms: Sequence[Term], ordinal: int) -> Term | None:
    """A term that changes daily: `ordinal` is the day's number (`date.toordinal()`)."""
    return terms[ordinal % len(terms)] if terms else None
