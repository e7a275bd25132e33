"""The extensions of a round, with what they are about."""

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from progress.models import Evaluation, Extension, Round
from progress.queries.outstanding import owed


def listed_extensions(round_: Round) -> QuerySet[Extension]:
    """By deadline, each with `owed`: how many 調書 its department still has to fill in or endorse. One query."""
    counted = (
        Evaluation.objects.filter(owed(), round=OuterRef("round"), department=OuterRef("department"))
        .order_by()
        .values("department")
        .annotate(count=Count("pk"))
        .values("count")
    )
    return (
        round_.extensions.select_related("department__bureau")
        .annotate(owed=Coalesce(Subquery(counted, output_field=IntegerField()), 0))
        .order_by("deadline", "department__code")
    )
