"""What the frame of every page needs: whose plan it is, and the entries of the header."""

from django import template
from django.db import DatabaseError
from django.http import HttpRequest
from django.template import Context

from plan.models import Plan
from plan.queries import current_plan
from plan.queries.header import Entry, header_entries

register = template.Library()


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
    request: HttpRequest | None = context.get("request")
    return header_entries(site_plan(context), request.path if request is not None else "")
