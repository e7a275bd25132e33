"""The 調書 of one round as ICT推進課 lists them."""

from typing import Any

from django.db.models import F, QuerySet

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


def for_file(evaluations: QuerySet[Evaluation]) -> list[Any]:
    """What `progress.round_exports` writes of each, as named tuples: a round may have 20,000 of them. One query."""
    measure = "action__main_direction__measure"
    places = {
        "policy_number": F(f"{measure}__policy__number"),
        "measure_number": F(f"{measure}__number"),
        "measure_title": F(f"{measure}__title"),
    }
    rows = evaluations.annotate(**places).order_by("action__code")
    return list(rows.values_list(*_IN_FILE, *places, named=True))


_IN_FILE = (
    "action__code",
    "action__title",
    "department__bureau__name",
    "department__code",
    "department__name",
    "status",
    "due_on",
    "grade__kind",
    "grade__symbol",
    "grade__label",
    "outlook__symbol",
    "outlook__label",
    "planned_budget",
    "settlement",
    "submitted_at",
    "endorsed_at",
    "accepted_at",
    "exception_reason",
)
