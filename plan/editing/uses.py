"""What hangs on a root: the texts that use a term, and the rows that would lose their parent."""

from typing import Any

from django.db import models
from django.db.models import Q

from plan.editing.roots import ROOTS, RootKind, RowKind, content_fields, kind_of, row_kinds, title_of
from plan.models import LoadedRow, Plan, SearchDocument, Term, TermUse
from plan.models.base import Versioned
from plan.text.marker import Glossary, TermEntry

MOST_NAMED = 50
DERIVED: tuple[type[models.Model], ...] = (SearchDocument, TermUse, LoadedRow)


def places_of(term: Term) -> list[str]:
    """The titles of the texts that use the term, by name, alias or footnote mark; its own entry apart.

    Reads the texts themselves, so it is right even before the index is; where
    they are too numerous, only those the index knows to use the term.
    """
    glossary = Glossary([TermEntry(number=term.number, spellings=tuple(term.spellings))])
    mark = f"※{term.number}"
    places = []
    for kind in ROOTS.values():
        roots = roots_of(kind.model, term.plan).prefetch_related(*(rows.related_name for rows in kind.rows))
        if kind.is_numerous:
            roots = roots.filter(_may_use(kind, term, mark))
        places += [
            title_of(root)
            for root in roots
            if root != term and any(_mentions(text, glossary, mark) for text in texts_of(root))
        ]
    return places


def _may_use(kind: RootKind, term: Term, mark: str) -> Q:
    """The roots of a kind in which the index knows the term, or some text holds its footnote mark."""
    label = kind.model._meta.label_lower
    found = Q(pk__in=SearchDocument.objects.filter(source_model=label, term_uses__term=term).values("source_id"))
    found |= _holds(kind.model, mark)
    for rows in kind.rows:
        found |= Q(pk__in=rows.model._default_manager.filter(_holds(rows.model, mark)).values(rows.parent))
    return found


def _holds(model: type[models.Model], mark: str) -> Q:
    found = Q(pk__in=())
    for field in content_fields(model):
        if isinstance(field, models.TextField):
            found |= Q(**{f"{field.name}__contains": mark})
    return found


def indexed_uses(term: Term) -> int:
    """In how many pages the index says the term occurs; cheap, for lists and forms."""
    return TermUse.objects.filter(term=term).count()


def dependants_of(root: Versioned) -> tuple[list[str], int]:
    """What must be deleted or moved before the root can go, one line each, and how many these are.

    Of each kind the first `MOST_NAMED`. What belongs to the root alone (the database deletes it along) and is not
    edited by itself is no hindrance.
    """
    own = {kind.model for kind in row_kinds(root)}
    lines: list[str] = []
    unnamed = 0
    for relation in root._meta.related_objects:
        model = relation.related_model
        goes_along = relation.on_delete is models.CASCADE and model not in ROOTS
        if model in own or model in DERIVED or goes_along:
            continue
        found = model._default_manager.filter(**{relation.field.name: root})
        other = _kind_of_rows(model)
        rows = list((found if other is None else found.select_related(_way_up(model, other)))[: MOST_NAMED + 1])
        if len(rows) > MOST_NAMED:
            unnamed += found.count() - MOST_NAMED
        if other is not None:
            # A row that links another root to this one is known by that root.
            lines += [title_of(getattr(row, other.parent)) for row in rows[:MOST_NAMED]]
        else:
            lines += [f"{model._meta.verbose_name}「{_below(root, row, relation.field)}」" for row in rows[:MOST_NAMED]]
    if (held_by := kind_of(root).held_by) is not None:
        lines += held_by(root)
    named = list(dict.fromkeys(lines))
    return named, len(named) + unnamed


def _way_up(model: type[models.Model], rows: RowKind) -> str:
    """From rows to the plan of their root: the titles of roots name what stands above them."""
    above = ROOTS[model._meta.get_field(rows.parent).related_model].plan_path  # type: ignore[index]  # a root
    return f"{rows.parent}__{above}" if above else rows.parent


def _below(root: Versioned, row: models.Model, link: "models.Field[Any, Any]") -> models.Model:
    """The row with its root at hand: their names often begin with that of the root."""
    setattr(row, link.name, root)
    return row


def _kind_of_rows(model: type[models.Model]) -> RowKind | None:
    """What the model is where it is no root itself but rows below one."""
    return next((rows for kind in ROOTS.values() for rows in kind.rows if rows.model is model), None)


def roots_of(model: type[Versioned], plan: Plan) -> "models.QuerySet[Versioned]":
    """All roots of one kind that belong to a plan, with what leads to it: titles name what stands above."""
    path = ROOTS[model].plan_path
    if not path:
        return model._default_manager.filter(pk=plan.pk)
    return model._default_manager.filter(**{path: plan.pk}).select_related(path)


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
