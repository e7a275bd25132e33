"""公表: what stands in the way, publishing now, setting the moment, taking it back.

What a form of the page is sent to is the address of a page as well, where something was wrong; asked for anew it leads
to the page itself.
"""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Permission
from plan.fiscal import date_label
from progress.actions.evaluations import Refused
from progress.actions.opening import Report
from progress.actions.publication import publish, schedule, unschedule
from progress.actions.rounds import set_exceptions
from progress.enums import RoundState
from progress.errors import CannotPublish, NotNow
from progress.forms.publication import PublishForm, ScheduleForm
from progress.forms.rounds import ExceptionForm
from progress.long_work import Outcome, Task, carried_out
from progress.models import Evaluation, Round
from progress.queries.led_elsewhere import first_few
from progress.queries.round_publication import readiness
from progress.queries.without_evaluations import without_evaluation
from progress.views.access import reader
from progress.views.round_access import chosen_keys, round_deed, round_form, round_page, shown

MOST_NAMED = 5


@round_page(Permission.PUBLISH)
def publication(request: HttpRequest, round_: Round) -> HttpResponse:
    return _page(request, round_)


def _page(request: HttpRequest, round_: Round, **forms: Any) -> HttpResponse:
    set_for = timezone.localtime(round_.publish_at) if round_.publish_at else None
    context = {
        "readiness": readiness(round_),
        "lacking": first_few(without_evaluation(round_)),
        "publish_form": PublishForm(),
        "exception_form": ExceptionForm(),
        "chosen": (),
        "schedule_form": ScheduleForm(publish_at=set_for),
        **forms,
    }
    return shown(request, "desk/rounds/publish.html", round_, "publish", **context)


@round_form(Permission.PUBLISH)
def exceptions(request: HttpRequest, round_: Round) -> HttpResponse:
    """POST pk (keys; with all, shown: those of the table), reason: the round is published without these."""
    if request.method != "POST":
        return redirect("desk:round_publish", round_.slug)
    keys, form = chosen_keys(request, "shown" if "all" in request.POST else "pk"), ExceptionForm(request.POST)
    chosen = Evaluation.objects.filter(round=round_, pk__in=keys).select_related("action").order_by("action__code")
    if not form.is_valid():
        return _page(request, round_, exception_form=form, chosen=keys)
    if not chosen:
        form.add_error(None, "例外にする調書を選んでください。確認が済んでいない調書の表で選びます。")
        return _page(request, round_, exception_form=form)
    count, refused = set_exceptions(evaluations=chosen, by=reader(request), reason=form.cleaned_data["reason"])
    if count:
        messages.success(request, f"{count:,}件の調書を公表の例外にしました。")
    for reason, each in _by_reason(refused):
        messages.warning(request, f"{'、'.join(each)}：{reason}")
    return redirect("desk:round_publish", round_.slug)


def _by_reason(refused: Sequence[Refused]) -> list[tuple[str, list[str]]]:
    """Each reason with those it is given for: the first of many, and the number of the others."""
    found: dict[str, list[str]] = {}
    for each in refused:
        found.setdefault(each.reason, []).append(f"調書『{each.evaluation}』")
    return [
        (reason, [*names[:MOST_NAMED], *([f"ほか{len(names) - MOST_NAMED}件"] if len(names) > MOST_NAMED else [])])
        for reason, names in found.items()
    ]


@round_form(Permission.PUBLISH)
def publish_now(request: HttpRequest, round_: Round) -> HttpResponseBase:
    """POST confirmed: the round is public. With many 調書 the answer tells how far it is."""
    user, back = reader(request), reverse("desk:round_publish", args=[round_.slug])
    if request.method != "POST":
        return redirect(back)
    if round_.state == RoundState.PUBLISHED:
        messages.info(request, f"『{round_}』は、すでに公表しています。")
        return redirect(back)
    form = PublishForm(request.POST)
    if not form.is_valid():
        return _page(request, round_, publish_form=form)

    def work(report: Report) -> Outcome:
        publish(round=round_, by=user, report=report)
        return Outcome(f"『{round_}』を公表しました。", back, "公表のページに戻る")

    task = Task(f"{round_}の公表", work, back)
    return carried_out(request, task, rows=Evaluation.objects.filter(round=round_).count())


@round_form(Permission.PUBLISH)
def set_moment(request: HttpRequest, round_: Round) -> HttpResponse:
    """POST day, time (in Japan): `manage.py publish_due` publishes the round then."""
    if request.method != "POST":
        return redirect("desk:round_publish", round_.slug)
    form = ScheduleForm(request.POST)
    if not form.is_valid():
        return _page(request, round_, schedule_form=form)
    try:
        stored = schedule(round=round_, by=reader(request), publish_at=form.publish_at)
    except NotNow as error:
        form.add_error("day", str(error))
        return _page(request, round_, schedule_form=form)
    except CannotPublish as error:
        messages.error(request, str(error))
    else:
        set_for = timezone.localtime(stored.publish_at)
        words = f"{date_label(set_for.date())}{set_for:%H:%M}"
        messages.success(request, f"{words}に公表します。それまでは、どこにも公開しません。")
    return redirect("desk:round_publish", round_.slug)


@round_deed(Permission.PUBLISH)
def take_moment_back(request: HttpRequest, round_: Round) -> HttpResponse:
    try:
        unschedule(round=round_, by=reader(request))
    except NotNow as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, "公表の予定を取りやめました。")
    return redirect("desk:round_publish", round_.slug)
