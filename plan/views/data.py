"""資料とデータ: every file there is to download, and what its columns mean."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from plan import exports
from plan.caching import public_page
from plan.downloads import downloads, value_downloads
from plan.queries import changed_on, searching
from plan.views.page import Page, plan_or_404


@require_safe
@public_page
def data(request: HttpRequest) -> HttpResponse:
    """The files of one plan, the current one or `?plan=`."""
    plans = searching.plans_to_search()
    plan = searching.Asked.of(request.GET).plan_among(plans)
    page = Page(
        title="資料とデータ",
        plan=plan,
        changed_on=changed_on(plan) if plan else None,
        contents=[
            ("files", "データのダウンロード", 2),
            ("surveys", "アンケートのデータ", 2),
            ("figures", "図のデータ", 2),
            ("dictionary", "データの項目", 2),
            ("licence", "利用の条件", 2),
        ],
    )
    surveys, figures = value_downloads(plan) if plan else ([], [])
    own = {
        "plans": plans,
        "downloads": downloads(plan) if plan else [],
        "surveys": surveys,
        "figures": figures,
    }
    return render(request, "public/data.html", page.context(request, **own))


@require_safe
@public_page
def glossary_csv(request: HttpRequest, slug: str) -> HttpResponse:
    return exports.GLOSSARY.response(plan_or_404(slug))


@require_safe
@public_page
def structure_csv(request: HttpRequest, slug: str) -> HttpResponse:
    return exports.STRUCTURE.response(plan_or_404(slug))
