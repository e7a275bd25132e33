"""What stands in the way of a round's publication, and what will be missing from it."""

from dataclasses import dataclass

from progress.enums import DECIDED, Status
from progress.models import Evaluation, MeasureEvaluation, Round
from progress.queries.snapshot_rows import undecided

MOST_SHOWN = 100


@dataclass(frozen=True)
class Readiness:
    """`blockers` and `exceptions` are the first of each; the counts are of all. `late`: what can be published late."""

    total: int
    decided: int
    blockers: list[Evaluation]
    blocker_count: int
    exceptions: list[Evaluation]
    exception_count: int
    late: int
    unwritten: list[MeasureEvaluation]

    @property
    def unreasoned(self) -> list[MeasureEvaluation]:
        """Those that stand in the way."""
        return [row for row in self.unwritten if row.lacks_reason]

    @property
    def blank(self) -> list[MeasureEvaluation]:
        """Those that do not: the public sees nothing in their place."""
        return [row for row in self.unwritten if not row.lacks_reason]

    @property
    def is_ready(self) -> bool:
        return self.total > 0 and self.blocker_count == 0 and not self.unreasoned

    @property
    def leaves_out(self) -> bool:
        """Whether anything would be missing if the round were published as it stands."""
        return bool(self.blocker_count or self.exception_count or self.unwritten)


def readiness(round_: Round) -> Readiness:
    """Eight queries at most."""
    evaluations = Evaluation.objects.filter(round=round_)
    blocking = undecided(round_)
    excused = (
        evaluations.exclude(exception_reason="")
        .exclude(status__in=round_.decided_states)
        .select_related("action", "department")
    )
    written = MeasureEvaluation.objects.filter(round=round_).select_related("measure__policy")
    return Readiness(
        total=evaluations.count(),
        decided=evaluations.filter(status__in=DECIDED).count(),
        blockers=list(blocking[:MOST_SHOWN]),
        blocker_count=blocking.count(),
        exceptions=list(excused.order_by("action__code")[:MOST_SHOWN]),
        exception_count=excused.count(),
        late=evaluations.filter(status=Status.ACCEPTED).count() if round_.is_published else 0,
        unwritten=[row for row in written if not row.is_complete],
    )
