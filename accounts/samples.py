"""Whether this installation holds what is made up: people of the demo, or what the apps above tell of."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from accounts.models import User

SAMPLE_MARK = "見本データ"
"""What files and papers say that hold what is made up."""

_TOLD: list[Callable[[], QuerySet[Any]]] = []


def register_samples(rows: Callable[[], QuerySet[Any]]) -> None:
    """Other rows that are made up."""
    if rows not in _TOLD:
        _TOLD.append(rows)


def holds_samples() -> bool:
    """What tells of everything, as the audit trail, then bears the mark 「見本データ」. One query."""
    found = [rows.order_by().values("pk") for rows in (User.objects.filter(is_demo=True), *(told() for told in _TOLD))]
    return found[0].union(*found[1:], all=True).exists()
