"""What changed since the plan was put here: 改定履歴 and 読み取りの修正."""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from plan.caching import public_page
from plan.models import Plan, Revision
from plan.queries import changed_on
from plan.queries import revisions as revision_queries
from plan.queries.kept import kept_counts
from plan.views.page import Page, plan_or_404

ROWS_A_PAGE = 20
LONGEST_PATH = 300


@require_safe
@public_page
def revisions(request: HttpRequest, slug: str) -> HttpResponse:
    """`?path=` shows only what happened to the page at that address, `?of=` the parts of one entry."""
    plan = plan_or_404(slug)
    path = request.GET.get("path", "")[:LONGEST_PATH].replace("\x00", "")
    whole = _whole_or_404(plan, request.GET["of"]) if "of" in request.GET else None
    found = revision_queries.parts_of(whole) if whole else revision_queries.revisions_of(plan, path)
    pages = Paginator(found, ROWS_A_PAGE)
    if not path and not whole:
        pages.count = kept_counts(plan).revisions
    rows = pages.get_page(request.GET.get("page"))
    views = revision_queries.linked_views(list(rows))
    page = Page(title="改定履歴", plan=plan, cited_as="改定履歴", changed_on=changed_on(plan))
    narrowed = {"of": whole.pk} if whole else {"path": path} if path else {}
    own = {
        "rows": rows,
        "revisions": views,
        "path": path,
        "whole": whole,
        "subject": views[0].revision.title if path and views else path,
        "query": f"{urlencode(narrowed)}&" if narrowed else "",
    }
    return render(request, "public/plan/revisions.html", page.context(request, **own))


def _whole_or_404(plan: Plan, asked: str) -> Revision:
    if not asked.isdecimal():
        raise Http404
    whole = get_object_or_404(plan.revisions.listed(), pk=asked)
    if not revision_queries.parts_of(whole).exists():
        raise Http404
    return whole


@require_safe
@public_page
def mendings(request: HttpRequest, slug: str) -> HttpResponse:
    plan = plan_or_404(slug)
    rows = revision_queries.mendings_of(plan)
    page = Page(
        title="読み取りの修正",
        plan=plan,
        cited_as="読み取りの修正",
        changed_on=changed_on(plan, reverse("plan:mendings", args=[slug])),
    )
    own = {
        "mended": [row for row in rows if row.is_mended],
        "kept": [row for row in rows if not row.is_mended],
    }
    return render(request, "public/plan/mendings.html", page.context(request, **own))
