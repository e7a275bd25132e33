"""What may be made as a paper, and what was made."""

from dataclasses import dataclass

from django.core.paginator import Page
from django.db.models import QuerySet

from accounts.models import Department
from plan.models import Measure, Plan
from plan.queries.listing import page_of
from progress.enums import PaperKind, PaperState
from progress.models import Paper, PaperForm, Publication, Round


@dataclass(frozen=True)
class PapersPage:
    """`departments` are those whose 調書 somebody may print."""

    rounds: tuple[Round, ...]
    plans: tuple[Plan, ...]
    departments: tuple[Department, ...]
    forms: tuple[PaperForm, ...]
    page: Page[Paper]


def papers_page(
    papers: QuerySet[Paper], rounds: QuerySet[Round], departments: QuerySet[Department], number: str, *, is_staff: bool
) -> PapersPage:
    """At most six queries."""
    listed = papers.select_related("plan", "round__program", "ordered_by").order_by("-ordered_at", "-pk")
    return PapersPage(
        rounds=tuple(rounds.select_related("program").order_by("-year", "slug")),
        plans=tuple(Plan.objects.published().order_by("-start_year")) if is_staff else (),
        departments=tuple(departments),
        forms=tuple(PaperForm.objects.select_related("changed_by")) if is_staff else (),
        page=page_of(listed, number),
    )


def measures_of(round_: Round) -> list[Measure]:
    """The 施策 of a round's plan in their order. One query."""
    rows = Measure.objects.filter(policy__plan=round_.program.plan_id).select_related("policy")
    return list(rows.order_by("policy__number", "number"))


def public_paper(round_: Round) -> Paper | None:
    """The newest yearly report of a published round that is there or has failed. Its content may be of before a
    correction: `is_current` says so. One query."""
    rows = Paper.objects.filter(round=round_, kind=PaperKind.YEARLY, ordered_by=None)
    return rows.filter(state__in=(PaperState.MADE, PaperState.FAILED)).order_by("-ordered_at", "-pk").first()


def is_current(paper: Paper, round_: Round) -> bool:
    """Whether nothing was published or corrected since the paper was made. One query."""
    return not Publication.objects.filter(round=round_, made_at__gt=paper.started_at or paper.ordered_at).exists()


def plan_paper(plan: Plan) -> Paper | None:
    """The newest paper of the plan itself. One query."""
    rows = Paper.objects.filter(plan=plan, kind=PaperKind.PLAN, state__in=(PaperState.MADE, PaperState.FAILED))
    return rows.order_by("-ordered_at", "-pk").first()
