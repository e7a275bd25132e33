"""Later deadlines for single departments."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.permissions import Permission
from plan.fiscal import date_label
from progress.actions.rounds import end_extension, extend
from progress.errors import NotNow
from progress.forms.rounds import ExtensionForm
from progress.models import Extension, Round
from progress.queries.round_extensions import listed_extensions
from progress.views.access import reader
from progress.views.round_access import round_deed, round_form, shown

ALREADY_ENDED = "この期限の延長は、すでに取り消されています。"


@round_form(Permission.OPEN_ROUND)
def extensions(request: HttpRequest, round_: Round) -> HttpResponse:
    """All extensions, and the form for another. POST department, deadline, reason."""
    return _form_page(request, round_, Extension(round=round_))


@round_form(Permission.OPEN_ROUND)
def extension(request: HttpRequest, round_: Round, pk: int) -> HttpResponse:
    """One of them with the form to change it. POST deadline, reason."""
    return _form_page(request, round_, _extension_or_404(round_, pk))


@round_deed(Permission.OPEN_ROUND)
def remove(request: HttpRequest, round_: Round, pk: int) -> HttpResponse:
    found = round_.extensions.filter(pk=pk).select_related("round", "department").first()
    if found is None:  # a second click, or another's was faster
        messages.warning(request, ALREADY_ENDED)
        return redirect("desk:round_extensions", round_.slug)
    try:
        end_extension(extension=found, by=reader(request))
    except NotNow as error:
        messages.warning(request, str(error))
    else:
        day = date_label(round_.deadline)
        messages.success(request, f"{found.department}の期限の延長を取り消しました。期限は{day}です。")
    return redirect("desk:round_extensions", round_.slug)


def _form_page(request: HttpRequest, round_: Round, instance: Extension) -> HttpResponse:
    form = ExtensionForm(request.POST if request.method == "POST" else None, instance=instance)
    if form.is_valid():
        _extend(request, round_, form)
        return redirect("desk:round_extensions", round_.slug)
    context = {"form": form, "extension": instance if instance.pk else None, "listed": listed_extensions(round_)}
    return shown(request, "desk/rounds/extensions.html", round_, "extensions", **context)


def _extend(request: HttpRequest, round_: Round, form: ExtensionForm) -> None:
    made = form.instance
    try:
        extend(round=round_, department=made.department, deadline=made.deadline, reason=made.reason, by=reader(request))
    except NotNow as error:
        messages.warning(request, str(error))
    except ValidationError as error:  # the round's own deadline was moved since the form was read
        messages.warning(request, "".join(error.messages))
    else:
        messages.success(request, f"{made.department}の提出期限を{date_label(made.deadline)}に延ばしました。")


def _extension_or_404(round_: Round, pk: int) -> Extension:
    found = round_.extensions.filter(pk=pk).select_related("round", "department").first()
    if found is None:
        raise Http404("この延長はありません。")
    return found
