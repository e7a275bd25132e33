"""The page of one 調書: reading, filling in, saving, autosave, and two people at once."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from progress import workflow
from progress.actions.evaluations import perform, save_evaluation
from progress.enums import Status
from progress.errors import Incomplete, NotNow, NotYours, StaleSave
from progress.forms.evaluation import EvaluationForm
from progress.forms.seal import sealed
from progress.models import Evaluation
from progress.queries.evaluation_page import suggestion_of
from progress.queries.filling import entries_of, missing_of
from progress.queries.versions import was_replanned
from progress.views import moved
from progress.views.access import evaluation_or_404, reader
from progress.views.conflict import chosen_data, comparison
from progress.views.evaluation_page import lacking_of, page_context
from progress.views.moved import gives_back
from progress.views.standing import done_before_message, done_message, is_done_already

_PLACELESS = "入力したマイルストーンは、計画から無くなりました。「保存する」を押すと、入力した文章を示します。"

# What a person who wanted to submit sends from the page that compares two versions: what they choose is saved alone.
_SUBMIT_LATER = "submit_later"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
@gives_back(moved.page)
def evaluation(request: HttpRequest, pk: int) -> HttpResponse:
    """GET `check`: what is missing is listed at the top. POST: 保存, and with `then=submit` 提出 as well."""
    user = reader(request)
    found = evaluation_or_404(user, pk)
    if request.method == "POST":
        return _saved(request, user, found)
    return render(request, "desk/evaluation.html", page_context(found, user, shows_lacking="check" in request.GET))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
@gives_back(moved.message)
def autosave(request: HttpRequest, pk: int) -> JsonResponse:
    """JSON. GET: who is logged in, with a fresh token. POST: saves the changed fields that can be read.

    409 where it cannot be saved from this page any more; `message` says why.
    """
    user = reader(request)
    found = evaluation_or_404(user, pk)
    if request.method != "POST":
        return JsonResponse({"user": str(user.pk), "token": get_token(request)})
    form = EvaluationForm(request.POST, evaluation=found, entries=entries_of(found.round))
    form.is_valid()
    if form.placeless:
        return JsonResponse({"message": _PLACELESS}, status=409)
    try:
        stored = _save(form, found, user, on_record=False)
    except (StaleSave, NotNow) as error:
        return JsonResponse({"message": str(error)}, status=409)
    except NotYours as error:
        return JsonResponse({"message": str(error)}, status=403)
    is_replanned = was_replanned(stored, since=form.read_version)
    return JsonResponse({**_autosaved(stored, form), "is_replanned": is_replanned})


# ── Steps ─────────────────────────────────────────────────────────────────────


def _saved(request: HttpRequest, user: User, found: Evaluation) -> HttpResponse:
    entries = entries_of(found.round)
    current = EvaluationForm(evaluation=found, entries=entries)
    form = EvaluationForm(chosen_data(request.POST, current), evaluation=found, entries=entries)
    form.is_valid()
    if form.placeless:
        return _compared(request, user, form)
    wants_submission = request.POST.get("then") == "submit"
    try:
        stored = _save(form, found, user, on_record=True)
    except NotYours as error:
        raise PermissionDenied(str(error)) from error
    except StaleSave:
        return _compared(request, user, form)
    except NotNow as error:
        return _too_late(request, user, form, error, wants_submission=wants_submission)
    if form.errors:
        return _shown_again(request, user, form, stored)
    if was_replanned(stored, since=form.read_version):
        return _replanned(request, stored, wants_submission=wants_submission)
    if wants_submission:
        return _submitted(request, user, stored)
    not_yet = "まだ提出していません。" if request.POST.get("then") == _SUBMIT_LATER else ""
    messages.success(request, f"調書『{stored}』を保存しました。{not_yet}")
    return redirect("desk:evaluation", stored.pk)


def _save(form: EvaluationForm, found: Evaluation, user: User, *, on_record: bool) -> Evaluation:
    return save_evaluation(
        evaluation=found, answers=form.answers(), by=user, expected_version=form.read_version, on_record=on_record
    )


def _shown_again(request: HttpRequest, user: User, form: EvaluationForm, stored: Evaluation) -> HttpResponse:
    """What could be read is saved; the rest stands in the form as it was typed."""
    data: Any = form.data.copy()  # type: ignore[attr-defined]  # a QueryDict
    data["version"] = str(stored.version)
    form.data = data
    messages.warning(
        request,
        f"読めない入力が{len(form.errors)}か所あります。ほかの項目は保存しました。下の一覧を直してから、もう一度保存してください。",
    )
    context = page_context(evaluation_or_404(user, stored.pk), user, form=form)
    return render(request, "desk/evaluation.html", context)


def _replanned(request: HttpRequest, stored: Evaluation, *, wants_submission: bool) -> HttpResponseRedirect:
    """Saved; but the plan beside it is another one than the person saw."""
    not_yet = "まだ提出していません。" if wants_submission else ""
    messages.warning(
        request,
        f"調書『{stored}』を保存しました。{not_yet}入力している間に、ICT推進課が今の計画を取り込みました。計画を確かめてください。",
    )
    return redirect("desk:evaluation", stored.pk)


def _submitted(request: HttpRequest, user: User, stored: Evaluation) -> HttpResponseRedirect:
    try:
        event = perform(evaluation=stored, transition=workflow.SUBMIT, by=user, expected_version=stored.version)
    except Incomplete as error:
        messages.error(request, f"保存しましたが、まだ提出していません。{error}")
        return redirect(f"{reverse('desk:evaluation', args=[stored.pk])}?check")
    except (NotNow, StaleSave) as error:
        messages.info(request, f"{error}")
        return redirect("desk:evaluation", stored.pk)
    messages.success(request, done_message(workflow.SUBMIT, stored, Status(event.to_status)))
    return redirect("desk:home")


def _compared(request: HttpRequest, user: User, form: EvaluationForm, closed: str = "") -> HttpResponse:
    """Both versions side by side; `closed` says why none can be saved now."""
    stored = evaluation_or_404(user, form.evaluation.pk)
    current = EvaluationForm(evaluation=stored, entries=form.entries)
    typed = EvaluationForm(request.POST, evaluation=stored, entries=form.entries)
    typed.is_valid()
    context = {
        "evaluation": stored,
        "seal": sealed(stored, by=user),
        "comparison": comparison(typed, current, stored, request.POST),
        "closed": closed,
        "wanted_submission": request.POST.get("then") in {"submit", _SUBMIT_LATER},
        "placeless": form.placeless,
    }
    return render(request, "desk/conflict.html", context, status=409)


def _too_late(
    request: HttpRequest, user: User, form: EvaluationForm, error: NotNow, *, wants_submission: bool
) -> HttpResponse:
    """A second click says that it is done; text that was not saved is shown, never dropped."""
    stored = evaluation_or_404(user, form.evaluation.pk)
    if form.has_unsaved(stored):
        return _compared(request, user, form, closed=str(error))
    if wants_submission and is_done_already(workflow.SUBMIT, stored, user):
        messages.info(request, done_before_message(workflow.SUBMIT, stored, Status(stored.status)))
    else:
        messages.warning(request, str(error))
    return redirect("desk:evaluation", stored.pk)


def _autosaved(stored: Evaluation, form: EvaluationForm) -> dict[str, Any]:
    entries = form.entries
    return {
        "version": stored.version,
        "saved_at": f"{timezone.localtime(stored.saved_at):%-H:%M}" if stored.saved_at else "",
        "errors": {name: " ".join(str(error) for error in errors) for name, errors in form.errors.items()},
        "lacking": render_to_string(
            "desk/evaluation/_lacking.html", {"lacking": lacking_of(missing_of(stored, entries), form)}
        ),
        "suggestion": render_to_string(
            "desk/evaluation/_suggestion.html", {"suggestion": suggestion_of(stored, entries)}
        ),
    }
