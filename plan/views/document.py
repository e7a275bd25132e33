"""The plan as a document: its overview, chapters, sections and summary paper."""

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from plan.caching import public_page
from plan.downloads import own_downloads
from plan.queries import changed_on, document, hierarchy
from plan.queries import plans as plan_queries
from plan.queries.kept import kept_counts
from plan.queries.plans import Link
from plan.views.page import Page, plan_or_404

PLANS: Link = ("プランの一覧", "/plans/")


@require_safe
@public_page
def plans(request: HttpRequest) -> HttpResponse:
    page = Page(title="プランの一覧", plan=None)
    return render(request, "public/plan/plans.html", page.context(request, plans=list(plan_queries.published_plans())))


@require_safe
@public_page
def plan(request: HttpRequest, slug: str) -> HttpResponse:
    shown = plan_or_404(slug)
    page = Page(
        title=shown.full_title,
        plan=shown,
        trail=[PLANS],
        cited_as=shown.full_title,
        changed_on=changed_on(shown),
        contents=[
            ("structure", "プランの体系", 2),
            ("chapters", "本文", 2),
            ("materials", "図・アンケート・用語など", 2),
            ("imprint", "奥付", 2),
        ],
        edits=shown,
    )
    own = {
        "document": document.plan_page(shown),
        "policies": hierarchy.structure(shown),
        "counts": kept_counts(shown),
        "downloads": own_downloads(shown),
    }
    return render(request, "public/plan/plan.html", page.context(request, **own))


@require_safe
@public_page
def summary(request: HttpRequest, slug: str) -> HttpResponse:
    shown = plan_or_404(slug)
    try:
        paper = document.summary_page(shown)
    except ObjectDoesNotExist as error:
        raise Http404("このプランに概要はありません。") from error
    page = Page(
        title="概要（資料1）",
        plan=shown,
        cited_as="概要（資料1）",
        changed_on=changed_on(shown, reverse("plan:summary", args=[slug])),
        contents=[view.content_entry for view in paper.views],
        notes=paper.notes,
    )
    return render(request, "public/plan/summary.html", page.context(request, paper=paper))


@require_safe
@public_page
def chapter(request: HttpRequest, slug: str, chapter: int) -> HttpResponse:
    try:
        found = document.chapter_page(slug, chapter)
    except ObjectDoesNotExist as error:
        raise Http404("この章はありません。") from error
    shown = found.section
    page = Page(
        title=shown.heading,
        plan=shown.plan,
        neighbours=found.neighbours,
        cited_as=shown.heading,
        original_page=shown.page,
        changed_on=changed_on(shown.plan, shown.get_absolute_url()),
        edits=shown,
        notes=found.notes,
    )
    return render(request, "public/plan/chapter.html", page.context(request, chapter=found))


@require_safe
@public_page
def section(request: HttpRequest, slug: str, chapter: int, section: int) -> HttpResponse:
    try:
        found = document.section_page(slug, chapter, section)
    except ObjectDoesNotExist as error:
        raise Http404("この節はありません。") from error
    shown = found.section
    page = Page(
        title=shown.heading,
        plan=shown.plan,
        trail=[(found.chapter.heading, found.chapter.get_absolute_url())],
        neighbours=found.neighbours,
        cited_as=f"{found.chapter.heading} {shown.heading}",
        original_page=shown.page,
        changed_on=changed_on(shown.plan, shown.get_absolute_url()),
        contents=[view.content_entry for view in found.below],
        edits=shown,
        notes=found.notes,
    )
    return render(request, "public/plan/section.html", page.context(request, page=found, section=shown))
