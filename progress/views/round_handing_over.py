"""調書 whose action another 課 leads now: where each would go, and the deed."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Permission
from progress.actions.handing_over import HandedOver, hand_over
from progress.actions.opening import Report
from progress.forms.seen import Seen, sealed
from progress.long_work import Outcome, Task, carried_out
from progress.models import Round
from progress.queries.led_elsewhere import led_elsewhere, page_of_moves
from progress.views.access import reader
from progress.views.round_access import chosen_of_seen, round_form, shown

_DEED = "hand_over"
_UNREADABLE = "画面から送られた内容を読み取れないため、何も移していません。もう一度操作してください。"
_NOTHING = "移す調書が選ばれていません。表の「選択」の欄で選んでから、もう一度操作してください。"


@round_form(Permission.OPEN_ROUND)
def handing_over(request: HttpRequest, round_: Round) -> HttpResponseBase:
    """GET page: where each would go. POST seen (all that were there, sealed), and all, or pk (keys): they go."""
    if request.method == "POST":
        return _hand_over(request, round_)
    return _look(request, round_)


def _look(request: HttpRequest, round_: Round) -> HttpResponse:
    moment = timezone.now()  # before anything is read: what changes meanwhile was not seen
    keys = list(led_elsewhere(round_).order_by().values_list("pk", flat=True))
    seen = sealed(Seen(moment, keys, []), deed=_DEED, round_=round_, by=reader(request))
    page = page_of_moves(round_, request.GET.get("page", ""))
    return shown(request, "desk/rounds/hand_over.html", round_, "overview", page=page, seen=seen)


def _hand_over(request: HttpRequest, round_: Round) -> HttpResponseBase:
    user, back = reader(request), reverse("desk:round_hand_over", args=[round_.slug])
    chosen = chosen_of_seen(request, round_, deed=_DEED, unreadable=_UNREADABLE, nothing=_NOTHING)
    if chosen is None:
        return redirect(back)
    seen, keys = chosen

    def work(report: Report) -> Outcome:
        done = hand_over(round=round_, keys=keys, by=user, seen_at=seen.at, report=report)
        return _told(done, round_)

    return carried_out(request, Task("調書を主管課に移す", work, back), rows=len(keys))


def _told(done: HandedOver, round_: Round) -> Outcome:
    """What to tell: what others, or a second press, moved in the meantime is no failure."""
    title = f"{len(done.moved):,}件の調書を主管課に移しました。両方の課に、メールで知らせます。" if done.moved else ""
    if done.needless:
        title += f"{done.needless:,}件は、すでに移したか公表したため、そのままです。"
    text = f"{len(done.refused):,}件は移していません。理由は次のとおりです。" if done.refused else ""
    problems = tuple(
        (f"{each.evaluation}：{each.reason}", reverse("desk:evaluation", args=[each.evaluation.pk]))
        for each in done.refused
    )
    address, link = reverse("desk:round", args=[round_.slug]), "状況のページに戻る"
    if done.refused or led_elsewhere(round_).exists():
        address, link = reverse("desk:round_hand_over", args=[round_.slug]), "移る先のページに戻る"
    return Outcome(title, address, link, text, "warning" if done.refused else "success", problems)
