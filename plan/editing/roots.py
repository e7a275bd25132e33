"""The roots people edit as one, the rows below each, and what both are called in records."""

from dataclasses import dataclass

from django.db import models

from plan.models import (
    Answer,
    Direction,
    DirectionItem,
    Figure,
    FigureValue,
    Issue,
    Measure,
    PastEffort,
    PastEffortItem,
    Plan,
    Policy,
    Question,
    RelatedPlan,
    Section,
    Survey,
    Term,
)
from plan.models.base import Versioned

TITLE_LENGTH = 300


@dataclass(frozen=True)
class RowKind:
    """Rows of one kind below a root: `related_name` leads from the root to them, `parent` back."""

    model: type[models.Model]
    related_name: str
    parent: str
    noun: str


ROOTS: dict[type[Versioned], tuple[RowKind, ...]] = {
    Plan: (),
    Policy: (),
    Measure: (RowKind(Issue, "issues", "measure", "現状と課題"),),
    PastEffort: (RowKind(PastEffortItem, "items", "effort", "項目"),),
    Direction: (RowKind(DirectionItem, "items", "direction", "項目"),),
    Section: (),
    Figure: (RowKind(FigureValue, "values", "figure", "数値"),),
    Survey: (),
    Question: (RowKind(Answer, "answers", "question", "回答"),),
    RelatedPlan: (),
    Term: (),
}
"""Every kind of root, in the order of the document, with the rows edited together with it."""


def row_kinds(root: Versioned | type[Versioned]) -> tuple[RowKind, ...]:
    return ROOTS[root if isinstance(root, type) else type(root)]


def root_model(object_type: str) -> type[Versioned]:
    """The model of a label such as `plan.measure`; KeyError when it is not a root."""
    return {model._meta.label_lower: model for model in ROOTS}[object_type]


def plan_of(root: Versioned) -> Plan:
    """The plan a root belongs to; for a plan, itself."""
    match root:
        case Plan():
            return root
        case Measure():
            return root.policy.plan
        case PastEffort() | Direction():
            return root.measure.policy.plan
        case Question():
            return root.survey.plan
        case Policy() | Section() | Figure() | Survey() | RelatedPlan() | Term():
            return root.plan
    raise TypeError(f"{type(root).__name__} is not a root of the plan.")


def title_of(root: Versioned) -> str:
    """What 改定履歴 calls the root, readable without its surroundings."""
    match root:
        case PastEffort():
            title = f"{root.measure.label} これまでの本市の取組「{root.title}」"
        case Direction():
            title = f"施策の基本方向 {root}"
        case Question():
            title = f"{root.survey.title} 設問{root.number}「{root.title}」"
        case Term():
            title = f"用語「{root.name}」"
        case RelatedPlan():
            title = f"関連する計画「{root.name}」"
        case Section():
            title = section_title(root)
        case _:
            title = str(root)
    return title[:TITLE_LENGTH]


def section_title(section: Section) -> str:
    """The heading with those above it: 「第2章 … ＞ 3 …」."""
    headings = [section.heading]
    parent = section.parent
    while parent is not None and len(headings) < len(section.path):
        headings.insert(0, parent.heading)
        parent = parent.parent
    return " ＞ ".join(headings)


def public_path(root: Versioned) -> str:
    """The address of the public page on which the root is read."""
    shown = root.measure if isinstance(root, PastEffort) else root
    return str(shown.get_absolute_url())  # type: ignore[attr-defined]  # every other root has a page


def content_fields(model: type[models.Model], *, leave_out: tuple[str, ...] = ()) -> list[models.Field]:
    """The fields people fill in, in the order of the model."""
    return [
        field
        for field in model._meta.concrete_fields
        if field.editable and not field.primary_key and field.name not in leave_out
    ]
