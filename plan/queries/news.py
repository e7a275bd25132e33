"""新着 of the home page: changes of the plan, and what later apps have to tell (`register_news`)."""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from plan.enums import RevisionKind
from plan.models import Plan, Revision
from plan.queries.revisions import LATEST, latest_of


@dataclass(frozen=True)
class News:
    """One entry: when, what kind of change (「変更」「公表」), of what, and where it is read ("" for nowhere)."""

    made_at: datetime.datetime
    kind: str
    title: str
    url: str


CERTAIN = 2
"""So many entries of each source are shown in any case: dozens of plans may change on one day."""

NEWS: list[Callable[[Plan, int], Iterable[News]]] = []


def register_news(source: Callable[[Plan, int], Iterable[News]]) -> None:
    """Let `source` tell its newest entries for a plan, at most so many, in one query; for `AppConfig.ready`."""
    if source not in NEWS:
        NEWS.append(source)


def _page_of(revision: Revision) -> str:
    return "" if revision.kind == RevisionKind.DELETED else revision.path


def latest_news(plan: Plan) -> list[News]:
    """The newest entries, newest first; of each source some, however much another has to tell.

    One query and one for each source.
    """
    changes = [
        News(revision.made_at, revision.get_kind_display(), revision.title, _page_of(revision))
        for revision in latest_of(plan)
    ]
    told = [changes, *(list(source(plan, LATEST)) for source in NEWS)]
    certain = [news for entries in told for news in entries[:CERTAIN]]
    others = _newest_first(news for entries in told for news in entries[CERTAIN:])
    return _newest_first([*certain, *others[: max(LATEST - len(certain), 0)]])


def _newest_first(found: Iterable[News]) -> list[News]:
    return sorted(found, key=lambda news: news.made_at, reverse=True)
