"""Whether a yearly plan still is what was taken over from the 調書 it came from."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from programs.models import ActionLineage
from programs.queries.originals import as_told
from progress.enums import ProposalState, Status
from progress.models import PlanOrigin, Round


@dataclass(frozen=True)
class Part:
    """What one 調書 gave to a yearly plan; the budget in 千円, None where it gave none."""

    work: str
    budget: int | None


def told_origins() -> QuerySet[PlanOrigin]:
    """Those of which the public may know: their 調書 is published."""
    return confirmed_origins().filter(
        proposal__evaluation__round__in=Round.objects.published(), proposal__evaluation__status=Status.PUBLISHED
    )


def confirmed_origins() -> QuerySet[PlanOrigin]:
    return PlanOrigin.objects.filter(proposal__state=ProposalState.CONFIRMED)


def continued_actions(action: str) -> Coalesce:
    """How many actions the one at `action`, a lookup, continues: as many parts its plan may have of the year before."""
    rows = ActionLineage.objects.filter(action=OuterRef(action)).order_by().values("action")
    return Coalesce(Subquery(rows.annotate(count=Count("pk")).values("count")), 0, output_field=IntegerField())


def is_changed_since(work: str, budget: int | None, parts: Sequence[Part], *, continues: int) -> bool:
    """Whether a plan says something else than the `parts` it was made of, which stand by the code of their action.

    `continues` is 0 where it came from the action's own year before, and otherwise how many actions of the programme
    before it continues. Of a merged or split action nobody knows what becomes of the money until all have given their
    part; and what the 調書 leaves blank stays there as it was (`progress.queries.next_plans`).
    """
    given = "\n".join(dict.fromkeys(part.work for part in parts if part.work))
    if (given or not continues) and as_told(given) != as_told(work):
        return True
    budgets = [part.budget for part in parts]
    if not continues:
        return budgets != [budget]
    known = [each for each in budgets if each is not None]
    return len(known) == continues and sum(known) != budget
