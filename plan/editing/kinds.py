"""The plan's own kinds of root, in the order of the document."""

from plan.editing.roots import RootKind, RowKind, register_root
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


def _past_effort_title(effort: PastEffort) -> str:
    return f"{effort.measure.label} これまでの本市の取組「{effort.title}」"


def _past_effort_path(effort: PastEffort) -> str:
    """It has no page of its own: it is read on that of its measure."""
    return effort.measure.get_absolute_url()


def _direction_title(direction: Direction) -> str:
    return f"施策の基本方向 {direction}"


def _section_title(section: Section) -> str:
    """The heading with those above it: 「第2章 … ＞ 3 …」."""
    headings = [section.heading]
    parent = section.parent
    while parent is not None and len(headings) < len(section.path):
        headings.insert(0, parent.heading)
        parent = parent.parent
    return " ＞ ".join(headings)


def _question_title(question: Question) -> str:
    return f"{question.survey.title} 設問{question.number}「{question.title}」"


def _related_plan_title(related: RelatedPlan) -> str:
    return f"関連する計画「{related.name}」"


def _term_title(term: Term) -> str:
    return f"用語「{term.name}」"


KINDS = (
    RootKind(Plan, ""),
    RootKind(Policy, "plan"),
    RootKind(Measure, "policy__plan", rows=(RowKind(Issue, "issues", "measure", "現状と課題"),)),
    RootKind(
        PastEffort,
        "measure__policy__plan",
        _past_effort_title,
        _past_effort_path,
        rows=(RowKind(PastEffortItem, "items", "effort", "項目"),),
    ),
    RootKind(
        Direction,
        "measure__policy__plan",
        _direction_title,
        rows=(RowKind(DirectionItem, "items", "direction", "項目"),),
    ),
    RootKind(Section, "plan", _section_title),
    RootKind(Figure, "plan", rows=(RowKind(FigureValue, "values", "figure", "数値"),)),
    RootKind(Survey, "plan"),
    RootKind(Question, "survey__plan", _question_title, rows=(RowKind(Answer, "answers", "question", "回答"),)),
    RootKind(RelatedPlan, "plan", _related_plan_title),
    RootKind(Term, "plan", _term_title),
)


def register_roots() -> None:
    for kind in KINDS:
        register_root(kind)
