"""What the app that evaluates knows of actions: when something was told of one, which years are public or evaluated."""

from collections.abc import Callable, Collection, Iterable, Mapping

from django.db.models import DateTimeField, Value
from django.db.models.expressions import Combinable

from programs.models import Program

AT_ONCE = 500

_sources: list[Callable[[], Combinable]] = []
_years: list[Callable[[Program], Collection[int]]] = []
_evaluated: list[Callable[[Collection[int]], Iterable[tuple[int, int]]]] = []


def register_told(source: Callable[[], Combinable]) -> None:
    """An expression for the moment, asked of an action; NULL where nothing was told. For `AppConfig.ready`."""
    _sources[:] = [source]


def told_at() -> Combinable:
    return _sources[0]() if _sources else Value(None, output_field=DateTimeField())


def register_told_years(source: Callable[[Program], Collection[int]]) -> None:
    """The years of a programme whose results are public. For `AppConfig.ready`."""
    _years[:] = [source]


def told_years(program: Program) -> frozenset[int]:
    """What is known of any other year is for staff alone. One query."""
    return frozenset(_years[0](program)) if _years else frozenset()


def register_evaluated(source: Callable[[Collection[int]], Iterable[tuple[int, int]]]) -> None:
    """(action, year) for each year in which one of the actions has a 調書. For `AppConfig.ready`."""
    _evaluated[:] = [source]


def evaluated_years(actions: Collection[int]) -> Mapping[int, frozenset[int]]:
    """Action → the years in which it has a 調書; those without are left out. One query for every 500."""
    found: dict[int, set[int]] = {}
    keys = list(actions)
    for start in range(0, len(keys), AT_ONCE):
        for action, year in _evaluated[0](keys[start : start + AT_ONCE]) if _evaluated else ():
            found.setdefault(action, set()).add(year)
    return {action: frozenset(years) for action, years in found.items()}
