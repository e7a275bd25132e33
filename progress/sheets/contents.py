"""What a workbook of 調書 is made of, and what one that comes back is compared with."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from django.db.models import Count, DateField, Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.enums import Role
from accounts.models import Department, User
from accounts.permissions import Permission
from progress import permissions
from progress.enums import EvaluationField
from progress.models import Evaluation, EvaluationUpload, Extension, Round, ScaleEntry
from progress.models.evaluation import EvaluationQuerySet
from progress.queries.evaluation_page import Earlier, earlier_of_many
from progress.queries.extensions import deadlines_of
from progress.queries.filling import entries_of
from progress.queries.guidance import guidance_texts
from progress.queries.plan_background import Background, backgrounds_of


@dataclass(frozen=True)
class Contents:
    """The 調書 of one department in one round, with what stands beside them."""

    round: Round
    department: Department
    deadline: datetime.date
    evaluations: Sequence[Evaluation]
    entries: Sequence[ScaleEntry]
    guidance: dict[EvaluationField, str]
    earlier: dict[int, dict[EvaluationField, list[Earlier]]]
    backgrounds: dict[int, Background]


def contents_of(round_: Round, department: Department, user: User) -> Contents:
    """What the person may read of the department's 調書. Fourteen queries at most."""
    visible = permissions.visible_to(user)
    found = cast("EvaluationQuerySet", visible.filter(round=round_, department=department))
    evaluations = list(found.with_answers().select_related("round__program__plan").order_by("action__code"))
    return Contents(
        round=round_,
        department=department,
        deadline=deadlines_of([round_]).of(round_, department.pk),
        evaluations=evaluations,
        entries=entries_of(round_),
        guidance=guidance_texts(round_),
        earlier=earlier_of_many(evaluations, visible),
        backgrounds=backgrounds_of(evaluations),
    )


def departments_with_sheets(round_: Round, user: User) -> QuerySet[Department]:
    """The departments whose 調書 the person may take away as a workbook. One query.

    Each with their number as `sheets`, and its own deadline as `due_on`.
    """
    own = Extension.objects.filter(round=round_, department=OuterRef("pk")).order_by().values("deadline")
    theirs = Evaluation.objects.filter(round=round_, department=OuterRef("pk")).order_by()
    # Counted of those that are shown alone: joined, all 調書 of the round are.
    number = theirs.values("department").annotate(number=Count("pk")).values("number")
    due_on = Coalesce(Subquery(own), Value(round_.deadline, DateField()))
    found = Department.objects.filter(Exists(theirs)).annotate(sheets=Subquery(number), due_on=due_on)
    departments = found.order_by("code", "valid_from")
    if user.may(Permission.REVIEW):
        return departments
    return departments.filter(pk__in=permissions.departments_of(user, Role.LIAISON, Role.MANAGER))


def answerable(round_: Round, user: User) -> list[Evaluation]:
    """The 調書 of the round that the person's departments fill in, with their answers. Three queries."""
    mine = permissions.departments_of(user, Role.LIAISON)
    found = cast("EvaluationQuerySet", permissions.visible_to(user).filter(round=round_, department__in=mine))
    return list(found.with_answers().select_related("saved_by", "submitted_by").order_by("action__code"))


def latest_uploads(round_: Round, user: User, number: int = 5) -> list[EvaluationUpload]:
    """The person's newest kept files of the round, without their content. One query."""
    return list(EvaluationUpload.objects.filter(round=round_, by=user).defer("content")[:number])
