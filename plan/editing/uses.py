"""What hangs on a root: the texts that use a term, and the rows that would lose their parent."""

from django.db import models

from plan.editing.roots import ROOTS, content_fields, row_kinds, title_of
from plan.models import LoadedRow, Plan, SearchDocument, Term, TermUse
from plan.models.base import Versioned
from plan.text.marker import Glossary, TermEntry

DERIVED: tuple[type[models.Model], ...] = (SearchDocument, TermUse, LoadedRow)


def places_of(term: Term) -> list[str]:
    """The titles of the texts that use the term, by name, alias or footnote mark; its own entry apart.

    Reads the texts themselves, so it is right even before the index is.
    """
    glossary = Glossary([TermEntry(number=term.number, spellings=tuple(term.spellings))])
    mark = f"※{term.number}"
    places = []
    for model in ROOTS:
        rows = [kind.related_name for kind in row_kinds(model)]
        for root in roots_of(model, term.plan).prefetch_related(*rows):
            if root == term:
                continue
            if any(_mentions(text, glossary, mark) for text in texts_of(root)):
                places.append(title_of(root))
    return places


def indexed_uses(term: Term) -> int:
    """In how many pages the index says the term occurs; cheap, for lists and forms."""
    return TermUse.objects.filter(term=term).count()


def dependants_of(root: Versioned) -> list[str]:
    """What must be deleted or moved before the root can go, one line each."""
    own = {kind.model for kind in row_kinds(root)}
    lines = []
    for relation in root._meta.related_objects:
        model = relation.related_model
        if model in own or model in DERIVED:
            continue
        rows = model._default_manager.filter(**{relation.field.name: root})
        lines += [f"{model._meta.verbose_name}「{row}」" for row in rows]
    return lines


def roots_of(model: type[Versioned], plan: Plan) -> "models.QuerySet[Versioned]":
    """All roots of one kind that belong to a plan."""
    paths = {
        "measure": "policy__plan",
        "pasteffort": "measure__policy__plan",
        "direction": "measure__policy__plan",
        "question": "survey__plan",
        "plan": "pk",
    }
    path = paths.get(str(model._meta.model_name), "plan")
    return model._default_manager.filter(**{path: plan.pk})


def texts_of(root: Versioned) -> list[str]:
    """Every running text of a root and its rows."""
    instances: list[models.Model] = [root]
    for kind in row_kinds(root):
        instances += getattr(root, kind.related_name).all()
    return [
        getattr(instance, field.attname)
        for instance in instances
        for field in content_fields(type(instance))
        if isinstance(field, models.TextField)
    ]


def _mentions(text: str, glossary: Glossary, mark: str) -> bool:
    return bool(glossary.find(text, set())) or _has_mark(text, mark)


def _has_mark(text: str, mark: str) -> bool:
    """Whether the footnote mark stands in the text: ※1 is not in ※12."""
    rest = text
    while mark in rest:
        rest = rest[rest.index(mark) + len(mark) :]
        if not rest[:1].isdigit():
            return True
    return False
