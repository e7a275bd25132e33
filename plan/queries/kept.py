"""A plan's structure and glossary, read once for each state of the content and kept in this process.

Every page of the hierarchy needs them, and they change only when an edit
raises the content version. Rows are read after the version, so what is kept
under a version is never older than it; the next edit makes every process read
them again. For public pages only: they read outside of transactions.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock

from django.db.models import prefetch_related_objects
from django.utils import timezone

from plan.caching import content_version, release
from plan.models import Plan
from plan.prose import PlanGlossary
from plan.queries.glossary import glossary_of
from plan.queries.plans import published_plan_with_entry
from plan.queries.revisions import RevisionView, latest_at


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
    """The plans of one content version, by slug."""

    def __init__(self) -> None:
        self.version = -1
        self.plans: dict[str, KeptPlan] = {}


_kept = _Kept()
_lock = Lock()


def kept_plan(slug: str) -> KeptPlan:
    """The published plan at that address; raises Plan.DoesNotExist.

    No query inside a public request; five the first time after an edit.
    """
    version = content_version()
    with _lock:
        if version != _kept.version:
            _kept.version, _kept.plans = version, {}
        plans = _kept.plans
    if slug not in plans:
        plan, entered = published_plan_with_entry(slug)
        prefetch_related_objects([plan], "policies__measures__directions")
        entered_on = timezone.localdate(entered) if entered else None
        plans[slug] = KeptPlan(plan, glossary_of(plan), entered_on, f"{version}-{release()}")
    return plans[slug]


def forget_kept_plans() -> None:
    """Start as a new process does; for tests, which take their edits back without an edit."""
    with _lock:
        _kept.version, _kept.plans = -1, {}
