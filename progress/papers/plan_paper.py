"""The plan itself as a paper: its chapters, 施策 with their 基本方向, figures, and the glossary."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from plan.enums import Part
from plan.models import Plan, Term
from plan.prose import TermMarker
from plan.queries.document import SectionView, section_views
from plan.queries.glossary import glossary_of, reading_order
from plan.queries.hierarchy import MeasurePage, measure_page, structure
from progress.papers.look import dressed
from progress.papers.round_paper import Entry, Origin, PaperGlossary
from progress.papers.selection import Cover


@dataclass(frozen=True)
class PlanPaper:
    plan: Plan
    chapters: tuple[SectionView, ...]
    measures: tuple[MeasurePage, ...]
    terms: tuple[Term, ...]

    @property
    def contents(self) -> list[Entry]:
        return list(self._entries())

    def _entries(self) -> Iterator[Entry]:
        for view in self.chapters:
            if view.heading_level <= 3:
                yield Entry(view.heading_level, view.section.heading, view.section.anchor)
        yield Entry(1, "施策の内容", "measures")
        for page in self.measures:
            yield Entry(2, str(page.measure), f"m-{page.measure.code}")
        yield Entry(1, "用語の解説", "glossary")


def plan_paper(plan: Plan) -> PlanPaper:
    """The published plan."""
    glossary = glossary_of(plan)
    terms = sorted(glossary.terms.values(), key=reading_order)
    marker = TermMarker(PaperGlossary.of(plan, terms))
    sections = list(plan.sections.filter(part=Part.BODY))
    for section in sections:
        section.plan = plan
    chapters, _ = section_views(plan, sections, marker, page_level=1)
    codes = [(policy.number, measure.number) for policy in structure(plan) for measure in policy.measures.all()]
    pages = tuple(measure_page(plan.slug, code) for code in codes)
    return PlanPaper(plan, chapters, pages, tuple(terms))


def plan_html(plan: Plan, version: str) -> str:
    """The whole page, styles inside."""
    origin = Origin(
        source=f"{plan.publisher}{plan.office}",
        made_on=timezone.localdate(),
        version=version,
        address=f"{settings.PORTAL_URL}{plan.get_absolute_url()}",
    )
    return dressed(
        "papers/plan.html",
        {
            "paper": plan_paper(plan),
            "plan": plan,
            "title": plan.full_title,
            "origin": origin,
            "cover": Cover(committee="", date="", bureau=plan.publisher),
            "keywords": "川崎市,情報化推進プラン",
            "is_landscape": False,
            "is_slip": False,
            "is_draft": False,
            "is_sample": False,
            "shows_undecided": False,
        },
    )
