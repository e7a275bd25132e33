"""追加公表: exceptions that were accepted since are looked over and published, one by one or several at once."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Permission
from progress.actions.correction_preview import late_changes
from progress.actions.corrections import publish_late, publish_late_many
from progress.actions.opening import Report
from progress.enums import DECIDED, Status
from progress.errors import NotNow, StaleSave
from progress.forms.rounds import ReasonForm
from progress.forms.seen import Seen, sealed, unsealed
from progress.long_work import Outcome, Task, carried_out, reported
from progress.models import Evaluation, Round
from progress.queries.corrections import wrong_and_right
from progress.queries.first_frame import in_published_words
from progress.queries.round_corrections import late_ones
from progress.views.access import reader
from progress.views.round_access import chosen_keys, round_form, shown
from progress.views.round_corrections import (
    choosing_page,
    demand_published,
    late_form,
    remind_of_baselines,
    remind_of_measure,
)

_DEED = "publish_late"
_NOTHING = "追加で公表する調書を選んでください。「追加で公表できる調書」の表で選びます。"
_UNREADABLE = "確かめる画面から送られた内容を読み取れないため、何も公表していません。もう一度選んでください。"
_MEASURES = "それぞれの施策の評価の文章も、訂正が必要でないか確かめてください。"


@round_form(Permission.PUBLISH)
def late(request: HttpRequest, round_: Round, pk: int) -> HttpResponse:
    """An exception that was accepted since. POST reason, version, then (preview, save, or edit)."""
    demand_published(round_)
    found = Evaluation.objects.filter(round=round_, pk=pk).select_related("action", "department").first()
    if found is None:
        raise Http404("追加で公表できる調書ではありません。")
    form = late_form(request.POST if request.method == "POST" else None)
    if found.status not in DECIDED:
        return _not_any_more(request, round_, found, form)
    context: dict[str, Any] = {"evaluation": found, "form": form}
    if not form.is_valid() or request.POST.get("then") == "edit":
        return shown(request, "desk/rounds/publish_late.html", round_, "corrections", **context)
    if request.POST.get("then") == "save" and _published(request, round_, found, form.cleaned_data["reason"]):
        return redirect("desk:round_corrections", round_.slug)
    changes = late_changes(found)
    context |= {"changes": changes, "marked": wrong_and_right(changes, is_addition=True)}
    return shown(request, "desk/rounds/publish_late_preview.html", round_, "corrections", **context)


@round_form(Permission.PUBLISH)
def late_many(request: HttpRequest, round_: Round) -> HttpResponseBase:
    """POST pk (keys), reason: the page to look at first. POST seen (what it showed, sealed), reason: they are public.

    POST then=edit leads back to the choice, with the reason. The address asked for anew leads there too.
    """
    if request.method != "POST":
        return redirect("desk:round_corrections", round_.slug)
    demand_published(round_)
    form, is_back = late_form(request.POST), request.POST.get("then") == "edit"
    if "seen" in request.POST and form.is_valid() and not is_back:
        return _published_many(request, round_, form.cleaned_data["reason"])
    keys = set(chosen_keys(request, "pk"))
    rows = in_published_words(late_ones(round_).filter(pk__in=keys))
    if not rows and not is_back:
        form.add_error(None, _NOTHING)
    if is_back or not form.is_valid():
        return choosing_page(request, round_, form, keys)
    if gone := len(keys) - len(rows):
        messages.warning(request, f"選んだ調書のうち{gone:,}件は、追加で公表できなくなったため、除きました。")
    seen = Seen(timezone.now(), [row.pk for row in rows], [])
    context = {"rows": rows, "form": form, "seen": sealed(seen, deed=_DEED, round_=round_, by=reader(request))}
    return shown(request, "desk/rounds/publish_late_many.html", round_, "corrections", **context)


# ── Steps ─────────────────────────────────────────────────────────────────────


def _not_any_more(request: HttpRequest, round_: Round, found: Evaluation, form: ReasonForm) -> HttpResponse:
    """It was returned, maybe while somebody looked it over: the reason that was typed is given back."""
    words = f"調書『{found}』は「{found.get_status_display()}」です。確認が済むと、追加で公表できます。"
    if form.is_valid():
        words += f"何も公表していません。入力した理由：{form.cleaned_data['reason']}"
    messages.warning(request, words)
    return redirect("desk:round_corrections", round_.slug)


def _published(request: HttpRequest, round_: Round, found: Evaluation, reason: str) -> bool:
    """Whether there is nothing more to look over; a message says what was done, or why not."""
    version = next(iter(chosen_keys(request, "version")), 0)
    try:
        publish_late(evaluation=found, by=reader(request), reason=reason, expected_version=version)
    except StaleSave:
        messages.warning(request, "確かめた後に、調書の内容が変わりました。もう一度確かめてから公表してください。")
        return False
    except NotNow as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, f"調書『{found}』を追加で公表しました。")
        remind_of_measure(request, round_, found)
        remind_of_baselines(request, found)
    return True


def _published_many(request: HttpRequest, round_: Round, reason: str) -> HttpResponseBase:
    user, back = reader(request), reverse("desk:round_corrections", args=[round_.slug])
    seen = unsealed(request.POST["seen"], deed=_DEED, round_=round_, by=user)
    if seen is None:
        messages.error(request, _UNREADABLE)
        return redirect(back)
    found = Evaluation.objects.filter(round=round_, pk__in=seen.along).select_related("action", "round")
    public = found.filter(status=Status.PUBLISHED).count()
    rows = list(found.exclude(status=Status.PUBLISHED).order_by("action__code"))

    def work(report: Report) -> Outcome:
        count, refused = publish_late_many(evaluations=reported(rows, report), by=user, reason=reason, seen_at=seen.at)
        title = f"{count:,}件の調書を追加で公表しました。" if count or not public else ""
        before = f"{public:,}件は、すでに公表してありました。" if public else ""
        failed = f"{len(refused):,}件は公表できませんでした。理由は次のとおりです。" if refused else ""
        problems = tuple(
            (f"{each.evaluation}：{each.reason}", reverse("desk:evaluation", args=[each.evaluation.pk]))
            for each in refused
        )
        text = (_MEASURES if count else "") + failed
        return Outcome(
            title + before, back, "訂正・追加公表に戻る", text, "warning" if refused else "success", problems
        )

    task = Task("調書を追加で公表", work, back, is_whole=False)
    return carried_out(request, task, rows=len(rows), is_quick=False)
