"""A 調書 leaves the reach of somebody who has its form open: it goes to another 課, or their role changes.

They learn that, and the name of the 課, and get back what they typed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import render

from accounts.typed_text import TypedText, typed_text
from progress import permissions
from progress.forms.evaluation import EvaluationForm
from progress.forms.seal import NAME, Seal, read_seal
from progress.models import Evaluation
from progress.queries.filling import entries_of
from progress.queries.versions import values_at
from progress.views.access import reader

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Gone:
    """The 調書 as it is now, and as it was when its form was given."""

    evaluation: Evaluation
    seal: Seal

    @property
    def is_elsewhere(self) -> bool:
        return self.evaluation.department_id != self.seal.department

    @property
    def why(self) -> str:
        if self.is_elsewhere:
            return f"この調書は、取組の主管課が変わったため、{self.evaluation.department}に移りました。"
        return "あなたの役割が変わったため、この調書は、あなたの担当ではなくなりました。"


def page(request: HttpRequest, gone: Gone) -> HttpResponseBase:
    """What was typed since the form was given, to be handed on."""
    context = {
        "evaluation": gone.evaluation,
        "gone": gone,
        "typed": _typed(request, gone),
        "has_desk": permissions.may_enter_desk(reader(request)),
    }
    return render(request, "desk/moved.html", context, status=409)


def message(_request: HttpRequest, gone: Gone) -> HttpResponseBase:
    """For autosave; the form itself, sent as a whole, brings the page."""
    return JsonResponse({"message": gone.why, "offer": "入力した内容を表示する"}, status=409)


def gives_back(answer: Callable[[HttpRequest, Gone], HttpResponseBase]) -> Callable[[View], View]:
    """Of a view of one 調書: who sends a form that was theirs gets `answer` where the view refuses with 404 or 403.

    Only where a part in its chain is theirs no more: what is refused for another reason says that reason.
    """

    def decorator(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, pk: int, **rest: Any) -> HttpResponseBase:
            try:
                return view(request, pk, **rest)
            except (Http404, PermissionDenied):
                if gone := _gone(request, pk):
                    return answer(request, gone)
                raise

        return wrapped

    return decorator


def _gone(request: HttpRequest, pk: int) -> Gone | None:
    user = reader(request)
    seal = read_seal(request.POST.get(NAME, ""), evaluation=pk, by=user)
    found = Evaluation.objects.with_everything().filter(pk=pk).first() if seal else None
    if not found or not seal or seal.parts <= permissions.parts_of(user, found):
        return None
    return Gone(found, seal)


def _typed(request: HttpRequest, gone: Gone) -> list[TypedText]:
    """It is compared with what the person was shown, not with what is stored: that may be another 課's by now."""
    form = EvaluationForm(request.POST, evaluation=gone.evaluation, entries=entries_of(gone.evaluation.round))
    form.is_valid()
    shown = values_at(gone.evaluation, gone.seal.version)
    answers = ((name, (target.row, target.name)) for name, target in form.targets.items() if name in form.cleaned_data)
    as_shown = {name for name, key in answers if key in shown and shown[key] == form.cleaned_data[name]}
    return typed_text(request, without=as_shown)
