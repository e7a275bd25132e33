"""Pages of the hierarchy: basic policy, measure, direction."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Q, prefetch_related_objects
from django.utils.safestring import SafeString

from plan.enums import Part
from plan.models import Direction, DirectionItem, Figure, Measure, Plan, Policy, Term
from plan.prose import TermMarker
from plan.queries.document import MeasureView, SectionView, figures_of, section_views
from plan.queries.glossary import glossary_of
from plan.queries.plans import Neighbours, neighbours, pick, published_plan
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
    plan = published_plan(slug)
    policies = structure(plan)
    policy = pick(policies, lambda each: each.number, number)
    marker = TermMarker(glossary_of(plan))
    rows = plan.sections.filter(policy=policy, part=Part.BODY)
    sections, figures = section_views(plan, rows, marker, page_level=None, also=Q(policy=policy), with_surveys=False)
    measures = tuple(MeasureView.of(measure, marker) for measure in policy.measures.all())
    return PolicyPage(policy, sections, measures, figures, neighbours(policies, policy), marker.used_terms)


def measure_page(slug: str, code: Sequence[int]) -> MeasurePage:
    """Raises ObjectDoesNotExist unless the published plan has measure (policy, number)."""
    plan = published_plan(slug)
    measures = [measure for policy in structure(plan) for measure in policy.measures.all()]
    measure = pick(measures, lambda each: (each.policy.number, each.number), tuple(code))
    prefetch_related_objects([measure], "issues", "directions__items")
    marker = TermMarker(glossary_of(plan))
    issues = tuple(marker.inline(issue.text) for issue in measure.issues.all())
    efforts = _efforts(measure, marker)
    marker.section()
    return MeasurePage(
        measure=measure,
        summary=marker.html(measure.summary),
        issues=issues,
        efforts=efforts,
        directions=tuple(_direction(direction, marker) for direction in measure.directions.all()),
        figures=tuple(figures_of(plan, Q(measure=measure))),
        neighbours=neighbours(measures, measure),
        notes=marker.used_terms,
    )


def direction_page(slug: str, code: Sequence[int]) -> DirectionPage:
    """Raises ObjectDoesNotExist unless the published plan has direction (policy, measure, number)."""
    directions = list(
        Direction.objects.filter(measure__policy__plan__slug=slug, measure__policy__plan__is_published=True)
        .select_related("measure__policy__plan")
        .order_by("measure__policy__number", "measure__number", "number")
    )
    direction = pick(
        directions, lambda each: (each.measure.policy.number, each.measure.number, each.number), tuple(code)
    )
    measure = direction.measure
    prefetch_related_objects([direction], "items")
    marker = TermMarker(glossary_of(measure.policy.plan))
    view = _direction(direction, marker)
    marker.section()
    return DirectionPage(
        view=view,
        measure=measure,
        summary=marker.html(measure.summary),
        siblings=tuple(each for each in directions if each.measure_id == measure.pk),
        neighbours=neighbours(directions, direction),
        notes=marker.used_terms,
    )


def _efforts(measure: Measure, marker: TermMarker) -> tuple[EffortView, ...]:
    """One query for groups and bullets together."""
    rows = measure.past_efforts.order_by("position", "pk", "items__position", "items__pk").values_list(
        "pk", "position", "title", "paragraph", "items__text"
    )
    efforts = []
    for (_, position, title, paragraph), bullets in groupby(rows, key=lambda row: row[:4]):
        marker.section()
        html = marker.html(paragraph)
        items = tuple(marker.inline(text) for *_, text in bullets if text is not None)
        efforts.append(EffortView(position, title, html, items))
    return tuple(efforts)


def _direction(direction: Direction, marker: TermMarker) -> DirectionView:
    marker.section()
    address = direction.get_absolute_url()
    return DirectionView(
        direction,
        tuple(ItemView(item, marker.inline(item.text), f"{address}#{item.anchor}") for item in direction.items.all()),
    )
