"""The index of SQLite: single characters and pairs of them (plan/migrations/0006_search_grams_on_sqlite.py).

It narrows what is compared to documents that hold every pair of a word; whether
they stand in a row, the caller compares. PostgreSQL has its trigram index.
"""

from collections.abc import Sequence

from django.db import connections
from django.db.models import QuerySet

from plan.models import SearchDocument


def narrowed(documents: QuerySet[SearchDocument], alternatives: Sequence[Sequence[str]]) -> QuerySet[SearchDocument]:
    """`documents` by key, oldest first: on SQLite only those that may contain a spelling of each word.

    The words are folded and not empty. The index gives the keys in order, so
    that whoever wants the first thousand reads no further.
    """
    if connections[documents.db].vendor != "sqlite":
        return documents.order_by("pk")
    return documents.extra(
        tables=["plan_searchgram"],
        where=["plan_searchgram MATCH %s AND plan_searchgram.rowid = plan_searchdocument.id"],
        params=[_expression(alternatives)],
        order_by=["plan_searchgram.rowid"],
    )


def _expression(alternatives: Sequence[Sequence[str]]) -> str:
    """The query of the index: for each word the tokens of one spelling or of another."""
    return " AND ".join("(" + " OR ".join(f"({_tokens(word)})" for word in spelled) + ")" for spelled in alternatives)


def _tokens(word: str) -> str:
    """Every pair of characters of `word`, as the index writes them; of a single one, that."""
    pairs = [word[at : at + 2] for at in range(len(word) - 1)] or [word]
    return " ".join(pair.encode().hex().upper() for pair in dict.fromkeys(pairs))
