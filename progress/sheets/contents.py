"""What a workbook of 調書 is made of, and what one that comes back is compared with."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from django.db.models import Count, QuerySet

from accounts.enums import Role
from accounts.models import Department, User
from accounts.permissions import Permission
from progress import permissions
from progress.enums import EvaluationField
from progress.models import Evaluation, EvaluationUpload, Round, ScaleEntry
from progress.models.evaluation import EvaluationQuerySet
from progress.queries.evaluation_page import Earlier, earlier_of_many
from progress.queries.filling import entries_of
from progress.queries.guidance import guidance_texts


@dataclass(frozen=True)
class Contents:
    """The 調書 of one department in one round, with what stands beside them."""

    round: Round
    department: Department
    evaluations: Sequence[Evaluation]
    entries: Sequence[ScaleEntry]
    guidance: dict[EvaluationField, str]
    earlier: dict[int, dict[EvaluationField, list[Earlier]]]


def contents_of(round_: Round, department: Department, user: User) -> Contents:
    """What the person may read of the department's 調書. Twelve queries at most."""
    visible = permissions.visible_to(user)
    found = cast("EvaluationQuerySet", visible.filter(round=round_, department=department))
    evaluations = list(found.with_answers().order_by("action__code"))
    return Contents(
        round=round_,
        department=department,
        evaluations=evaluations,
        entries=entries_of(round_),
        guidance=guidance_texts(round_),
        earlier=earlier_of_many(evaluations, visible),
    )


def departments_with_sheets(round_: Round, user: User) -> QuerySet[Department]:
    """The departments whose 調書 the person may take away as a workbook, with their number as `sheets`. One query."""
    found = Department.objects.filter(evaluations__round=round_).annotate(sheets=Count("evaluations"))
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
