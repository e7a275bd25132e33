"""Pages of the hierarchy: basic policy, measure, direction."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet, Value, prefetch_related_objects
from django.utils import timezone
from django.utils.safestring import SafeString

from plan.enums import Part
from plan.models import Direction, DirectionItem, Figure, Issue, Measure, PastEffortItem, Plan, Policy, Term
from plan.prose import TermMarker
from plan.queries.document import MeasureView, SectionView, section_views
from plan.queries.kept import kept_plan, kept_value
from plan.queries.plans import Neighbours, neighbours, pick
from plan.queries.revisions import RevisionView
from plan.queries.surveys import circled


def structure(plan: Plan, *, items: bool = False) -> list[Policy]:
    """The plan's policies with measures and directions (and items) fetched: three queries, or four."""
    prefetch_related_objects([plan], "policies__measures__directions" + ("__items" if items else ""))
    return list(plan.policies.all())


@dataclass(frozen=True)
class ItemView:
    """An item of a direction with its terms marked; `address` leads to its anchor."""

    item: DirectionItem
    html: SafeString
    address: str


@dataclass(frozen=True)
class DirectionView:
    direction: Direction
    items: tuple[ItemView, ...]

    @property
    def anchor(self) -> str:
        return f"direction-{self.direction.number}"


@dataclass(frozen=True)
class EffortView:
    """A group of past efforts: a paragraph, bullets, or both."""

    position: int
    title: str
    paragraph: SafeString
    items: tuple[SafeString, ...]

    @property
    def number(self) -> str:
        return circled(self.position)

    @property
    def anchor(self) -> str:
        return f"effort-{self.position}"


@dataclass(frozen=True)
class PolicyPage:
    policy: Policy
    sections: tuple[SectionView, ...]
    measures: tuple[MeasureView, ...]
    figures: tuple[Figure, ...]
    neighbours: Neighbours
    notes: list[Term]


@dataclass(frozen=True)
class MeasurePage:
    measure: Measure
    summary: SafeString
    issues: tuple[SafeString, ...]
    efforts: tuple[EffortView, ...]
    directions: tuple[DirectionView, ...]
    figures: tuple[Figure, ...]
    neighbours: Neighbours
    notes: list[Term]
    revisions: list[RevisionView]
    entered_on: datetime.date | None
    state: str

    @property
    def changed_on(self) -> datetime.date | None:
        """The day (JST) of the newest revision of what the page shows, or of the plan's entry."""
        if self.revisions:
            return timezone.localdate(self.revisions[0].revision.made_at)
        return self.entered_on

    @property
    def contents(self) -> list[tuple[str, str, int]]:
        efforts = [(effort.anchor, f"{effort.number} {effort.title}", 3) for effort in self.efforts]
        directions = [(view.anchor, str(view.direction), 3) for view in self.directions]
        return [
            ("issues", "(1) 現状と課題", 2),
            ("efforts", "(2) これまでの本市の取組", 2),
            *efforts,
            ("directions", "(3) 施策の基本方向", 2),
            *directions,
            ("changes", "この施策の変更", 2),
        ]


@dataclass(frozen=True)
class DirectionPage:
    view: DirectionView
    measure: Measure
    summary: SafeString
    siblings: tuple[Direction, ...]
    neighbours: Neighbours
    notes: list[Term]


def policy_page(slug: str, number: int) -> PolicyPage:
    """Raises ObjectDoesNotExist unless the published plan has such a policy."""
    kept = kept_plan(slug)
    plan = kept.plan
    policies = structure(plan)
    policy = pick(policies, lambda each: each.number, number)
    marker = TermMarker(kept.glossary)
    rows = plan.sections.filter(policy=policy, part=Part.BODY)
    sections, figures = section_views(plan, rows, marker, page_level=None, also=Q(policy=policy), with_surveys=False)
    measures = tuple(MeasureView.of(measure, marker) for measure in policy.measures.all())
    return PolicyPage(policy, sections, measures, figures, neighbours(policies, policy), marker.used_terms)


def measure_page(slug: str, code: Sequence[int]) -> MeasurePage:
    """Raises ObjectDoesNotExist unless the published plan has measure (policy, number)."""
    kept = kept_plan(slug)
    plan = kept.plan
    measures = [measure for policy in structure(plan) for measure in policy.measures.all()]
    measure = pick(measures, lambda each: (each.policy.number, each.number), tuple(code))
    prefetch_related_objects([measure], "past_efforts", "figures")
    bullets = kept_value(f"plan.bullets {measure.pk}", lambda: _Bullets.of(measure))
    marker = TermMarker(kept.glossary)
    issues = tuple(marker.inline(text) for text in bullets.issues)
    efforts = _efforts(measure, bullets, marker)
    marker.section()
    directions = measure.directions.all()
    shown_at = [measure.get_absolute_url(), *(direction.get_absolute_url() for direction in directions)]
    return MeasurePage(
        measure=measure,
        summary=marker.html(measure.summary),
        issues=issues,
        efforts=efforts,
        directions=tuple(_direction(direction, bullets.items_of(direction), marker) for direction in directions),
        figures=tuple(measure.figures.all()),
        neighbours=neighbours(measures, measure),
        notes=marker.used_terms,
        revisions=kept.latest_at(shown_at),
        entered_on=kept.entered_on,
        state=kept.state,
    )


def direction_page(slug: str, code: Sequence[int]) -> DirectionPage:
    """Raises ObjectDoesNotExist unless the published plan has direction (policy, measure, number)."""
    kept = kept_plan(slug)
    measures = (measure for policy in structure(kept.plan) for measure in policy.measures.all())
    directions = [direction for measure in measures for direction in measure.directions.all()]
    direction = pick(
        directions, lambda each: (each.measure.policy.number, each.measure.number, each.number), tuple(code)
    )
    measure = direction.measure
    prefetch_related_objects([direction], "items")
    marker = TermMarker(kept.glossary)
    view = _direction(direction, direction.items.all(), marker)
    marker.section()
    return DirectionPage(
        view=view,
        measure=measure,
        summary=marker.html(measure.summary),
        siblings=tuple(each for each in directions if each.measure_id == measure.pk),
        neighbours=neighbours(directions, direction),
        notes=marker.used_terms,
    )


@dataclass(frozen=True)
class _Bullets:
    """Every bullet of a measure: its issues, and the items of its past efforts and directions by the row above."""

    issues: list[str]
    efforts: dict[int, list[str]]
    directions: dict[int, list[tuple[int, str]]]

    @classmethod
    def of(cls, measure: Measure) -> "_Bullets":
        """One query for the three kinds, which look alike."""

        def bullets(kind: int, rows: QuerySet[Any], above: str) -> QuerySet[Any]:
            columns = rows.annotate(kind=Value(kind), above=F(above), at=F("position"), key=F("pk"), words=F("text"))
            return columns.order_by().values_list("kind", "above", "at", "key", "words")

        found = bullets(0, Issue.objects.filter(measure=measure), "measure_id").union(
            bullets(1, PastEffortItem.objects.filter(effort__measure=measure), "effort_id"),
            bullets(2, DirectionItem.objects.filter(direction__measure=measure), "direction_id"),
            all=True,
        )
        gathered = cls([], {}, {})
        for kind, above, position, _, text in found.order_by("kind", "above", "at", "key"):
            if kind == 0:
                gathered.issues.append(text)
            elif kind == 1:
                gathered.efforts.setdefault(above, []).append(text)
            else:
                gathered.directions.setdefault(above, []).append((position, text))
        return gathered

    def items_of(self, direction: Direction) -> list[DirectionItem]:
        return [
            DirectionItem(direction=direction, position=position, text=text)
            for position, text in self.directions.get(direction.pk, ())
        ]


def _efforts(measure: Measure, bullets: _Bullets, marker: TermMarker) -> tuple[EffortView, ...]:
    efforts = []
    for effort in measure.past_efforts.all():
        marker.section()
        html = marker.html(effort.paragraph)
        items = tuple(marker.inline(text) for text in bullets.efforts.get(effort.pk, ()))
        efforts.append(EffortView(effort.position, effort.title, html, items))
    return tuple(efforts)


def _direction(direction: Direction, items: Iterable[DirectionItem], marker: TermMarker) -> DirectionView:
    marker.section()
    address = direction.get_absolute_url()
    return DirectionView(
        direction,
        tuple(ItemView(item, marker.inline(item.text), f"{address}#{item.anchor}") for item in items),
    )
