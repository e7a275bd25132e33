"""What a list of many rows is asked for by its address: filters, words, order and page."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from plan.models import SearchDocument
from plan.text.folding import fold

LONGEST_SHOWN = 100
MOST_WORDS = 5
ROWS_A_PAGE = 50
WORDS, SORT = "q", "sort"


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class Select:
    """A filter of the form: one of `options`, or everything."""

    name: str
    label: str
    everything: str
    options: tuple[Option, ...]

    @property
    def chosen(self) -> Option | None:
        return next((option for option in self.options if option.is_chosen), None)


@dataclass(frozen=True)
class Head:
    """A column head that sorts; `value` is what pressing it asks for, `direction` the value of aria-sort or ""."""

    label: str
    value: str
    direction: str
    is_number: bool = False

    @property
    def sign(self) -> str:
        return {"ascending": "▲", "descending": "▼"}.get(self.direction, "")


@dataclass(frozen=True)
class Asked:
    """The parameters of the address, cut to what they may be; unknown ones are left out."""

    words: str
    sort: str
    values: Mapping[str, str]

    @classmethod
    def of(cls, given: Mapping[str, str], names: Iterable[str]) -> "Asked":
        def value(name: str) -> str:
            return given.get(name, "").replace("\x00", "")[:LONGEST_SHOWN]

        return cls(value(WORDS).strip(), value(SORT), {name: value(name) for name in names if value(name)})

    @property
    def query(self) -> str:
        """The parameters without the page, encoded; "" where nothing is asked for, else ending in "&"."""
        pairs = {**self.values, WORDS: self.words, SORT: self.sort}
        text = urlencode({name: value for name, value in pairs.items() if value})
        return f"{text}&" if text else ""

    @property
    def is_filtered(self) -> bool:
        return bool(self.words or self.values)

    def select(self, name: str, label: str, everything: str, options: Iterable[tuple[str, str]]) -> Select:
        asked = self.values.get(name, "")
        return Select(name, label, everything, tuple(Option(value, text, value == asked) for value, text in options))

    def order(self, orders: Mapping[str, Sequence[Any]]) -> Sequence[Any]:
        """The ordering asked for, or the first one."""
        return orders.get(self.sort) or next(iter(orders.values()))

    def head(self, label: str, key: str, *, first: bool = False, is_number: bool = False) -> Head:
        """`key` sorts up and `-key` down; the `first` column is sorted up where nothing is asked for."""
        up = self.sort == key or (first and not self.sort)
        down = self.sort == f"-{key}"
        direction = "ascending" if up else "descending" if down else ""
        return Head(label, f"-{key}" if up else key, direction, is_number)


def folded_words(words: str) -> list[str]:
    """What a list looks for, as the search folds it."""
    return [folded for word in words.split()[:MOST_WORDS] if (folded := fold(word))]


def containing(rows: QuerySet[Any], words: str, key: str = "pk", *, is_narrowed: bool = False) -> QuerySet[Any]:
    """Those of `rows` whose document in the search index contains every word; folded as the search does.

    `key` is the lookup to the row that has the document. The documents know
    nothing of what is not public. Where filters have narrowed the rows, each of
    them is asked for its document: PostgreSQL reads the documents of all rows
    otherwise.
    """
    asked = folded_words(words)
    if not asked:
        return rows
    documents = SearchDocument.objects.filter(
        *(Q(folded__contains=folded) for folded in asked),
        source_model=rows.model._meta.label_lower,
        source_id=OuterRef(key),
    )
    if is_narrowed:
        return rows.alias(document=Subquery(documents.order_by().values("pk")[:1])).filter(document__isnull=False)
    return rows.filter(Exists(documents))


def page_of(rows: QuerySet[Any] | Sequence[Any], number: str | None, length: int = ROWS_A_PAGE) -> "Page[Any]":
    """50 rows; a page that is not there is the first or the last. Two queries at most."""
    return Paginator(rows, length).get_page(number)


def page_by_keys(rows: QuerySet[Any], number: str | None, length: int = ROWS_A_PAGE) -> "Page[Any]":
    """As `page_of`, for rows that are long: the keys are sorted, and the rows of one page read. Two queries."""
    page = Paginator(rows.values("pk"), length).get_page(number)
    page.object_list = list(rows.filter(pk__in=page.object_list))
    return page


def page_of_found(rows: QuerySet[Any], number: str | None) -> "Page[Any]":
    """As `page_of`, for rows that take long to find or to sort: that is done once, with their keys alone."""
    page = Paginator(list(rows.values_list("pk", flat=True)), ROWS_A_PAGE).get_page(number)
    shown = {row.pk: row for row in rows.filter(pk__in=page.object_list)}
    page.object_list = [shown[key] for key in page.object_list]
    return page
