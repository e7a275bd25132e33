"""How a desk page gets its 調書: what the person may not know of is 404."""

from typing import cast

from django.http import Http404, HttpRequest

from accounts.models import User
from progress import permissions
from progress.models import Evaluation
from progress.models.evaluation import EvaluationQuerySet
from progress.queries.extensions import with_deadline
from progress.queries.first_frame import keep_frame, with_first_frame


def reader(request: HttpRequest) -> User:
    """Who asks; for views behind `login_required`."""
    return cast(User, request.user)


def evaluation_or_404(user: User, pk: int) -> Evaluation:
    """The 調書 with what its pages read, `due_on`, and the words in which its year was published. Three queries."""
    visible = cast("EvaluationQuerySet", with_deadline(permissions.visible_to(user)))
    rows = with_first_frame(visible.with_everything().select_related("saved_by"), of="round")
    found: Evaluation | None = rows.filter(pk=pk).first()
    if found is None:
        raise Http404("この調書はありません。")
    keep_frame(found)
    return found
