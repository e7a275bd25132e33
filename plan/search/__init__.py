"""Search over everything the public can read, and where each glossary term is used."""

from plan.search.finding import Group, Hit, Piece, SearchResult, find
from plan.search.index import forget, rebuild, refresh, refresh_around

__all__ = ["Group", "Hit", "Piece", "SearchResult", "find", "forget", "rebuild", "refresh", "refresh_around"]
