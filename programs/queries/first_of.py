"""The first of a long list, as a page shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet, Window


@dataclass(frozen=True)
class FirstOf:
    """The first of what is listed, and how much there is."""

    total: int
    shown: Sequence[Any]

    @property
    def rest(self) -> int:
        return self.total - len(self.shown)


def first_of(rows: QuerySet[Any], count: int) -> FirstOf:
    """The first of `rows`, with how many they are. One query."""
    shown = list(rows.annotate(total=Window(Count("pk")))[:count])
    return FirstOf(shown[0].total if shown else 0, shown)
