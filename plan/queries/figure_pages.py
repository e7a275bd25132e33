"""The pages about figures and periods: the list by chapter, one figure, the related plans."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.utils.safestring import SafeString

from plan.enums import Drawing, FigureState, Part
from plan.models import Figure, Plan, RelatedPlan, Section, Term
from plan.prose import TermMarker
from plan.queries.figure_rows import PeriodRow
from plan.queries.figures import drawable_figures
from plan.queries.glossary import glossary_of
from plan.queries.plans import Link, Neighbours, neighbours


@dataclass(frozen=True)
class FigureGroup:
    """The figures of one chapter; `number` is the chapter's, the first part of the figures' numbers."""

    number: str
    heading: str
    figures: tuple[Figure, ...]

    @property
    def anchor(self) -> str:
        return f"chapter-{self.number}"


@dataclass(frozen=True)
class StateCount:
    """How many figures are kept in one way."""

    state: str
    label: str
    count: int


@dataclass(frozen=True)
class FigureList:
    """All chapters that have figures (for the filter), those shown, and how the figures shown are kept."""

    chapters: tuple[FigureGroup, ...]
    shown: tuple[FigureGroup, ...]
    counts: tuple[StateCount, ...]
    chosen: str

    @property
    def captions(self) -> int:
        """How many of the figures shown have a caption in the plan."""
        return sum(count.count for count in self.counts if count.state != FigureState.MISSING)

    @property
    def missing(self) -> int:
        return sum(count.count for count in self.counts if count.state == FigureState.MISSING)


@dataclass(frozen=True)
class FigurePage:
    """One figure; `places` are where it stands in the plan."""

    figure: Figure
    places: tuple[Link, ...]
    neighbours: Neighbours


@dataclass(frozen=True)
class RelatedView:
    """A related plan with its description as HTML; `estimate` says what of its period is estimated."""

    related: RelatedPlan
    description: SafeString
    estimate: str


@dataclass(frozen=True)
class RelatedGroup:
    """The related plans of one kind."""

    relation: str
    label: str
    views: tuple[RelatedView, ...]

    @property
    def anchor(self) -> str:
        return f"relation-{self.relation}"


@dataclass(frozen=True)
class PeriodsPage:
    """The related plans by kind, and the figure that draws their periods, if the plan has one."""

    groups: tuple[RelatedGroup, ...]
    figure: Figure | None
    notes: list[Term]


def figure_list(plan: Plan, chosen: str) -> FigureList:
    """The figures by chapter; `chosen` is the number of a chapter, anything else shows all. Two queries."""
    headings = {section.path: section.heading for section in plan.sections.filter(part=Part.BODY, level=1)}
    figures = list(plan.figures.order_by("position"))
    for figure in figures:
        figure.plan = plan
    chapters = tuple(
        FigureGroup(number, headings.get(number, f"第{number}章"), tuple(members))
        for number, members in groupby(figures, key=lambda figure: figure.number.partition("-")[0])
    )
    picked = tuple(group for group in chapters if group.number == chosen)
    shown = picked or chapters
    states = Counter(figure.state for group in shown for figure in group.figures)
    counts = tuple(StateCount(state, state.label, states[state]) for state in FigureState if states[state])
    return FigureList(chapters, shown, counts, chosen if picked else "")


def figure_page(plan: Plan, number: str) -> FigurePage:
    """Raises Figure.DoesNotExist unless the plan has a figure of that number."""
    figure = drawable_figures(plan).get(number=number)
    row = list(plan.figures.only("plan", "number", "title").order_by("position"))
    for each in [figure, *row]:
        each.plan = plan
    return FigurePage(figure, tuple(_places(figure, plan)), neighbours(row, figure))


def _places(figure: Figure, plan: Plan) -> list[Link]:
    places: list[Link] = []
    if figure.section:
        figure.section.plan = plan
        places.append((figure.section.heading, _in_text(figure.section, figure)))
    if figure.measure:
        figure.measure.policy.plan = plan
        places.append((str(figure.measure), f"{figure.measure.get_absolute_url()}#{figure.anchor}"))
    elif figure.policy:
        figure.policy.plan = plan
        places.append((str(figure.policy), figure.policy.get_absolute_url()))
    if figure.question:
        figure.question.survey.plan = plan
        places.append((f"{figure.question.survey}「{figure.question}」", figure.question.get_absolute_url()))
    return places


def _in_text(section: Section, figure: Figure) -> str:
    """The figure's own place on the page of its section; a chapter's page only lists what is below it."""
    address = section.get_absolute_url()
    return f"{address.partition('#')[0]}#{figure.anchor}" if "/" in section.path else address


def periods_page(plan: Plan) -> PeriodsPage:
    """Related plans in the order of the data, grouped by how they stand to this plan. Five queries with figure."""
    marker = TermMarker(glossary_of(plan))
    views = []
    for related in plan.related_plans.all():
        marker.section()
        views.append(RelatedView(related, marker.html(related.description), PeriodRow.of(related).estimate))
    figure = drawable_figures(plan).filter(drawing=Drawing.PERIODS, state=FigureState.STRUCTURE).first()
    if figure:
        figure.plan = plan
    return PeriodsPage(_grouped(views), figure, marker.used_terms)


def _grouped(views: Sequence[RelatedView]) -> tuple[RelatedGroup, ...]:
    groups: dict[str, list[RelatedView]] = {}
    for view in views:
        groups.setdefault(view.related.relation, []).append(view)
    return tuple(
        RelatedGroup(relation, members[0].related.get_relation_display(), tuple(members))
        for relation, members in groups.items()
    )
