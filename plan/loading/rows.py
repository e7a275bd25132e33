"""One row of a plan's files, checked against its model, and its fingerprint."""

import datetime
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import BooleanField, DateField, DecimalField, Field, IntegerField

from plan.loading.errors import FixtureError
from plan.loading.kinds import Kind

# What a TOML value must be for a kind of column, and its name in a message.
_TYPES: tuple[tuple[type["Field[Any, Any]"], tuple[type, ...], str], ...] = (
    (BooleanField, (bool,), "true か false"),
    (IntegerField, (int,), "整数"),
    (DecimalField, (str,), "引用符で囲んだ数"),
    (DateField, (str, datetime.date), "日付（2016-02-12 の形）"),
)


@dataclass(frozen=True)
class Row:
    """`values` are of the model's Python types; `links` maps foreign keys to the keys of other rows."""

    key: str
    kind: Kind
    values: Mapping[str, Any]
    links: Mapping[str, str | None]
    place: str

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.kind, self.values, self.links)


def fingerprint(kind: Kind, values: Mapping[str, Any], links: Mapping[str, str | None]) -> str:
    """SHA-256 of the canonical JSON of a row: the same for the same content in a file and in the database."""
    content = {name: canonical(column, values[name]) for name, column in kind.fields.items()}
    content |= {name: links.get(name) for name in kind.links}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def canonical(column: "Field[Any, Any]", value: Any) -> Any:
    """A JSON value that does not depend on where `value` was read from."""
    if isinstance(value, Decimal) and isinstance(column, DecimalField):
        return f"{value:.{column.decimal_places}f}"
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value


def make_row(
    kind: Kind,
    data: Mapping[str, Any],
    place: str,
    *,
    derived: Mapping[str, Any] | None = None,
    links: Mapping[str, str | None] | None = None,
    also: frozenset[str] = frozenset(),
) -> Row:
    """Check one table of a file and make it a row.

    `derived` values come from the row's place in the file, `also` are keys of
    the table that are handled elsewhere. Raises FixtureError for an unknown,
    missing or wrong key.
    """
    derived, links = derived or {}, links or {}
    allowed = (kind.fields.keys() - derived.keys()) | also
    for name in data:
        if name not in allowed:
            raise FixtureError(f"{place}.{name}", "この項目は使えません。綴りを確かめてください。")
    values = {
        name: derived[name] if name in derived else _value(column, data, name, place)
        for name, column in kind.fields.items()
    }
    parent_key = links.get(kind.parent) if kind.parent else None
    return Row(kind.key(values, parent_key), kind, values, {name: links.get(name) for name in kind.links}, place)


def _value(column: "Field[Any, Any]", data: Mapping[str, Any], name: str, place: str) -> Any:
    if name not in data:
        if column.null or column.blank or column.has_default():
            return column.get_default()
        raise FixtureError(f"{place}.{name}", "必須の項目がありません。")
    raw = data[name]
    types, wanted = next(
        ((types, word) for base, types, word in _TYPES if isinstance(column, base)), ((str,), "文字列")
    )
    if not isinstance(raw, types) or (isinstance(raw, bool) and bool not in types):
        raise FixtureError(f"{place}.{name}", f"{wanted}で書いてください。")
    try:
        return column.clean(raw, None)
    except ValidationError as error:
        raise FixtureError(f"{place}.{name}", " ".join(error.messages)) from None
