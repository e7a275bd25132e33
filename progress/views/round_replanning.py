"""調書 whose plan was changed after 照会: what would change, and copying the plan anew."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from accounts.lookups import key_in
from accounts.permissions import Permission
from progress.actions.opening import Report
from progress.actions.replanning import replan_many
from progress.enums import RoundState
from progress.forms.seen import Seen, sealed
from progress.long_work import Outcome, Task, carried_out, reported
from progress.models import Evaluation, Round
from progress.queries.replanning import replanned
from progress.views.access import reader
from progress.views.round_access import chosen_of_seen, round_form, shown

_DEED = "replan"
_NOT_OPEN = "計画を取り込み直せるのは、照会の間だけです。"
_NOTHING = "計画を取り込む調書が選ばれていません。取り込む調書を選んでから、もう一度押してください。"
_UNREADABLE = "画面から送られた内容を読み取れないため、何も取り込んでいません。もう一度選んでください。"


@round_form(Permission.OPEN_ROUND)
def plans(request: HttpRequest, round_: Round) -> HttpResponseBase:
    """GET from and beyond (how many to pass over of either list).

    POST seen (when and what the page showed, sealed), and pk (those of it that are chosen) or all: their plans are
    copied.
    """
    if round_.state != RoundState.OPEN:
        messages.info(request, _NOT_OPEN)
        return redirect("desk:round", round_.slug)
    if request.method == "POST":
        return _take(request, round_)
    moment = timezone.now()
    looked, beyond = replanned(round_, *(key_in(request.GET.get(name, "")) or 0 for name in ("from", "beyond")))
    seen = Seen(moment, [each.evaluation.pk for each in looked.changed], [])
    context = {
        "looked": looked,
        "beyond": beyond,
        "seen": sealed(seen, deed=_DEED, round_=round_, by=reader(request)),
    }
    return shown(request, "desk/rounds/replanning.html", round_, "overview", **context)


def _take(request: HttpRequest, round_: Round) -> HttpResponseBase:
    user, back = reader(request), reverse("desk:round_plans", args=[round_.slug])
    chosen = chosen_of_seen(request, round_, deed=_DEED, unreadable=_UNREADABLE, nothing=_NOTHING)
    if chosen is None:
        return redirect(back)
    seen, keys = chosen
    rows = list(Evaluation.objects.filter(round=round_, pk__in=keys).select_related("action").order_by("action__code"))

    def work(report: Report) -> Outcome:
        done, refused = replan_many(evaluations=reported(rows, report), by=user, seen_at=seen.at)
        title = f"{len(done):,}件の調書に、今の計画を取り込みました。" if done else ""
        text = f"{len(refused):,}件には取り込めませんでした。理由は次のとおりです。" if refused else ""
        problems = tuple(
            (f"{each.evaluation}：{each.reason}", reverse("desk:evaluation", args=[each.evaluation.pk]))
            for each in refused
        )
        return Outcome(title, back, "計画の取り込み直しに戻る", text, "warning" if refused else "success", problems)

    return carried_out(request, Task("計画を取り込み直し", work, back, is_whole=False), rows=len(rows))
