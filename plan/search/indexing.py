"""Keeps the search index and the uses of glossary terms in step with the rows they are made of."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from django.db import transaction
from django.db.models import Model, Q

from plan.enums import DocumentKind
from plan.models import Plan, Policy, SearchDocument, Term, TermUse
from plan.search.sources import SOURCES, Document, Source
from plan.text.folding import fold
from plan.text.marker import Glossary, TermEntry

BATCH = 500
SOURCE_FIELDS = ["source_model", "source_id"]
OTHER_FIELDS = [
    field.name
    for field in SearchDocument._meta.concrete_fields
    if not field.primary_key and field.name not in SOURCE_FIELDS
]

Item = TypeVar("Item")


@transaction.atomic
def index(documents: Iterable[Document]) -> None:
    """Put documents into the index, each in place of the one its source had, and record the terms they use.

    A constant number of queries for each 500 documents, and one for each plan.
    """
    _record_uses(_stored(documents))


@transaction.atomic
def forget_sources(model: type[Model], ids: Iterable[int]) -> None:
    """Take the documents of these rows out of the index. A constant number of queries for each 500."""
    for batch in _batches(ids):
        SearchDocument.objects.filter(source_model=model._meta.label_lower, source_id__in=batch).delete()


@transaction.atomic
def rebuild(plan: Plan) -> None:
    """Make the plan's whole index anew: documents first, then the uses of terms in them."""
    SearchDocument.objects.filter(plan=plan).delete()
    index(_documents_of_plan(plan, SOURCES))


@transaction.atomic
def refresh(row: Model) -> None:
    """Bring the index up to date after `row` (any root) was saved.

    A change of a plan or policy touches the addresses and titles of everything
    below it, so all documents that follow the plan are made anew.
    """
    if isinstance(row, Plan):
        _refresh_plan(row)
    elif isinstance(row, Policy):
        _refresh_plan(row.plan)
    elif isinstance(row, Term):
        _refresh_documents([row])
        _refresh_uses_around(row)
    elif (source := SOURCES.get(type(row))) is not None:
        _refresh_documents([row, *source.names_it(row), *source.shown_in(row)])


@transaction.atomic
def forget(row: Model) -> None:
    """Take a row that is about to be deleted out of the index.

    Once it is gone, `refresh_around` brings the documents of others up to date.
    """
    if isinstance(row, Term):
        around = list(row.uses.values_list("document_id", flat=True))
        row.uses.all().delete()
        forget_sources(Term, [row.pk])
        _record_uses(SearchDocument.objects.filter(pk__in=around), without=row)
    else:
        forget_sources(type(row), [row.pk])


@transaction.atomic
def refresh_around(row: Model) -> None:
    """Bring the documents that named `row` or held its text up to date after it was deleted."""
    if (source := SOURCES.get(type(row))) is not None:
        _refresh_documents(source.shown_in(row))


def _refresh_plan(plan: Plan) -> None:
    following = {model: source for model, source in SOURCES.items() if source.follows_plan}
    labels = [model._meta.label_lower for model in following]
    SearchDocument.objects.filter(plan=plan, source_model__in=labels).delete()
    index(_documents_of_plan(plan, following))


def _refresh_documents(rows: Iterable[Model]) -> None:
    """Make the documents of `rows` anew; a row that the public may not find (any more) loses its own."""
    keys: dict[type[Model], list[int]] = defaultdict(list)
    for row in rows:
        keys[type(row)].append(row.pk)
    for model, wanted in keys.items():
        documents = list(_documents_of(SOURCES[model], wanted)) if model in SOURCES else []
        forget_sources(model, set(wanted) - {document.source.pk for document in documents})
        index(documents)


def _documents_of_plan(plan: Plan, sources: Mapping[type[Model], Source]) -> Iterator[Document]:
    for source in sources.values():
        if source.build is not None:
            for row in source.rows.filter(**{source.plan_path: plan.pk}).iterator(chunk_size=BATCH):
                yield source.build(row)


def _documents_of(source: Source, keys: Collection[int]) -> Iterator[Document]:
    if source.build is None:
        return
    for batch in _batches(keys):
        for row in source.rows.filter(pk__in=batch):
            yield source.build(row)


def _stored(documents: Iterable[Document]) -> Iterator[SearchDocument]:
    for batch in _batches(documents):
        rows = {(row.source_model, row.source_id): row for row in map(_row, batch)}
        yield from SearchDocument.objects.bulk_create(
            rows.values(), update_conflicts=True, unique_fields=SOURCE_FIELDS, update_fields=OTHER_FIELDS
        )


def _row(document: Document) -> SearchDocument:
    return SearchDocument(
        plan_id=document.plan_id,
        kind=document.kind,
        source_model=document.source._meta.label_lower,
        source_id=document.source.pk,
        measure_id=document.measure_id,
        title=document.title[:300],
        path=document.path,
        text=document.text,
        folded_title=document.folded_title,
        folded=document.folded,
        position=document.position,
    )


def _refresh_uses_around(term: Term) -> None:
    """Find a term's uses again wherever it was used or its spellings now stand.

    All terms of those documents are found again, because a longer term takes a
    place from a shorter one inside it.
    """
    spelled = Q(pk__in=term.uses.values("document_id"))
    for spelling in term.spellings:
        if folded := fold(spelling):
            spelled |= Q(folded__contains=folded)
    _record_uses(SearchDocument.objects.filter(spelled, plan=term.plan_id))


@dataclass(frozen=True)
class _PlanTerms:
    """The terms of a plan, ready to be found in its documents."""

    by_number: Mapping[int, Term]
    glossary: Glossary

    @classmethod
    def of(cls, plan_id: int, without: Term | None) -> "_PlanTerms":
        terms = [term for term in Term.objects.filter(plan=plan_id) if term != without]
        entries = (TermEntry(term.number, tuple(term.spellings)) for term in terms)
        return cls({term.number: term for term in terms}, Glossary(entries))

    def uses_in(self, document: SearchDocument) -> list[TermUse]:
        """What is to be recorded; a term does not use itself."""
        found: set[int] = set()
        self.glossary.find(document.text, found)
        terms = [self.by_number[number] for number in sorted(found)]
        own = document.source_id if document.kind == DocumentKind.TERM else None
        return [TermUse(term=term, document=document) for term in terms if term.pk != own]


def _record_uses(documents: Iterable[SearchDocument], without: Term | None = None) -> None:
    """Replace the recorded uses of all terms in `documents`."""
    known: dict[int, _PlanTerms] = {}
    for batch in _batches(documents):
        TermUse.objects.filter(document__in=[document.pk for document in batch]).delete()
        uses: list[TermUse] = []
        for document in batch:
            if document.plan_id not in known:
                known[document.plan_id] = _PlanTerms.of(document.plan_id, without)
            uses += known[document.plan_id].uses_in(document)
        TermUse.objects.bulk_create(uses)


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    remaining = iter(items)
    while batch := list(islice(remaining, BATCH)):
        yield batch
