"""How a desk page gets its 調書: what the person may not know of is 404."""

from typing import cast

from django.http import Http404, HttpRequest

from accounts.models import User
from progress import permissions
from progress.models import Evaluation
from progress.models.evaluation import EvaluationQuerySet
from progress.queries.extensions import with_deadline
from progress.queries.first_frame import keep_frame, with_frame_of_round


def reader(request: HttpRequest) -> User:
    """Who asks; for views behind `login_required`."""
    return cast(User, request.user)


def evaluation_or_404(user: User, pk: int) -> Evaluation:
    """The 調書 with what its pages read, `due_on`, and the words in which its year was published. Three queries."""
    visible = cast("EvaluationQuerySet", with_deadline(permissions.visible_to(user)))
    rows = with_frame_of_round(visible.with_everything().select_related("saved_by"))
    found: Evaluation | None = rows.filter(pk=pk).first()
    if found is None:
        raise Http404("この調書はありません。")
    keep_frame(found)
    return found


def handed_over_from(user: User, pk: int) -> Evaluation | None:
    """The 調書 that went from a 課 of the person to another, so that they do not see it any more. Else None."""
    if permissions.visible_to(user).filter(pk=pk).exists():
        return None
    departments = [each.department_id for each in user.valid_memberships if each.department_id]
    had_it = Evaluation.history.filter(id=pk, department__in=departments).exists()
    return Evaluation.objects.with_everything().filter(pk=pk).first() if had_it else None
