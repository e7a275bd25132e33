"""The plan document as data, one module for each part of it."""

from plan.models.document import Figure, FigureValue, Mending, RelatedPlan, Section
from plan.models.glossary import Term, TermUse
from plan.models.hierarchy import Direction, DirectionItem, Issue, Measure, PastEffort, PastEffortItem, Plan, Policy
from plan.models.records import ContentVersion, LoadedRow, Revision
from plan.models.search import SearchDocument
from plan.models.surveys import Answer, Question, Survey

__all__ = [
    "Answer",
    "ContentVersion",
    "Direction",
    "DirectionItem",
    "Figure",
    "FigureValue",
    "Issue",
    "LoadedRow",
    "Measure",
    "Mending",
    "PastEffort",
    "PastEffortItem",
    "Plan",
    "Policy",
    "Question",
    "RelatedPlan",
    "Revision",
    "SearchDocument",
    "Section",
    "Survey",
    "Term",
    "TermUse",
]
