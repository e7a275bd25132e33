"""A plan's structure and glossary, read once for each state of the content and kept in this process.

Every page of the hierarchy needs them, and they change only when an edit
raises the content version, or with the day in Japan: what was entered ahead
counts from its day on. Later apps keep what their parts of these pages need
in the same way (`kept_value`). Rows are read after the version, so what is kept
under a version is never older than it; the next edit makes every process read
them again. Of what is public only, and never inside a transaction.
"""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar

from django.db.models import prefetch_related_objects
from django.utils import timezone

from plan.caching import content_version, release
from plan.models import Plan
from plan.prose import PlanGlossary
from plan.queries.glossary import glossary_of
from plan.queries.plans import Counts, changed_on, counts_of, published_plan_with_entry
from plan.queries.revisions import RevisionView, latest_at

Value = TypeVar("Value")


@dataclass(frozen=True)
class KeptPlan:
    """A published plan with policies, measures and directions fetched, its glossary, and when it came in (JST).

    `state` names the content and the release: what is rendered from it may be
    kept under that name.
    """

    plan: Plan
    glossary: PlanGlossary
    entered_on: datetime.date | None
    state: str
    _latest: dict[tuple[str, ...], list[RevisionView]] = field(default_factory=dict, compare=False, repr=False)

    def latest_at(self, paths: Sequence[str]) -> list[RevisionView]:
        """The newest revisions of what is shown at any of `paths`; read once."""
        wanted = tuple(paths)
        if wanted not in self._latest:
            self._latest[wanted] = latest_at(self.plan, wanted)
        return self._latest[wanted]


class _Kept:
    """What is kept under one content version on one day: plans by slug, and values by key."""

    def __init__(self, version: int, day: datetime.date | None = None) -> None:
        self.version, self.day = version, day
        self.plans: dict[str, KeptPlan] = {}
        self.values: dict[str, Any] = {}


class _Store:
    """What this process keeps: that of one content version and day at a time."""

    def __init__(self) -> None:
        self.lock = Lock()
        self._kept = _Kept(-1)

    def now(self) -> _Kept:
        """What is kept under the present version today; what was kept under another is let go."""
        version, day = content_version(), timezone.localdate()
        with self.lock:
            if (version, day) != (self._kept.version, self._kept.day):
                self._kept = _Kept(version, day)
            return self._kept

    def forget(self) -> None:
        with self.lock:
            self._kept = _Kept(-1)


_store = _Store()


def kept_plan(slug: str) -> KeptPlan:
    """The published plan at that address; raises Plan.DoesNotExist.

    No query inside a public request; five the first time after an edit.
    """
    kept = _store.now()
    if slug not in kept.plans:
        plan, entered = published_plan_with_entry(slug)
        prefetch_related_objects([plan], "policies__measures__directions")
        entered_on = timezone.localdate(entered) if entered else None
        kept.plans[slug] = KeptPlan(plan, glossary_of(plan), entered_on, f"{kept.version}-{release()}")
    return kept.plans[slug]


def kept_value(key: str, make: Callable[[], Value]) -> Value:
    """What `make` returns for the newest state of the content today; made once, for the first who asks for `key`.

    `make` reads only what raises the content version when it changes, and the
    day; what it returns is changed by nobody; it may take kept plans and other kept
    values. Threads that ask at the same time may make it each for themselves,
    and all get the same one. Keys name the app and are few: everything is held
    in memory. No query inside a public request but those of `make`.
    """
    kept = _store.now()
    if key not in kept.values:
        made = make()
        with _store.lock:
            kept.values.setdefault(key, made)
    value: Value = kept.values[key]
    return value


def changed_under(plan: Plan, address: str) -> datetime.date | None:
    """`changed_on` for what stands at any address under this one. A query for the first who asks."""
    return kept_value(f"plan.changed_under {address}", lambda: changed_on(plan, under=address))


def kept_counts(plan: Plan) -> Counts:
    """`counts_of`; a query for the first who asks: 改定履歴 may have 200,000 entries."""
    return kept_value(f"plan.counts {plan.pk}", lambda: counts_of(plan))


def forget_kept_plans() -> None:
    """Start as a new process does; for tests, which take their edits back without an edit."""
    _store.forget()
