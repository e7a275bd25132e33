"""What is told beyond programmes: when something of an action, and which years. The app that evaluates knows."""

from collections.abc import Callable, Collection

from django.db.models import DateTimeField, Value
from django.db.models.expressions import Combinable

from programs.models import Program

_sources: list[Callable[[], Combinable]] = []
_years: list[Callable[[Program], Collection[int]]] = []


def register_told(source: Callable[[], Combinable]) -> None:
    """An expression for the moment, asked of an action; NULL where nothing was told. For `AppConfig.ready`."""
    _sources[:] = [source]


def told_at() -> Combinable:
    return _sources[0]() if _sources else Value(None, output_field=DateTimeField())


def register_told_years(source: Callable[[Program], Collection[int]]) -> None:
    """The years of a programme whose results were published: public as long as it is. For `AppConfig.ready`."""
    _years[:] = [source]


def told_years(program: Program) -> frozenset[int]:
    """The years whose results were published; what is known of any other is for staff alone. One query."""
    return frozenset(_years[0](program)) if _years else frozenset()
