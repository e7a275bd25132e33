"""What follows when departments are edited by hand: apps above show their names on pages that are kept."""

from collections.abc import Callable

_FOLLOWED_BY: list[Callable[[], object]] = []


def register_following(follow: Callable[[], object]) -> None:
    """`follow` is called after each edit, in its transaction; for `AppConfig.ready`."""
    if follow not in _FOLLOWED_BY:
        _FOLLOWED_BY.append(follow)


def departments_changed() -> None:
    for follow in _FOLLOWED_BY:
        follow()
