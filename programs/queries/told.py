"""When something was last told of an action beyond its programme: the app that evaluates says how to ask."""

from collections.abc import Callable

from django.db.models import DateTimeField, Value
from django.db.models.expressions import Combinable

_sources: list[Callable[[], Combinable]] = []


def register_told(source: Callable[[], Combinable]) -> None:
    """An expression for the moment, asked of an action; NULL where nothing was told. For `AppConfig.ready`."""
    _sources[:] = [source]


def told_at() -> Combinable:
    return _sources[0]() if _sources else Value(None, output_field=DateTimeField())
