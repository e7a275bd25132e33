"""Rows below a row, brought along in the same query as JSON: what a page of many small lists reads at once."""

import datetime
from typing import Any

from django.db.models import Aggregate, F, JSONField, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.db.models.sql.compiler import SQLCompiler


class _JsonArray(Aggregate):
    """All values of a group as one JSON array; in no particular order."""

    function = "JSON_GROUP_ARRAY"
    name = "JsonArray"
    output_field = JSONField()

    def as_postgresql(self, compiler: SQLCompiler, connection: Any, **context: Any) -> Any:
        return super().as_sql(compiler, connection, function="JSONB_AGG", **context)


def rows_below(rows: QuerySet[Any], parent: str, of: str = "pk", **fields: Any) -> Subquery:
    """Those of `rows` whose `parent` is the row asked about, as a list of dicts; None where there are none.

    `of` is the column of the row asked about that leads to the parent, where it is not the parent itself.
    `fields` gives the lookup or expression for each key. The list has no
    order; dates are ISO text, truth values may be 0 and 1, decimals have to be
    cast to text to stay exact.
    """
    expressions = {name: F(lookup) if isinstance(lookup, str) else lookup for name, lookup in fields.items()}
    found = rows.filter(**{parent: OuterRef(of)}).order_by().values(parent)
    return Subquery(found.annotate(rows=_JsonArray(JSONObject(**expressions))).values("rows"))


def day_of(text: str | None) -> datetime.date | None:
    """A date of such a row."""
    return datetime.date.fromisoformat(text) if text else None


def moment_of(text: str) -> datetime.datetime:
    """A moment of such a row; SQLite writes it in UTC and does not say so."""
    moment = datetime.datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
