"""The years in which actions have a 調書. The app that evaluates knows them."""

from collections.abc import Callable, Collection, Iterable, Mapping

AT_ONCE = 500

_sources: list[Callable[[Collection[int]], Iterable[tuple[int, int]]]] = []


def register_evaluated(source: Callable[[Collection[int]], Iterable[tuple[int, int]]]) -> None:
    """(action, year) for each year in which one of the actions has a 調書. For `AppConfig.ready`."""
    _sources[:] = [source]


def evaluated_years(actions: Collection[int]) -> Mapping[int, frozenset[int]]:
    """Action → the years in which it has a 調書; those without are left out. One query for every 500."""
    found: dict[int, set[int]] = {}
    keys = list(actions)
    for start in range(0, len(keys), AT_ONCE):
        for action, year in _sources[0](keys[start : start + AT_ONCE]) if _sources else ():
            found.setdefault(action, set()).add(year)
    return {action: frozenset(years) for action, years in found.items()}
