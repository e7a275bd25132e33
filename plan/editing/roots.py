"""The roots people edit as one, the rows below each, and what both are called in records.

A registry: each app names its own kinds of root (`register_root`) when Django
starts, the plan in `plan.editing.kinds`. What edits, records, restores and
shows roots asks here and knows no kind by name.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from plan.models import Direction, Measure, Plan
from plan.models.base import Versioned

TITLE_LENGTH = 300
# What the names of these say comes from above them, and is fetched with them.
NAMED_FROM_ABOVE: dict[type[models.Model], str] = {Measure: "policy", Direction: "measure__policy"}


def _own_page(root: Any) -> str:
    return str(root.get_absolute_url())


@dataclass(frozen=True)
class RowKind:
    """Rows of one kind below a root: `related_name` leads from the root to them, `parent` back.

    The model keeps its history and has the field `position`, which orders the
    rows. A root's links to many others are such rows too: the model between
    them has a position, and records name what each links to by its `str()`.

    `named` tells a row from its neighbours in words, from the row and the texts
    of its fields by name; where it is None, records number the rows.
    """

    model: type[models.Model]
    related_name: str
    parent: str
    noun: str
    internal: tuple[str, ...] = ()
    named: Callable[[Any, Mapping[str, str]], str] | None = None


@dataclass(frozen=True)
class RootKind:
    """One kind of root, and what is asked of a root of it.

    `plan_path` is the lookup to the plan it belongs to (`measure__policy__plan`),
    "" for a plan itself. `title_of` is what 改定履歴 calls the root, readable
    without its surroundings; `public_path` the page on which it is read, "" for
    none. `is_public` says whether the public sees it, where that is not simply
    whether they see its plan; `published_with` is then the root whose field
    `is_published` decides. `is_numerous` marks kinds of which there are too
    many to read them all: where a term is used in them, the search index says.
    `fill_in` is called with the root and the rows just before they are added,
    changed or deleted, and sets what nobody types. `instead_of_deleting` says
    what to do where something hangs on the root that cannot be deleted, and
    `held_by` names what does, where no relation leads to it. `problems` says by
    field why a root may not be saved with these values, where the model cannot know.
    `internal` names fields (here and in `RowKind`) that stay out of what the
    public reads in 改定履歴, and as they are when an earlier state comes back.
    What else points to a root must have a `related_name`, or deleting cannot see it.
    """

    model: type[Versioned]
    plan_path: str
    title_of: Callable[[Any], str] = str
    public_path: Callable[[Any], str] = _own_page
    is_public: Callable[[Any], bool] | None = None
    published_with: Callable[[Any], Any] | None = None
    rows: tuple[RowKind, ...] = ()
    is_numerous: bool = False
    fill_in: Callable[[Any, Sequence[models.Model]], None] | None = None
    instead_of_deleting: str = ""
    held_by: Callable[[Any], list[str]] | None = None
    problems: Callable[[Any], Mapping[str, str]] | None = None
    internal: tuple[str, ...] = ()


ROOTS: dict[type[Versioned], RootKind] = {}
"""Every kind of root by its model, in the order of registration."""


def register_root(kind: RootKind) -> None:
    """Make roots of this kind editable, restorable and recorded; for `AppConfig.ready`."""
    ROOTS[kind.model] = kind


_FOLLOWERS: dict[tuple[type[Versioned], str], Callable[[Collection[int]], None]] = {}


def register_follower(model: type[Versioned], follow: Callable[[Collection[int]], None]) -> None:
    """Have rows of a later app follow roots of this kind; for `AppConfig.ready`.

    `follow` is called with the keys of roots that were just saved, in the same transaction.
    """
    _FOLLOWERS[model, f"{follow.__module__}.{follow.__qualname__}"] = follow


def tell_followers(model: type[models.Model], keys: Collection[int]) -> None:
    """To be called by whoever saved roots of this kind."""
    for (followed, _), follow in _FOLLOWERS.items():
        if followed is model and keys:
            follow(keys)


def kind_of(root: Versioned | type[Versioned]) -> RootKind:
    """KeyError when it is not a root."""
    return ROOTS[root if isinstance(root, type) else type(root)]


def row_kinds(root: Versioned | type[Versioned]) -> tuple[RowKind, ...]:
    return kind_of(root).rows


def root_model(object_type: str) -> type[Versioned]:
    """The model of a label such as `plan.measure`; KeyError when it is not a root."""
    return {model._meta.label_lower: model for model in ROOTS}[object_type]


def plan_of(root: Versioned) -> Plan:
    """The plan a root belongs to; for a plan, itself. ObjectDoesNotExist when what leads there is gone."""
    found: Any = root
    for name in filter(None, kind_of(root).plan_path.split("__")):
        found = getattr(found, name)
    assert isinstance(found, Plan)  # noqa: S101 for the type checker: the path ends at a plan
    return found


def is_public(root: Versioned) -> bool:
    """Whether the public reads the root; if so, a change needs a reason. ObjectDoesNotExist as in `plan_of`."""
    own_rule = kind_of(root).is_public
    return plan_of(root).is_published if own_rule is None else own_rule(root)


def is_hidden(root: Versioned) -> bool:
    """Whether the root stays out of what its plan shows: it has a publication of its own and is not public."""
    own_rule = kind_of(root).is_public
    return own_rule is not None and not own_rule(root)


def publication_of(root: Versioned) -> Any:
    """The root whose own 公開, beside that of the plan, decides over this one; None for the plan alone."""
    found = kind_of(root).published_with
    return None if found is None else found(root)


def publication_key(root: Versioned) -> str:
    """`publication_of` as `Revision.published_with` holds it; "" for None."""
    publication = publication_of(root)
    return "" if publication is None else f"{publication._meta.label_lower}/{publication.pk}"


def problems_of(root: Versioned) -> Mapping[str, str]:
    """Why the root may not be saved so, by field: what later apps hold against it."""
    own_rule = kind_of(root).problems
    return {} if own_rule is None else own_rule(root)


def fill_in(root: Versioned, rows: Sequence[models.Model]) -> None:
    """Set what nobody types, on a root and those of its rows that are about to be saved or deleted."""
    if (own_rule := kind_of(root).fill_in) is not None:
        own_rule(root, rows)


def title_of(root: Versioned) -> str:
    """What 改定履歴 calls the root, readable without its surroundings."""
    return kind_of(root).title_of(root)[:TITLE_LENGTH]


def public_path(root: Versioned) -> str:
    """The address of the public page on which the root is read; "" for none."""
    return kind_of(root).public_path(root)


def lasting_path(root: Versioned) -> str:
    """The address where the root was read and whose page stays when the root is deleted; "" for none."""
    return "" if kind_of(root).public_path is _own_page else public_path(root)


def links_of(model: type[models.Model], *, leave_out: tuple[str, ...] = ()) -> list[str]:
    """For `select_related`: whatever the rows link to, with what its name is made of."""
    fields = content_fields(model, leave_out=leave_out)
    links = [(field.name, above_link(model, field)) for field in fields if isinstance(field, models.ForeignKey)]
    return [f"{name}__{path}" if path else name for name, path in links]


def above_link(model: type[models.Model], link: "models.ForeignKey[Any, Any]") -> str:
    """The way on from what a model links to: to the plan where it is the way of a root, else to what names it."""
    way = ROOTS[model].plan_path if model in ROOTS else ""
    first, _, rest = way.partition("__")
    return rest if first == link.name else NAMED_FROM_ABOVE.get(link.related_model, "")


def content_fields(model: type[models.Model], *, leave_out: tuple[str, ...] = ()) -> list[models.Field]:
    """The fields people fill in, in the order of the model."""
    return [
        field
        for field in model._meta.concrete_fields
        if field.editable and not field.primary_key and field.name not in leave_out
    ]
