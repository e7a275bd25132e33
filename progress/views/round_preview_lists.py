"""The public lists of a year before it is public, and what stands beside other years: changes, the plan's progress."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from plan.views.page import Page
from progress.models import Round
from progress.papers.preview import Preview
from progress.papers.preview_lists import (
    preview_changes,
    preview_department,
    preview_departments,
    preview_glance,
    preview_progress,
)
from progress.views.preview_access import as_public, preview_page
from progress.views.public import PLANS, trail
from progress.views.public_lists import CHANGES, DEPARTMENTS, NO_DEPARTMENT


@preview_page
def departments(request: HttpRequest, round_: Round) -> HttpResponse:
    """/progress/2016/departments/ as it would be. GET page."""
    made = Preview.of(round_)
    shown = preview_departments(made, request.GET.get("page"))
    page = _page(made, DEPARTMENTS)
    return as_public(request, made, "public/progress/departments.html", page, page=shown, published=made.published)


@preview_page
def department(request: HttpRequest, round_: Round, code: str) -> HttpResponse:
    """/progress/2016/departments/T-0101/ as it would be. GET page."""
    made, code = Preview.of(round_), code.replace("\x00", "")
    found = preview_department(made, code)
    if not found:
        raise Http404(NO_DEPARTMENT)
    shown, rows = made.result_page(made.evaluations.filter(department__code=code), request.GET.get("page"))
    above = (DEPARTMENTS, reverse("progress:departments", args=[round_.slug]))
    page = _page(made, f"{found[-1].name}の結果", above)
    own: dict[str, Any] = {"published": made.published, "departments": found, "rows": rows}
    return as_public(request, made, "public/progress/department.html", page, page=shown, **own)


@preview_page
def changes(request: HttpRequest, round_: Round) -> HttpResponse:
    """/progress/2016/changes/ as it would be. GET kind, page."""
    made = Preview.of(round_)
    found = preview_changes(made, request.GET.get("kind", ""), request.GET.get("page"))
    return as_public(request, made, "public/progress/changes.html", _page(made, CHANGES), page=found)


@preview_page
def progress(request: HttpRequest, round_: Round) -> HttpResponse:
    """/progress/ as it would be."""
    made = Preview.of(round_)
    plans = preview_progress(made)
    page = Page(title=PLANS, plan=plans[0].plan)
    return as_public(request, made, "public/progress/progress.html", page, plans=plans)


@preview_page
def home(request: HttpRequest, round_: Round) -> HttpResponse:
    """What / would show of the year."""
    made = Preview.of(round_)
    page = Page(title=f"トップページの「取組の進捗」（{made.published.year_label}）", plan=made.published.plan)
    return as_public(request, made, "desk/rounds/preview_home.html", page, year=preview_glance(made))


def _page(made: Preview, title: str, *links: tuple[str, str]) -> Page:
    named = f"{title}（{made.published.year_label}）"
    return Page(title=named, plan=made.published.plan, trail=[*trail(made.published), *links])
