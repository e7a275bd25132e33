"""What a 調書 keeps of other rows for the sums of its round: the direction of its action, and its indicators counted.

Whoever fills in a 調書 counts its indicators (`count_indicators`). What
changes elsewhere — an action comes to another direction, less of an indicator
is better from now on — is followed by `keep_sums`, which `ProgressConfig`
puts into the registry of followers.
"""

from collections.abc import Collection
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from programs.enums import Improvement
from programs.models import Action
from progress.models import Evaluation, EvaluationIndicator
from progress.queries.filling import measured
from progress.rating import reached

BATCH = 500


def count_indicators(evaluation: Evaluation) -> None:
    """Count anew what is filled in; the row is not saved. `evaluation` is read with `with_answers()`."""
    results = [reached(measured(row)) for row in evaluation.indicators.all()]
    evaluation.indicators_total = sum(result is not None for result in results)
    evaluation.indicators_reached = sum(result is True for result in results)


def keep_sums(evaluations: QuerySet[Evaluation]) -> None:
    """Take over what other rows say now; needs a transaction. Two queries for each 500, and one."""
    keys = list(evaluations.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), BATCH):
        batch = Evaluation.objects.filter(pk__in=keys[start : start + BATCH])
        # Waits for who is saving one of them, so that the count is of what they saved.
        list(batch.select_for_update(of=("self",)).order_by("pk").values_list("pk"))
        batch.update(**kept_sums())


def kept_sums() -> dict[str, Any]:
    """What the kept columns must say, as expressions of a 調書."""
    direction = Action.objects.filter(pk=OuterRef("action")).values("main_direction")
    return {
        "direction": Subquery(direction),
        "indicators_total": _count(Q()),
        "indicators_reached": _count(_met()),
    }


def follow_actions(keys: Collection[int]) -> None:
    """Actions were saved: their 調書 stand under the main direction of now."""
    keep_sums(Evaluation.objects.filter(action__in=keys).exclude(direction=F("action__main_direction")))


def follow_indicators(keys: Collection[int]) -> None:
    """Indicators were saved: what was reached may be another number now."""
    keep_sums(Evaluation.objects.filter(indicators__indicator__in=keys).distinct())


def _met() -> Q:
    falls = Q(indicator__improvement=Improvement.DOWN)
    return (falls & Q(actual__lte=F("target"))) | (~falls & Q(actual__gte=F("target")))


def _count(which: Q) -> Coalesce:
    rows = EvaluationIndicator.objects.filter(
        which, evaluation=OuterRef("pk"), target__isnull=False, actual__isnull=False
    )
    counted = rows.order_by().values("evaluation").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted), 0)
