"""The public pages of programmes and actions."""

import datetime

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.models import Department
from plan.caching import public_page
from plan.fiscal import date_label
from plan.queries.kept import changed_under, kept_value
from plan.queries.listing import page_of
from plan.queries.plans import Link
from plan.views.page import Page, Source
from programs.models import Action, Program
from programs.queries import action_lists
from programs.queries.action_pages import action_page
from programs.queries.programs import listed_on, period_of, published_programs
from programs.views.access import NO_PROGRAM, program_or_404

PROGRAMS = "情報化推進プログラム"
DEPARTMENTS = "所管課ごとの取組"
DEPARTMENTS_A_PAGE = 20


def trail(*below: Program) -> list[Link]:
    """The breadcrumbs down to the programme."""
    return [(PROGRAMS, reverse("programs:programs")), *((each.title, each.get_absolute_url()) for each in below)]


def source(program: Program, changed_on: datetime.date | None = None) -> Source:
    """What the pages of a programme are cited from."""
    return Source(program.title, f"{date_label(changed_on)}更新" if changed_on else "", program.is_sample)


@require_safe
@public_page
def programs(request: HttpRequest) -> HttpResponse:
    page = Page(title=PROGRAMS, plan=None)
    rows = [(each, period_of(each)) for each in published_programs()]
    return render(request, "public/programs/programs.html", page.context(request, programs=rows))


@require_safe
@public_page
def program(request: HttpRequest, slug: str) -> HttpResponse:
    try:
        found = action_lists.action_list(slug, request.GET)
    except Program.DoesNotExist as error:
        raise Http404(NO_PROGRAM) from error
    shown = found.program
    changed = changed_under(shown.plan, shown.get_absolute_url())
    page = Page(
        title=shown.title,
        plan=shown.plan,
        trail=trail(),
        cited_as=shown.title,
        source=source(shown, changed),
        changed_on=changed,
        edits=shown,
        notes=found.notes,
    )
    return render(request, "public/programs/program.html", page.context(request, page=found))


@require_safe
@public_page
def action(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    try:
        found = action_page(slug, code)
    except Action.DoesNotExist as error:
        raise Http404("この取組はありません。") from error
    changed = found.changed_on or listed_on(found.program)
    page = Page(
        title=str(found.action),
        plan=found.plan,
        trail=trail(found.program),
        cited_as=str(found.action),
        source=source(found.program, changed),
        changed_on=changed,
        edits=found.action,
    )
    return render(request, "public/programs/action.html", page.context(request, page=found))


@require_safe
def cut_short(request: HttpRequest, slug: str) -> HttpResponse:
    """The address of an action or a direction without its code leads to the programme, which lists them."""
    return redirect(program_or_404(slug), permanent=True)


@require_safe
@public_page
def departments(request: HttpRequest, slug: str) -> HttpResponse:
    shown = program_or_404(slug)
    page = _list_page(shown, DEPARTMENTS)
    found = kept_value(f"programs:department_counts:{slug}", lambda: action_lists.department_counts(shown))
    own = {"program": shown, "page": page_of(found, request.GET.get("page"), DEPARTMENTS_A_PAGE)}
    return render(request, "public/programs/departments.html", page.context(request, **own))


@require_safe
@public_page
def department(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    shown = program_or_404(slug)
    try:
        found = action_lists.department_page(shown, code.replace("\x00", ""), request.GET.get("page"))
    except Department.DoesNotExist as error:
        raise Http404("このプログラムに、この所管課の取組はありません。") from error
    above = (DEPARTMENTS, reverse("programs:departments", args=[slug]))
    title = f"{found.names[0].department.name}の取組"
    page = _list_page(shown, title, above)
    return render(request, "public/programs/department.html", page.context(request, page=found, program=shown))


@require_safe
@public_page
def direction(request: HttpRequest, slug: str, code: tuple[int, ...]) -> HttpResponse:
    shown = program_or_404(slug)
    try:
        found = action_lists.direction_page(shown, code, request.GET.get("page"))
    except ObjectDoesNotExist as error:
        raise Http404("この基本方向はありません。") from error
    title = f"{found.direction.label} {found.direction.title}を進める取組"
    page = _list_page(shown, title)
    return render(request, "public/programs/direction.html", page.context(request, page=found, program=shown))


def _list_page(shown: Program, title: str, *above: Link) -> Page:
    """The frame of a list of a programme, which changes with anything in it."""
    changed = changed_under(shown.plan, shown.get_absolute_url())
    below = [*trail(shown), *above]
    cited = source(shown, changed)
    return Page(title=title, plan=shown.plan, trail=below, cited_as=title, source=cited, changed_on=changed)
