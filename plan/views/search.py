"""The search page. Whatever is typed, it answers."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from plan import search as engine
from plan.caching import public_page
from plan.queries import searching
from plan.search.finding import MAX_QUERY
from plan.views.page import Page


@require_safe
@public_page
def search(request: HttpRequest) -> HttpResponse:
    """GET q, measure (1-1), plan (slug), kind and page; what means nothing of the last four is left aside."""
    asked = searching.Asked.of(request.GET)
    plans = searching.plans_to_search()
    plan = asked.plan_among(plans)
    measures = searching.measures_of(plan) if plan else []
    measure = asked.measure_among(measures)
    result = engine.find(asked.query, plan=plan, measure=measure, kind=asked.kind, page=asked.page) if plan else None
    own = {
        "asked": asked,
        "result": result,
        "groups": searching.group_views(result, asked) if result else [],
        "plans": plans,
        "measures": measures,
        "chosen_measure": measure,
        "everything": asked.link(),
        "all_measures": asked.link(measure=""),
        "longest": MAX_QUERY,
        "suggestions": searching.suggestions(plan) if plan and result and not result.total else [],
    }
    page = Page(title=f"「{asked.query}」の検索結果" if asked.query.strip() else "検索", plan=plan)
    return render(request, "public/search.html", page.context(request, **own))
