"""The glossary's pages."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.csv_export import size_label
from plan.caching import public_page
from plan.exports import GLOSSARY
from plan.models import Plan
from plan.prose import TermMarker
from plan.queries import changed_on, glossary_of
from plan.queries import glossary as glossary_queries
from plan.queries.kept import changed_under
from plan.queries.plans import Link, neighbours
from plan.views.page import Page, plan_or_404


@require_safe
@public_page
def glossary(request: HttpRequest, slug: str) -> HttpResponse:
    plan = plan_or_404(slug)
    rows = glossary_queries.by_reading(plan.terms.order_by("number"))
    return _list(request, plan, "用語集", "public/plan/glossary.html", rows=rows)


@require_safe
@public_page
def glossary_by_number(request: HttpRequest, slug: str) -> HttpResponse:
    plan = plan_or_404(slug)
    terms = list(plan.terms.order_by("number"))
    return _list(request, plan, "用語集（番号順）", "public/plan/glossary_by_number.html", terms=terms)


def _list(request: HttpRequest, plan: Plan, title: str, template: str, **own: object) -> HttpResponse:
    page = Page(
        title=title,
        plan=plan,
        trail=[] if title == "用語集" else [glossary_link(plan)],
        cited_as=title,
        changed_on=changed_under(plan, reverse("plan:glossary", args=[plan.slug])),
    )
    size = size_label(len(GLOSSARY.content(plan)))
    return render(request, template, page.context(request, csv_size=size, **own))


@require_safe
@public_page
def term(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    plan = plan_or_404(slug)
    known = glossary_of(plan)
    shown = known.terms.get(number)
    if shown is None:
        raise Http404("この番号の用語はありません。")
    marker = TermMarker(known.without(shown))
    explanation = marker.html(shown.explanation)
    page = Page(
        title=shown.name,
        plan=plan,
        trail=[glossary_link(plan)],
        neighbours=neighbours(list(known.terms.values()), shown),
        cited_as=f"用語集 ※{shown.number} {shown.name}",
        original_page=shown.page,
        changed_on=changed_on(plan, shown.get_absolute_url()),
        edits=shown,
        notes=marker.used_terms,
    )
    own = {"term": shown, "explanation": explanation, "uses": glossary_queries.uses_of(shown)}
    return render(request, "public/plan/term.html", page.context(request, **own))


def glossary_link(plan: Plan) -> Link:
    return ("用語集", reverse("plan:glossary", args=[plan.slug]))
