"""Opening a round: what will happen, and doing it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from accounts.permissions import Permission
from progress.actions.opening import Report, open_round, opening_problems
from progress.enums import RoundState
from progress.long_work import Outcome, Task, carried_out
from progress.models import Round
from progress.queries.led_elsewhere import day_that_counts
from progress.queries.rounds import opening_preview
from progress.queries.without_evaluations import actions_to_open
from progress.views.access import reader
from progress.views.round_access import round_deed, round_page, shown


@round_page(Permission.OPEN_ROUND)
def opening(request: HttpRequest, round_: Round) -> HttpResponse:
    if round_.state != RoundState.PLANNED:
        return redirect("desk:round", round_.slug)
    actions, day = actions_to_open(round_), day_that_counts(round_)
    preview = opening_preview(round_, actions, leading_on=day)
    return shown(
        request,
        "desk/rounds/open.html",
        round_,
        "open",
        preview=preview,
        problems=opening_problems(round_, actions, preview.actions, leading_on=day),
    )


@round_deed(Permission.OPEN_ROUND)
def start(request: HttpRequest, round_: Round) -> HttpResponseBase:
    """POST: 照会を始める. With many actions the answer tells how far it is."""
    user, overview = reader(request), reverse("desk:round", args=[round_.slug])
    if round_.state != RoundState.PLANNED:
        messages.info(request, f"『{round_}』の照会は、すでに始まっています。")
        return redirect(overview)

    def work(report: Report) -> Outcome:
        opened = open_round(round=round_, by=user, report=report)
        text = "所管課の担当者の机に、調書が並びました。"
        return Outcome(f"『{opened}』の照会を始めました。", overview, "状況を見る", text)

    task = Task(f"{round_}の照会を始めています", work, reverse("desk:round_open", args=[round_.slug]))
    return carried_out(request, task, rows=actions_to_open(round_).count())
