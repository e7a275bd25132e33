"""Actions that came after the round was opened: what their 調書 would be, and making them."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Permission
from progress.actions.adding import Added, add_evaluations
from progress.actions.opening import Report
from progress.forms.seen import Seen, sealed
from progress.long_work import Outcome, Task, carried_out
from progress.models import Round
from progress.queries.without_evaluations import addable, any_late, page_of_lacking, without_evaluation
from progress.views.access import reader
from progress.views.round_access import chosen_of_seen, round_form, shown

_DEED = "add"
_UNREADABLE = "画面から送られた内容を読み取れないため、何も作っていません。もう一度操作してください。"
_NOTHING = "調書を作る取組が選ばれていません。表の「選択」の欄で選んでから、もう一度操作してください。"


@round_form(Permission.OPEN_ROUND)
def adding(request: HttpRequest, round_: Round) -> HttpResponseBase:
    """GET page: what each would get. POST seen (all that could have one, sealed), and all, or pk (keys of actions)."""
    if request.method == "POST":
        return _add(request, round_)
    return _look(request, round_)


def _look(request: HttpRequest, round_: Round) -> HttpResponse:
    keys = list(addable(round_).order_by().values_list("pk", flat=True))
    context = {
        "page": page_of_lacking(round_, request.GET.get("page", "")),
        "addable": len(keys),
        "seen": sealed(Seen(timezone.now(), keys, []), deed=_DEED, round_=round_, by=reader(request)),
        "is_late": any_late(round_, timezone.localdate()),
    }
    return shown(request, "desk/rounds/add.html", round_, "overview", **context)


def _add(request: HttpRequest, round_: Round) -> HttpResponseBase:
    user, back = reader(request), reverse("desk:round_add_evaluations", args=[round_.slug])
    chosen = chosen_of_seen(request, round_, deed=_DEED, unreadable=_UNREADABLE, nothing=_NOTHING)
    if chosen is None:
        return redirect(back)
    _, keys = chosen

    def work(report: Report) -> Outcome:
        return _told(add_evaluations(round=round_, actions=keys, by=user, report=report), round_)

    return carried_out(request, Task("調書を追加", work, back), rows=len(keys))


def _told(done: Added, round_: Round) -> Outcome:
    """What to tell: what others, or a second press, made in the meantime is no failure."""
    count = len(done.evaluations)
    title = f"{count:,}件の調書を作りました。所管課の担当者と課長に、メールで知らせます。" if count else ""
    if done.needless:
        title += f"{done.needless:,}件は、すでに調書があるか、この年度の取組でなくなったため、作っていません。"
    address, link = reverse("desk:round", args=[round_.slug]), "状況のページに戻る"
    if without_evaluation(round_).exists():
        address, link = reverse("desk:round_add_evaluations", args=[round_.slug]), "調書のない取組のページに戻る"
    return Outcome(title, address, link)
