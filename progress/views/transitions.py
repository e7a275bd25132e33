"""The steps of the decision chain at the desk, each with a POST of its own."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from progress import workflow
from progress.actions.evaluations import check, perform
from progress.enums import Status
from progress.errors import Incomplete, NotNow, NotYours, StaleSave
from progress.forms.seal import sealed
from progress.forms.transitions import TransitionForm
from progress.models import Evaluation
from progress.queries.returning import Consequences, consequences_of_return
from progress.views import moved
from progress.views.access import evaluation_or_404, reader
from progress.views.moved import gives_back
from progress.views.standing import done_before_message, done_message, is_done_already
from progress.workflow import Transition

_ELSEWHERE = (workflow.SAVE, workflow.PUBLISH, workflow.CORRECT)
# After these the person has more to do with the same 調書; after the others the next one waits at the desk.
_STAYS = (workflow.WITHDRAW,)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
@gives_back(moved.page)
def transition(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """GET: the form of a step that needs a reason. POST comment, pointed, version: the step is done, once."""
    user = reader(request)
    found = evaluation_or_404(user, pk)
    step = workflow.BY_NAME.get(name)
    if step is None or step in _ELSEWHERE:
        raise Http404("この操作はありません。")
    if refused := _refused(request, user, found, step):
        return refused
    if request.method != "POST" and not step.needs_reason:
        return redirect("desk:evaluation", pk)
    form = TransitionForm(request.POST if request.method == "POST" else None, transition=step)
    if form.is_valid():
        return _performed(request, user, found, step, form)
    return render(request, "desk/transition.html", _context(user, found, step, form))


def _refused(request: HttpRequest, user: User, found: Evaluation, step: Transition) -> HttpResponseRedirect | None:
    """Done already: said so. Not yours: 403. Not now: a message that says when. None where it can be done."""
    if is_done_already(step, found, user):
        messages.info(request, done_before_message(step, found, Status(found.status)))
        return redirect("desk:evaluation", found.pk)
    try:
        check(step, found, user)
    except NotYours as error:
        raise PermissionDenied(str(error)) from error
    except NotNow as error:
        messages.warning(request, str(error))
        return redirect("desk:evaluation", found.pk)
    return None


def _performed(
    request: HttpRequest, user: User, found: Evaluation, step: Transition, form: TransitionForm
) -> HttpResponse:
    try:
        event = perform(
            evaluation=found,
            transition=step,
            by=user,
            comment=form.cleaned_data["comment"],
            fields=form.fields_pointed_at,
            expected_version=form.cleaned_data["version"],
        )
    except Incomplete as error:
        messages.error(request, str(error))
    except StaleSave:
        messages.warning(request, "開いた後に調書の内容が変わりました。もう一度読んでから操作してください。")
    except (NotNow, NotYours):  # somebody was faster: the same answer as to who comes later
        newest = evaluation_or_404(user, found.pk)
        return _refused(request, user, newest, step) or redirect("desk:evaluation", found.pk)
    else:
        messages.success(request, done_message(step, found, Status(event.to_status)))
        return redirect("desk:evaluation", found.pk) if step in _STAYS else redirect("desk:home")
    return redirect("desk:evaluation", found.pk)


def _context(user: User, found: Evaluation, step: Transition, form: TransitionForm) -> dict[str, Any]:
    follows = consequences_of_return(found) if step is workflow.RETURN_BY_STAFF else Consequences()
    return {"evaluation": found, "step": step, "form": form, "follows": follows, "seal": sealed(found, by=user)}
