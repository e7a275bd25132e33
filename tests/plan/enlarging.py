"""Multiplies what each page of the plan shows, to see that its cost in queries does not grow."""

from typing import Any

from django.db.models import Model, QuerySet

from plan import search
from plan.enums import RevisionKind
from plan.models import (
    Answer,
    Direction,
    DirectionItem,
    Figure,
    FigureValue,
    Issue,
    Measure,
    Mending,
    PastEffort,
    PastEffortItem,
    Plan,
    Policy,
    Question,
    RelatedPlan,
    Revision,
    Section,
    Term,
)

BATCH = 500


def copies(rows: QuerySet[Any], times: int, **changes: Any) -> None:
    """Add `times - 1` copies of every row; `changes` by attribute, a callable one gets (row, copy number from 1)."""
    made: list[Model] = []
    for row in rows:
        for copy in range(1, times):
            twin = rows.model(**{field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields})
            twin.pk = None
            for name, change in changes.items():
                setattr(twin, name, change(row, copy) if callable(change) else change)
            made.append(twin)
    rows.model._default_manager.bulk_create(made, batch_size=BATCH)


def enlarge(plan: Plan, times: int) -> None:
    """Make every list of the plan about `times` as long (nested ones grow by the square of a tenth of it)."""
    tenth = max(2, times // 10)
    copies(Term.objects.filter(plan=plan), tenth, number=lambda row, copy: row.number + copy * 100, name=_named)
    copies(Mending.objects.filter(plan=plan), tenth)
    copies(RelatedPlan.objects.filter(plan=plan), tenth)
    sections = Section.objects.filter(plan=plan, level=2)
    copies(
        sections, tenth, path=lambda row, copy: f"{row.path.split('/')[0]}/{int(row.path.split('/')[1]) + copy * 50}"
    )
    copies(Figure.objects.filter(plan=plan), tenth, number=lambda row, copy: _renumbered(row.number, copy))
    copies(FigureValue.objects.filter(figure__plan=plan), tenth)
    copies(Question.objects.filter(survey__plan=plan), tenth, number=lambda row, copy: row.number + copy * 50)
    copies(Answer.objects.filter(question__survey__plan=plan), tenth)
    copies(Policy.objects.filter(plan=plan), 3, number=lambda row, copy: row.number + copy * 10)
    copies(Measure.objects.filter(policy__plan=plan), tenth, number=lambda row, copy: row.number + copy * 10)
    copies(Direction.objects.filter(measure__policy__plan=plan), 3, number=lambda row, copy: row.number + copy * 10)
    copies(Issue.objects.filter(measure__policy__plan=plan), tenth)
    copies(PastEffort.objects.filter(measure__policy__plan=plan), 3)
    copies(PastEffortItem.objects.filter(effort__measure__policy__plan=plan), tenth)
    copies(DirectionItem.objects.filter(direction__measure__policy__plan=plan), tenth)
    add_revisions(plan, times)
    search.rebuild(plan)


def add_revisions(plan: Plan, count: int) -> None:
    """Put `count` changes of the plan's first measure on record."""
    Revision.objects.bulk_create(
        Revision(
            plan=plan,
            kind=RevisionKind.CHANGED,
            object_type="plan.measure",
            object_id=Measure.objects.filter(policy__plan=plan).order_by("pk")[0].pk,
            title="見本",
            changes=[{"label": "要旨", "before": "前", "after": "後"}],
            reason="見本",
        )
        for _ in range(count)
    )


def _named(row: Term, copy: int) -> str:
    return f"{row.name}その{copy}"


def _renumbered(number: str, copy: int) -> str:
    chapter, within = number.split("-")
    return f"{chapter}-{int(within) + copy * 100}"
