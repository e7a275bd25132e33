"""What the frame of every page needs: whose plan it is, and the entries of the header."""

from dataclasses import dataclass

from django import template
from django.db import DatabaseError
from django.http import HttpRequest
from django.template import Context
from django.urls import reverse

from plan.models import Plan
from plan.queries import current_plan

register = template.Library()


@dataclass(frozen=True)
class Entry:
    """A link of the header; `current` is the value of aria-current, or ""."""

    title: str
    url: str
    current: str


@register.simple_tag(takes_context=True)
def site_plan(context: Context) -> Plan | None:
    """The plan whose office, glossary and contents the frame of the page names.

    That is the page's own `plan`, and on pages of no plan the current one.
    Costs at most one query per request; None where there is no such plan or
    the database does not answer.
    """
    plan = context.get("plan")
    if isinstance(plan, Plan):
        return plan
    request: HttpRequest | None = context.get("request")
    if request is None:
        return _current_plan()
    if not hasattr(request, "_site_plan"):
        request._site_plan = _current_plan()  # type: ignore[attr-defined]  # kept for the other tags of the page
    found: Plan | None = request._site_plan  # type: ignore[attr-defined]  # see above
    return found


def _current_plan() -> Plan | None:
    try:
        return current_plan()
    except DatabaseError:
        return None


@register.simple_tag(takes_context=True)
def site_entries(context: Context) -> list[Entry]:
    """The entries of the header; the one the request's path stands under is marked."""
    plan = site_plan(context)
    if plan is None:
        links = [("プランを読む", reverse("plan:plans"))]
    else:
        links = [("プランを読む", plan.get_absolute_url()), ("用語集", reverse("plan:glossary", args=[plan.slug]))]
    links.append(("資料とデータ", reverse("plan:data")))
    request: HttpRequest | None = context.get("request")
    path = request.path if request is not None else ""
    under = max((url for _, url in links if path.startswith(url)), key=len, default="")
    return [Entry(title, url, _current(url, under, path)) for title, url in links]


def _current(url: str, under: str, path: str) -> str:
    if url != under:
        return ""
    return "page" if url == path else "true"
