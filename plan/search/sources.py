"""Which rows search finds: a registry, into which each app puts its kinds of row when Django starts.

The plan's own kinds stand in `plan.search.documents`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from django.db.models import Model, QuerySet

from plan.enums import DocumentKind
from plan.text.folding import fold


@dataclass(frozen=True)
class Document:
    """A page, or a part of one, as search sees it.

    `text` is plain text for excerpts; `aliases` are found but never shown;
    `position` orders documents of one kind as the plan does. `plan_id` is the
    plan with which it is searched, `measure_id` the measure it belongs to, if
    it is one.
    """

    kind: DocumentKind
    source: Model
    plan_id: int
    measure_id: int | None
    title: str
    path: str
    text: str
    position: int
    aliases: tuple[str, ...] = ()

    @property
    def folded_title(self) -> str:
        return "\n".join(fold(text) for text in (self.title, *self.aliases))

    @property
    def folded(self) -> str:
        return folded(self.title, self.text, self.aliases)


def folded(title: str, text: str, aliases: Iterable[str] = ()) -> str:
    """All that words are looked for in; fold() leaves no line break, so none can match across the joint."""
    return "\n".join(fold(line) for line in (title, *aliases, *text.splitlines()))


def _none(_: Any) -> Iterable[Model]:
    return ()


@dataclass(frozen=True)
class Source:
    """A kind of row: where it stands, and how one becomes a document.

    `rows` are those the public may find; they bring everything `build` reads
    in a constant number of queries. `build` is None for rows without a document
    of their own. `plan_path` is the lookup from a row to its plan (`pk` for
    plans). `names_it` gives the rows below a row whose documents name it;
    `shown_in` those whose documents name it or hold its text: what it stands
    below, now or at any time before. `follows_plan` is for documents whose
    title or address changes with the plan's or a policy's.
    """

    rows: QuerySet[Any]
    plan_path: str
    build: Callable[[Any], Document] | None
    names_it: Callable[[Any], Iterable[Model]] = _none
    shown_in: Callable[[Any], Iterable[Model]] = _none
    follows_plan: bool = False


SOURCES: dict[type[Model], Source] = {}
"""Every kind of row that search knows, by its model."""


def register_source(model: type[Model], source: Source) -> None:
    """Let search find rows of `model`; for `AppConfig.ready`."""
    SOURCES[model] = source


def name_also(model: type[Model], rows: Callable[[Any], Iterable[Model]]) -> None:
    """Let documents of a later app follow rows of `model`: `rows` gives those that come and go with one of them."""
    source = SOURCES[model]
    before = source.names_it
    SOURCES[model] = replace(source, names_it=lambda row: chain(before(row), rows(row)))
