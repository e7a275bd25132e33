"""/desk/rounds/: the rounds, preparing one, changing its days, its 記入要領."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.gates import requires
from accounts.permissions import Permission
from progress.actions.rounds import change_round, prepare_round, write_guidance
from progress.enums import RoundState
from progress.errors import NotNow
from progress.forms.rounds import GuidanceForm, RoundForm, form_for
from progress.models import Round
from progress.permissions import rounds_visible_to
from progress.queries.guidance import guidance_texts
from progress.queries.rounds import listed_rounds, proposed_round
from progress.views.access import reader
from progress.views.round_access import round_form, shown


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.OPEN_ROUND)
def rounds(request: HttpRequest) -> HttpResponse:
    """GET: all rounds, and the form for the next. POST program, year, opens_on, deadline, scale, slug."""
    user = reader(request)
    form = RoundForm(request.POST) if request.method == "POST" else RoundForm(initial=_proposed())
    if form.is_valid():
        try:
            added = prepare_round(round=form.save(commit=False), by=user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"『{added}』を準備しました。内容を確かめてから、照会を始めてください。")
            return redirect("desk:round_open", added.slug)
    context = {"rounds": listed_rounds(rounds_visible_to(user)), "form": form}
    return render(request, "desk/rounds/rounds.html", context)


def _proposed() -> dict[str, Any]:
    """Nothing where every year has its round: only who prepares one knows what comes then."""
    found = proposed_round()
    return {"program": found[0], "year": found[1]} if found else {}


@round_form(Permission.OPEN_ROUND)
def edit(request: HttpRequest, round_: Round) -> HttpResponse:
    """The days of a round and, in preparation, all else. POST the fields of the form."""
    form = form_for(round_, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return shown(request, "desk/rounds/edit.html", round_, "edit", form=form)
    try:
        stored, overtaken = change_round(round=round_, values=form.changes, by=reader(request))
    except NotNow as error:
        messages.warning(request, str(error))
        return redirect("desk:rounds")
    except ValidationError as error:
        form.add_error(None, error)
        return shown(request, "desk/rounds/edit.html", round_, "edit", form=form)
    messages.success(request, f"『{stored}』の設定を保存しました。")
    for extension in overtaken:
        messages.info(request, f"{extension.department}の延長は、新しい期限より前になったため取り消しました。")
    return redirect("desk:round_open" if stored.state == RoundState.PLANNED else "desk:round", stored.slug)


@round_form(Permission.OPEN_ROUND)
def guidance(request: HttpRequest, round_: Round) -> HttpResponse:
    """記入要領 of every field. POST one text for each."""
    form = GuidanceForm(request.POST if request.method == "POST" else None, texts=guidance_texts(round_))
    if not form.is_valid():
        return shown(request, "desk/rounds/guidance.html", round_, "guidance", form=form)
    try:
        changed = write_guidance(round=round_, texts=form.texts, by=reader(request))
    except NotNow as error:
        messages.warning(request, str(error))
    else:
        words = f"記入要領を{changed}項目、保存しました。" if changed else "記入要領に変わったところはありません。"
        messages.success(request, words)
    return redirect("desk:round_guidance", round_.slug)
