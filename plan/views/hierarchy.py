"""The pages of the hierarchy: basic policy, measure, direction."""

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from plan.caching import public_page
from plan.queries import changed_on, hierarchy
from plan.views.page import Page, plan_or_404


@require_safe
def cut_short(request: HttpRequest, slug: str) -> HttpResponse:
    """The address of a chapter, policy, measure or direction without its number leads to the plan, which lists them."""
    return redirect(plan_or_404(slug), permanent=True)


@require_safe
@public_page
def policy(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    try:
        found = hierarchy.policy_page(slug, number)
    except ObjectDoesNotExist as error:
        raise Http404("この基本施策はありません。") from error
    shown = found.policy
    page = Page(
        title=str(shown),
        plan=shown.plan,
        neighbours=found.neighbours,
        cited_as=str(shown),
        original_page=shown.page,
        changed_on=changed_on(shown.plan, shown.get_absolute_url()),
        edits=shown,
        notes=found.notes,
    )
    return render(request, "public/plan/policy.html", page.context(request, page=found, policy=shown))


@require_safe
@public_page
def measure(request: HttpRequest, slug: str, code: tuple[int, ...]) -> HttpResponse:
    try:
        found = hierarchy.measure_page(slug, code)
    except ObjectDoesNotExist as error:
        raise Http404("この施策はありません。") from error
    shown, plan = found.measure, found.measure.policy.plan
    page = Page(
        title=str(shown),
        plan=plan,
        trail=[(str(shown.policy), shown.policy.get_absolute_url())],
        neighbours=found.neighbours,
        cited_as=str(shown),
        original_page=shown.page,
        changed_on=found.changed_on,
        contents=found.contents,
        edits=shown,
        notes=found.notes,
    )
    own = {"page": found, "measure": shown, "policy": shown.policy, "revisions": found.revisions}
    return render(request, "public/plan/measure.html", page.context(request, **own))


@require_safe
@public_page
def direction(request: HttpRequest, slug: str, code: tuple[int, ...]) -> HttpResponse:
    try:
        found = hierarchy.direction_page(slug, code)
    except ObjectDoesNotExist as error:
        raise Http404("この基本方向はありません。") from error
    shown, measure = found.view.direction, found.measure
    page = Page(
        title=f"{shown.label} {shown.title}",
        plan=measure.policy.plan,
        trail=[(str(above), above.get_absolute_url()) for above in (measure.policy, measure)],
        neighbours=found.neighbours,
        cited_as=f"{shown.label} {shown.title}",
        changed_on=changed_on(measure.policy.plan, shown.get_absolute_url()),
        edits=shown,
        notes=found.notes,
    )
    own = {"page": found, "direction": shown, "measure": measure, "policy": measure.policy}
    return render(request, "public/plan/direction.html", page.context(request, **own))
