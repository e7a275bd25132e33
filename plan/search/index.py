"""Keeps the search index and the uses of glossary terms in step with the plan's rows."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Model, Q

from plan.enums import DocumentKind
from plan.models import (
    Direction,
    Measure,
    PastEffort,
    Plan,
    Policy,
    Question,
    SearchDocument,
    Survey,
    Term,
    TermUse,
)
from plan.search.documents import Document, documents_of_plan, sources
from plan.text.folding import fold
from plan.text.marker import Glossary, TermEntry

BATCH = 500


@transaction.atomic
def rebuild(plan: Plan) -> None:
    """Make the plan's whole index anew: documents first, then the uses of terms in them."""
    SearchDocument.objects.filter(plan=plan).delete()
    rows = [_row(document) for document in documents_of_plan(plan)]
    SearchDocument.objects.bulk_create(rows, batch_size=BATCH)
    _record_uses(plan.pk, SearchDocument.objects.filter(plan=plan))


@transaction.atomic
def refresh(row: Model) -> None:
    """Bring the index up to date after `row` (any editable root of the plan) was saved.

    A change of a plan or policy touches the addresses and titles of everything
    below it, so the whole plan is made anew.
    """
    if isinstance(row, Plan):
        rebuild(row)
    elif isinstance(row, Policy):
        rebuild(row.plan)
    elif isinstance(row, Term):
        _refresh_documents([row])
        _refresh_uses_around(row)
    else:
        _refresh_documents(_affected(row))


@transaction.atomic
def forget(row: Model) -> None:
    """Take a row that is about to be deleted out of the index."""
    if isinstance(row, PastEffort):
        refresh(row.measure)
        return
    found = SearchDocument.objects.filter(source_model=row._meta.label_lower, source_id=row.pk)
    if isinstance(row, Term):
        around = list(row.uses.values_list("document_id", flat=True))
        row.uses.all().delete()
        found.delete()
        _record_uses(row.plan_id, SearchDocument.objects.filter(pk__in=around), without=row)
        return
    found.delete()


def _affected(row: Model) -> list[Model]:
    """The rows whose documents show something of `row`."""
    if isinstance(row, PastEffort):
        return [row.measure]
    if isinstance(row, Measure):
        return [row, *Direction.objects.filter(measure=row)]
    if isinstance(row, Survey):
        return [row, *Question.objects.filter(survey=row)]
    return [row]


def _row(document: Document) -> SearchDocument:
    folded_title = "\n".join(fold(text) for text in (document.title, *document.aliases))
    return SearchDocument(
        plan_id=document.plan_id,
        kind=document.kind,
        source_model=document.source._meta.label_lower,
        source_id=document.source.pk,
        measure_id=document.measure_id,
        title=document.title[:300],
        path=document.path,
        text=document.text,
        folded_title=folded_title,
        # fold() leaves no line break, so a query can never match across the joint.
        folded=f"{folded_title}\n" + "\n".join(fold(line) for line in document.text.splitlines()),
        position=document.position,
    )


def _refresh_documents(rows: Iterable[Model]) -> None:
    known = sources()
    fresh: list[SearchDocument] = []
    for row in rows:
        source = known.get(type(row))
        if source is None:
            continue
        current = source.rows.get(pk=row.pk)
        fresh.append(_row(source.build(current)))
    for document in fresh:
        stored, _ = SearchDocument.objects.update_or_create(
            source_model=document.source_model,
            source_id=document.source_id,
            defaults={
                field.name: getattr(document, field.name)
                for field in SearchDocument._meta.concrete_fields
                if field.name not in {"id", "source_model", "source_id"}
            },
        )
        _record_uses(stored.plan_id, SearchDocument.objects.filter(pk=stored.pk))


def _refresh_uses_around(term: Term) -> None:
    """Find a term's uses again wherever it was used or its spellings now stand.

    All terms of those documents are found again, because a longer term takes a
    place from a shorter one inside it.
    """
    spelled = Q(pk__in=term.uses.values("document_id"))
    for spelling in term.spellings:
        if folded := fold(spelling):
            spelled |= Q(folded__contains=folded)
    _record_uses(term.plan_id, SearchDocument.objects.filter(spelled, plan=term.plan_id))


def _record_uses(plan_id: int, documents: Iterable[SearchDocument], without: Term | None = None) -> None:
    """Replace the recorded uses of all terms in `documents`."""
    terms = {term.number: term for term in Term.objects.filter(plan=plan_id) if term != without}
    glossary = Glossary(TermEntry(term.number, tuple(term.spellings)) for term in terms.values())
    documents = list(documents)
    TermUse.objects.filter(document__in=[document.pk for document in documents]).delete()
    uses = []
    for document in documents:
        found: set[int] = set()
        glossary.find(document.text, found)
        if document.kind == DocumentKind.TERM:
            found -= {number for number, term in terms.items() if term.pk == document.source_id}
        uses += [TermUse(term=terms[number], document=document) for number in sorted(found)]
    TermUse.objects.bulk_create(uses, batch_size=BATCH)
