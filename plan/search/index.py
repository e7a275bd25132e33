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
    """Take a row that is about to be deleted out of the index.

    Once it is gone, `refresh_around` brings the documents of others up to date.
    """
    found = SearchDocument.objects.filter(source_model=row._meta.label_lower, source_id=row.pk)
    if isinstance(row, Term):
        around = list(row.uses.values_list("document_id", flat=True))
        row.uses.all().delete()
        found.delete()
        _record_uses(row.plan_id, SearchDocument.objects.filter(pk__in=around), without=row)
        return
    found.delete()


@transaction.atomic
def refresh_around(row: Model) -> None:
    """Bring the documents that named `row` or held its text up to date after it was deleted."""
    _refresh_documents(_shown_in(row))


def _shown_in(row: Model) -> list[Model]:
    """The other rows whose documents name `row` or hold its text: what it stands below, now or at any time before."""
    if isinstance(row, PastEffort):
        before = PastEffort.history.filter(id=row.pk).values("measure_id")
        return list(Measure.objects.filter(Q(pk=row.measure_id) | Q(pk__in=before)))
    if isinstance(row, Measure):
        before = Measure.history.filter(id=row.pk).values("policy_id")
        return list(Policy.objects.filter(Q(pk=row.policy_id) | Q(pk__in=before)))
    return []


def _affected(row: Model) -> list[Model]:
    """The rows whose documents show something of `row`, itself among them."""
    below: Iterable[Model] = ()
    if isinstance(row, Measure):
        below = Direction.objects.filter(measure=row)
    elif isinstance(row, Survey):
        below = Question.objects.filter(survey=row)
    return [row, *below, *_shown_in(row)]


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
    """Make the documents of `rows` anew; rows without a document of their own are passed over."""
    known = sources()
    fresh = [
        _row(source.build(source.rows.get(pk=row.pk))) for row in rows if (source := known.get(type(row))) is not None
    ]
    refreshed: list[SearchDocument] = []
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
        refreshed.append(stored)
    for plan_id in {document.plan_id for document in refreshed}:
        _record_uses(plan_id, [document for document in refreshed if document.plan_id == plan_id])


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
