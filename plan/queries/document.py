"""Pages of the document: overview, chapters, sections, the summary paper."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Q, QuerySet, prefetch_related_objects
from django.utils.safestring import SafeString

from plan.enums import FigureState, Part
from plan.models import Figure, Measure, Plan, Policy, Section, Survey, Term
from plan.prose import Shown, TermMarker, placed_numbers, shown
from plan.queries.glossary import glossary_of
from plan.queries.plans import Neighbours, address_order, neighbours, pick
from plan.queries.surveys import QuestionView, survey_facts

# A heading of these levels has a page of its own; deeper ones are anchors on it.
PAGE_DEPTH = 2


@dataclass(frozen=True)
class SurveyView:
    """A survey inside the section that reports it."""

    survey: Survey
    facts: tuple[tuple[str, str], ...]
    questions: tuple[QuestionView, ...]


@dataclass(frozen=True)
class SectionView:
    """A heading with what stands under it; `heading_level` is 1 for the page's own heading."""

    section: Section
    heading_level: int
    pieces: tuple[Shown, ...]
    figures: tuple[Figure, ...]
    surveys: tuple[SurveyView, ...]

    @property
    def content_entry(self) -> tuple[str, str, int]:
        return (self.section.anchor, self.section.heading, self.heading_level)


@dataclass(frozen=True)
class SectionNode:
    """A heading in a table of contents, with those below it."""

    section: Section
    children: tuple["SectionNode", ...]


@dataclass(frozen=True)
class PlanPage:
    chapters: tuple[SectionNode, ...]
    has_summary: bool


@dataclass(frozen=True)
class SectionPage:
    """A section's page: `own` is the section itself, `below` its subsections in order."""

    section: Section
    chapter: Section
    own: SectionView
    below: tuple[SectionView, ...]
    neighbours: Neighbours
    notes: list[Term]


@dataclass(frozen=True)
class ChapterPage:
    section: Section
    own: SectionView
    contents: tuple[SectionNode, ...]
    policies: tuple[Policy, ...]
    neighbours: Neighbours
    notes: list[Term]


@dataclass(frozen=True)
class MeasureView:
    """A measure in a list, with its summary as HTML."""

    measure: Measure
    summary: SafeString

    @classmethod
    def of(cls, measure: Measure, marker: TermMarker) -> "MeasureView":
        marker.section()
        return cls(measure, marker.html(measure.summary))


@dataclass(frozen=True)
class PolicyView:
    policy: Policy
    measures: tuple[MeasureView, ...]


@dataclass(frozen=True)
class SummaryPage:
    """The overview's headings; `policies` stand under the one that lists them."""

    views: tuple[SectionView, ...]
    policies: tuple[PolicyView, ...]
    notes: list[Term]


def headings(rows: Iterable[Section], *, below: tuple[int, ...] = (), depth: int = 4) -> tuple[SectionNode, ...]:
    """The tree of `rows` directly under the address `below`, `depth` levels deep."""
    rows = sorted(rows, key=address_order)
    level = len(below) + 1
    return tuple(
        SectionNode(row, headings(rows, below=address_order(row), depth=depth - 1) if depth > 1 else ())
        for row in rows
        if len(address_order(row)) == level and address_order(row)[:-1] == below
    )


def plan_page(plan: Plan) -> PlanPage:
    """The table of contents of a plan. One query."""
    rows = _of_plan(_headings(plan.sections.all()), plan)
    body = [row for row in rows if row.part == Part.BODY]
    return PlanPage(headings(body, depth=3), has_summary=len(body) < len(rows))


def section_page(slug: str, chapter: int, section: int) -> SectionPage:
    """Raises ObjectDoesNotExist unless the published plan has that section."""
    rows = _pages(slug)
    own = pick(rows, address_order, (chapter, section))
    plan = own.plan
    inside = plan.sections.filter(Q(path=own.path) | Q(path__startswith=f"{own.path}/"), part=Part.BODY)
    inside = inside.select_related("policy")
    marker = TermMarker(glossary_of(plan))
    views, _ = section_views(plan, _of_plan(inside, plan), marker, page_level=PAGE_DEPTH)
    return SectionPage(
        own,
        pick(rows, address_order, (chapter,)),
        views[0],
        views[1:],
        neighbours(rows, own),
        marker.used_terms,
    )


def chapter_page(slug: str, chapter: int) -> ChapterPage:
    """Raises ObjectDoesNotExist unless the published plan has that chapter."""
    rows = _pages(slug)
    own = pick(rows, address_order, (chapter,))
    plan = own.plan
    marker = TermMarker(glossary_of(plan))
    views, _ = section_views(plan, _of_plan(plan.sections.filter(pk=own.pk), plan), marker, page_level=1)
    below = _of_plan(_headings(plan.sections.filter(part=Part.BODY, path__startswith=f"{own.path}/")), plan)
    return ChapterPage(
        own,
        views[0],
        headings(below, below=(chapter,), depth=2),
        _listed(plan, [own]),
        neighbours(rows, own),
        marker.used_terms,
    )


def summary_page(plan: Plan) -> SummaryPage:
    """The committee's overview (資料1); raises ObjectDoesNotExist where the plan has none."""
    rows = _of_plan(plan.sections.filter(part=Part.OVERVIEW), plan)
    if not rows:
        raise ObjectDoesNotExist("The plan has no summary.")
    marker = TermMarker(glossary_of(plan))
    views, _ = section_views(plan, rows, marker, page_level=0)
    policies = tuple(
        PolicyView(policy, tuple(MeasureView.of(measure, marker) for measure in policy.measures.all()))
        for policy in _listed(plan, rows)
    )
    return SummaryPage(views, policies, marker.used_terms)


def section_views(
    plan: Plan,
    rows: Iterable[Section],
    marker: TermMarker,
    *,
    page_level: int | None,
    also: Q | None = None,
    with_surveys: bool = True,
) -> tuple[tuple[SectionView, ...], tuple[Figure, ...]]:
    """Render sections in the order of the document, with the surveys and figures that stand in them.

    `page_level` is the level of the heading that is the page's h1; None: every
    section stands right under it, without its own heading. The second
    value are the figures that match `also` and stand in none of the sections.
    Seven queries at most: surveys, questions, answers, figures with their rows.
    """
    rows = sorted(rows, key=address_order)
    surveys = _surveys(plan, rows) if with_surveys else {}
    rendered = []
    findings: dict[int, SafeString] = {}
    for row in rows:
        marker.section()
        rendered.append(marker.blocks(row.body, heading_level=_heading_level(row, page_level) + 1))
        for survey in surveys.get(row.pk, ()):
            findings |= {question.pk: marker.html(question.finding) for question in survey.questions.all()}
    wanted = Q(section__in=rows) | Q(question__in=findings) | (also or Q(pk__in=()))
    wanted |= Q(number__in=[number for blocks in rendered for number in placed_numbers(blocks)])
    figures = {figure.number: figure for figure in figures_of(plan, wanted)}
    left = dict(figures)
    for blocks in rendered:
        for number in placed_numbers(blocks):
            left.pop(number, None)
    views = tuple(
        SectionView(
            row,
            _heading_level(row, page_level),
            shown(blocks, figures),
            _take(left, [each for each in left.values() if each.section_id == row.pk and each.question_id is None]),
            tuple(_survey_view(survey, findings, left) for survey in surveys.get(row.pk, ())),
        )
        for row, blocks in zip(rows, rendered, strict=True)
    )
    return views, tuple(left.values())


def _heading_level(section: Section, page_level: int | None) -> int:
    return 1 if page_level is None else section.level - page_level + 1


def figures_of(plan: Plan, wanted: Q) -> list[Figure]:
    """Figures with everything their blocks show, in the order of the plan.

    One query, and three more where a figure has values.
    """
    related = plan.figures.select_related("section", "policy", "measure__policy", "question__survey")
    figures = list(related.filter(wanted).order_by("position"))
    with_values = [figure for figure in figures if figure.state == FigureState.VALUES]
    prefetch_related_objects(with_values, "values", "question__answers")
    for figure in figures:
        figure.plan = plan
    return figures


def _surveys(plan: Plan, rows: Sequence[Section]) -> dict[int, list[Survey]]:
    found: dict[int, list[Survey]] = {}
    for survey in plan.surveys.filter(section__in=rows).prefetch_related("questions__answers").order_by("number"):
        survey.plan = plan
        found.setdefault(survey.section_id, []).append(survey)
    return found


def _survey_view(survey: Survey, findings: dict[int, SafeString], left: dict[str, Figure]) -> SurveyView:
    return SurveyView(
        survey,
        survey_facts(survey),
        tuple(
            QuestionView(
                question,
                findings[question.pk],
                _take(left, [each for each in left.values() if each.question_id == question.pk]),
            )
            for question in survey.questions.all()
        ),
    )


def _take(left: dict[str, Figure], wanted: list[Figure]) -> tuple[Figure, ...]:
    """Take the wanted figures out of those not placed yet."""
    for figure in wanted:
        del left[figure.number]
    return tuple(wanted)


def _listed(plan: Plan, rows: Sequence[Section]) -> tuple[Policy, ...]:
    """The policies with their measures and directions, where a heading lists them."""
    if not any(row.lists_policies for row in rows):
        return ()
    prefetch_related_objects([plan], "policies__measures__directions")
    return tuple(plan.policies.all())


def _headings(rows: QuerySet[Section]) -> QuerySet[Section]:
    return rows.defer("body", "note")


def _pages(slug: str) -> list[Section]:
    """The chapters and sections of a published plan, as the document reads. One query."""
    rows = Section.objects.filter(
        plan__slug=slug, plan__is_published=True, part=Part.BODY, level__lte=PAGE_DEPTH
    ).select_related("plan")
    return sorted(_headings(rows), key=address_order)


def _of_plan(rows: QuerySet[Section], plan: Plan) -> list[Section]:
    """The rows, knowing their plan without asking for it."""
    found = sorted(rows, key=address_order)
    for row in found:
        row.plan = plan
    return found
