"""The rows of a plan as they stand in the database, under the keys of its files."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from plan.loading.kinds import KINDS, Kind
from plan.loading.rows import fingerprint
from plan.models import Plan


@dataclass(frozen=True)
class StoredRow:
    kind: Kind
    object: Model
    values: Mapping[str, Any]
    links: Mapping[str, str | None]

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.kind, self.values, self.links)


def stored_rows(slug: str) -> dict[str, StoredRow]:
    """All rows of the plan `slug`, and every plan itself, by key. One query for each kind.

    Where staff gave two rows the same position, the older one keeps the key.
    """
    plan = Plan.objects.filter(slug=slug).first()
    keys: dict[tuple[type[Model], int], str] = {}
    found: dict[str, StoredRow] = {}
    for kind in KINDS:
        if kind.scope and plan is None:
            continue
        objects = kind.model._default_manager.filter(**({kind.scope: plan} if kind.scope else {})).order_by("pk")
        rows = [(instance, {name: getattr(instance, name) for name in kind.fields}) for instance in objects]
        for instance, values in rows:
            keys[kind.model, instance.pk] = kind.key(values, _key_of(keys, kind, instance, kind.parent))
        for instance, values in rows:
            links = {name: _key_of(keys, kind, instance, name) for name in kind.links}
            found.setdefault(keys[kind.model, instance.pk], StoredRow(kind, instance, values, links))
    return found


def _key_of(keys: Mapping[tuple[type[Model], int], str], kind: Kind, instance: Model, link: str) -> str | None:
    if not link:
        return None
    target = kind.model._meta.get_field(link).related_model
    return keys.get((target, getattr(instance, f"{link}_id")))  # type: ignore[arg-type]  # a link points at a model
