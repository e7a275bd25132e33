"""Search over everything the public can read, and where each glossary term is used.

Later apps register their kinds of row (`register_source`); `plan.actions` then
keeps the index in step with what it saves. What is written in bulk elsewhere is
put in by `index` and taken out by `forget_sources`.
"""

from plan.search.finding import Group, Hit, Piece, SearchResult, find
from plan.search.indexing import forget, forget_sources, index, rebuild, refresh, refresh_around
from plan.search.listed import ListedPage, register_list
from plan.search.sources import Document, Source, folded, name_also, register_source

__all__ = [
    "Document",
    "Group",
    "Hit",
    "ListedPage",
    "Piece",
    "SearchResult",
    "Source",
    "find",
    "folded",
    "forget",
    "forget_sources",
    "index",
    "name_also",
    "rebuild",
    "refresh",
    "refresh_around",
    "register_list",
    "register_source",
]
