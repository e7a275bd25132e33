"""Actions that are about to end. Programmes know last years only; the app that evaluates them says what is to come."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet

from programs.models import Program

_sources: list[Callable[[Program], QuerySet[Any]]] = []


def register_leaving(source: Callable[[Program], QuerySet[Any]]) -> None:
    """Name the actions (a query of their ids) that are to end with the programme though they have no last year yet.

    For `AppConfig.ready`.
    """
    if source not in _sources:
        _sources.append(source)


def leaving(program: Program) -> Q:
    """Of the programme's actions. No query of its own."""
    found = Q(pk__in=[])
    for source in _sources:
        found |= Q(pk__in=source(program))
    return found
