"""The top page: the current plan at a glance."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from plan.caching import public_page
from plan.downloads import own_downloads
from plan.queries import changed_on
from plan.queries.home import home_page
from plan.queries.plans import current_plan_with_days
from plan.views.page import Page


@require_safe
@public_page
def home(request: HttpRequest) -> HttpResponse:
    plan = current_plan_with_days()
    if plan is None:
        return render(request, "public/home_empty.html", Page("トップ", None).context(request))
    page = Page(title="トップ", plan=plan, changed_on=changed_on(plan), edits=plan)
    own = {"home": home_page(plan, timezone.localdate()), "downloads": own_downloads(plan)}
    return render(request, "public/home.html", page.context(request, **own) | {"breadcrumbs": []})
