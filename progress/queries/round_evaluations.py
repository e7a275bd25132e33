"""The 調書 of one round as ICT推進課 lists them."""

from django.db.models import QuerySet

from accounts.models import Department
from plan.models import Measure
from progress.models import Evaluation, Round
from progress.queries.extensions import with_deadline


def evaluations_of(round_: Round) -> QuerySet[Evaluation]:
    """Each with `due_on`; no query yet."""
    return with_deadline(Evaluation.objects.filter(round=round_))


def departments_of_round(round_: Round) -> list[Department]:
    """Those with 調書 in the round, in the order of their codes. One query."""
    mine = Evaluation.objects.filter(round=round_).order_by().values("department")
    return list(Department.objects.filter(pk__in=mine).order_by("code", "valid_from"))


def measures_of_round(round_: Round) -> list[Measure]:
    """The measures of the round's plan in their order. One query."""
    measures = Measure.objects.filter(policy__plan=round_.program.plan_id).select_related("policy__plan")
    return list(measures.order_by("policy__number", "number"))


def for_file(evaluations: QuerySet[Evaluation]) -> QuerySet[Evaluation]:
    """With all that `progress.round_exports` writes of each; by code."""
    return evaluations.select_related(
        "round__program", "action__main_direction__measure__policy", "department__bureau", "grade", "outlook"
    ).order_by("action__code")
