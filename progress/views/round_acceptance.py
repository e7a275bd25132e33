"""確認 of many 調書 at once: the page that says what should be read first, and the deed."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from accounts.lookups import key_in
from accounts.models import Department, User
from accounts.permissions import Permission
from progress import workflow
from progress.actions.evaluations import Refused, accept_many, check
from progress.actions.opening import Report
from progress.enums import DECIDED, Status
from progress.errors import ProgressError
from progress.forms.round_lists import EvaluationFilterForm
from progress.forms.seen import Seen, sealed, unsealed
from progress.long_work import Outcome, Task, carried_out, reported
from progress.models import Evaluation, EvaluationEvent, Round
from progress.queries.acceptance import before_accepting, to_accept
from progress.queries.round_evaluations import measures_of_round
from progress.views.access import reader
from progress.views.round_access import chosen_keys, round_form, shown
from progress.views.round_evaluations import filter_of, narrowed

_DEED = "accept"
_UNREADABLE = "確認の画面から送られた内容を読み取れないため、何も確認していません。一覧から、もう一度選んでください。"
_NOTHING = "確認する調書が選ばれていません。表の左の欄で選んでから、もう一度操作してください。"
_ALL_LEFT_OUT = "すべての調書の選択を外したので、何も確認していません。調書は確認待ちのままです。"


@round_form(Permission.REVIEW)
def accept(request: HttpRequest, round_: Round) -> HttpResponseBase:
    """POST pk (keys), or all (that wait for it under the conditions of the address): the page to look at first.

    POST seen (what that page showed, sealed) and pk (those kept of the ones it showed singly): 確認. The page's
    address, asked for anew or after a log-in, leads to the list.
    """
    back = f"{reverse('desk:round_evaluations', args=[round_.slug])}?{request.GET.urlencode()}"
    if request.method != "POST":
        return redirect(back)
    if "seen" in request.POST:
        return _accept(request, round_, back)
    return _look(request, round_, back)


def _look(request: HttpRequest, round_: Round, back: str) -> HttpResponse:
    if request.POST.get("all"):
        chosen = narrowed(_asked(request, round_), round_).filter(status=Status.ENDORSED)
    else:
        chosen = Evaluation.objects.filter(round=round_, pk__in=chosen_keys(request, "pk"))
    user, moment = reader(request), timezone.now()
    found = before_accepting(chosen, round_, refusal=lambda each: _refusal(each, user))
    if not found.acceptable and not found.refused:
        messages.warning(request, _NOTHING)
        return redirect(back)
    keys = [each.evaluation.pk for each in found.singly]
    seen = sealed(Seen(moment, found.along, keys, found.unlisted), deed=_DEED, round_=round_, by=user)
    return shown(request, "desk/rounds/accept.html", round_, "evaluations", found=found, seen=seen, back=back)


def _asked(request: HttpRequest, round_: Round) -> EvaluationFilterForm:
    """The conditions of the list, without reading all that could have been chosen: it is not shown here."""
    department, is_of_measure = key_in(request.GET.get("department", "")), bool(request.GET.get("measure"))
    return EvaluationFilterForm(
        request.GET,
        departments=[Department(pk=department)] if department else (),
        measures=measures_of_round(round_) if is_of_measure else (),
    )


def _refusal(evaluation: Evaluation, user: User) -> str:
    try:
        check(workflow.ACCEPT, evaluation, user)
    except ProgressError as error:
        return str(error)
    return ""


def _accept(request: HttpRequest, round_: Round, back: str) -> HttpResponseBase:
    user = reader(request)
    seen = unsealed(request.POST["seen"], deed=_DEED, round_=round_, by=user)
    if seen is None:
        messages.error(request, _UNREADABLE)
        return redirect(back)
    kept = set(chosen_keys(request, "pk")).intersection(seen.singly)
    rows = to_accept(round_, {*seen.along, *kept})
    if not rows:
        messages.warning(request, _ALL_LEFT_OUT)
        return redirect(back)
    left = _left(len(seen.singly) - len(kept), seen.unlisted)

    def work(report: Report) -> Outcome:
        done, refused = accept_many(evaluations=reported(rows, report), by=user, seen_at=seen.at)
        return _accepted(done, refused, left=left, back=_where_next(request, round_))

    task = Task("調書をまとめて確認", work, back, is_whole=False)
    return carried_out(request, task, rows=len(rows), is_quick=False)


def _where_next(request: HttpRequest, round_: Round) -> str:
    """The list, with the conditions it had where anything still meets them."""
    address = reverse("desk:round_evaluations", args=[round_.slug])
    is_left = narrowed(filter_of(request, round_), round_).exists()
    return f"{address}?{request.GET.urlencode()}" if is_left else address


def _left(taken_off: int, unlisted: int) -> str:
    """What stays as it was on purpose, as a sentence; "" for nothing."""
    told = [
        f"選択を外した{taken_off:,}件" if taken_off else "",
        f"画面に示さなかった{unlisted:,}件" if unlisted else "",
    ]
    return f"{'と、'.join(filter(None, told))}は、確認していません。" if any(told) else ""


def _accepted(done: Sequence[EvaluationEvent], refused: Sequence[Refused], *, left: str, back: str) -> Outcome:
    """What to tell: what others, or a second press, accepted in the meantime is no failure."""
    keys = [each.evaluation.pk for each in refused]
    before = {each.pk for each in Evaluation.objects.only("pk", "status").in_bulk(keys).values() if _is_decided(each)}
    failed = [each for each in refused if each.evaluation.pk not in before]
    title = f"{len(done):,}件の調書を確認しました。"
    if before:
        title += f"{len(before):,}件は、すでに確認してありました。"
    title += left
    text = f"{len(failed):,}件は確認できませんでした。理由は次のとおりです。" if failed else ""
    problems = tuple((f"{each.evaluation}：{each.reason}", _address(each.evaluation)) for each in failed)
    return Outcome(title, back, "調書の一覧に戻る", text, "warning" if failed else "success", problems)


def _is_decided(evaluation: Evaluation) -> bool:
    return evaluation.status in DECIDED


def _address(evaluation: Evaluation) -> str:
    return reverse("desk:evaluation", args=[evaluation.pk])
