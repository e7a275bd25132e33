"""Closing the loop: what accepted 調書 propose for the next year is confirmed or declined."""

from collections.abc import Sequence

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Permission
from plan.fiscal import fiscal_year_label
from progress.actions.opening import Report
from progress.actions.proposals import confirm_many, decline, left_behind, put_back
from progress.enums import ProposalState
from progress.errors import NotNow
from progress.forms.round_lists import ProposalFilterForm
from progress.forms.rounds import DECLINE_LABEL, ReasonForm
from progress.forms.seen import Seen, sealed, unsealed
from progress.long_work import Outcome, Task, carried_out, reported
from progress.models import NextYearProposal, Round
from progress.queries.confirmable import confirmable
from progress.queries.confirmation import before_confirming
from progress.queries.next_year import (
    loop_of,
    page_of_proposals,
    proposal_rows,
    proposals_of,
    why_not_yet,
)
from progress.queries.successors import following_program
from progress.views.access import reader
from progress.views.round_access import chosen_keys, round_form, round_page, shown

_DEED = "confirm"
_NOTHING = "反映する案が選ばれていません。反映待ちの案を選んでから、もう一度操作してください。"
_UNREADABLE = "反映の画面から送られた内容を読み取れないため、何も反映していません。一覧から、もう一度選んでください。"
_ALL_LEFT_OUT = "すべての案の選択を外したので、何も反映していません。案は反映待ちのままです。"
_GONE = "案は、調書の差戻しで取り下げられました。何も反映していません。"
_EARLY = (
    "評価を公表していない{:,}件の{}は、公表した後に反映できます。"
    "先に反映すると、公表前の内容が公開ページに出るためです。"
)


@round_page(Permission.REVIEW)
def next_year(request: HttpRequest, round_: Round) -> HttpResponse:
    """GET state, q, page."""
    form = ProposalFilterForm(request.GET)
    found = form.narrow(proposals_of(round_))
    page, rows = page_of_proposals(found, request.GET.get("page", ""))
    loop = loop_of(round_)
    context = {
        "form": form,
        "page": page,
        "rows": rows,
        "counts": [(str(state.label), count) for state, count in loop.counts.items()],
        "waiting": loop.confirmable if form.shows_all_waiting else confirmable(found, round_).count(),
        "year_label": fiscal_year_label(round_.year + 1),
        "loop": loop,
        "early_note": _EARLY.format(loop.early, "案" if loop.has_plans else "取組を終える案"),
        "may_make_programs": reader(request).may(Permission.EDIT_PROGRAM),
    }
    return shown(request, "desk/rounds/next_year.html", round_, "next_year", **context)


@round_form(Permission.REVIEW)
def proposal(request: HttpRequest, round_: Round, pk: int) -> HttpResponse:
    """One proposal. POST reason: it is declined; POST put_back: what was declined waits again."""
    found = proposals_of(round_).filter(pk=pk).first()
    if found is None:
        raise Http404("この案はありません。")
    if "put_back" in request.POST:
        return _put_back(request, round_, found)
    form = ReasonForm(request.POST if request.method == "POST" else None, label=DECLINE_LABEL)
    if not form.is_valid():
        return _proposal_page(request, round_, found, form)
    try:
        decline(proposal=found, by=reader(request), reason=form.cleaned_data["reason"])
    except NotNow as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, f"『{found.evaluation}』の案を、反映しないことにしました。計画は今のままです。")
    return redirect("desk:round_next_year", round_.slug)


def _proposal_page(request: HttpRequest, round_: Round, found: NextYearProposal, form: ReasonForm) -> HttpResponse:
    moment = timezone.now()
    (row,) = proposal_rows([found])
    why = "" if row.may_confirm else why_not_yet(row, following_program(round_))
    seen = sealed(Seen(moment, [found.pk], []), deed=_DEED, round_=round_, by=reader(request))
    context = {
        "row": row,
        "form": form,
        "why_not_yet": why,
        "seen": seen,
        "is_left_behind": left_behind(found.evaluation) is not None,
        "may_make_programs": reader(request).may(Permission.EDIT_PROGRAM),
    }
    return shown(request, "desk/rounds/proposal.html", round_, "next_year", **context)


def _put_back(request: HttpRequest, round_: Round, found: NextYearProposal) -> HttpResponse:
    try:
        put_back(proposal=found, by=reader(request))
    except NotNow as error:
        messages.warning(request, str(error))
    else:
        messages.success(
            request, f"『{found.evaluation}』を案に戻しました。反映するかどうかを、もう一度決めてください。"
        )
    return redirect("desk:round_proposal", round_.slug, found.pk)


@round_form(Permission.REVIEW)
def confirm(request: HttpRequest, round_: Round) -> HttpResponseBase:
    """POST pk (keys), or all (that can be under the conditions of the address): the page to look at first.

    POST seen (what that page showed, sealed) and pk (those kept of the endings it showed): they become the plan. The
    page's address, asked for anew or after a log-in, leads to the list.
    """
    back = f"{reverse('desk:round_next_year', args=[round_.slug])}?{request.GET.urlencode()}"
    if request.method != "POST":
        return redirect(back)
    if "seen" in request.POST:
        return _confirm(request, round_, back)
    return _look(request, round_, back)


def _look(request: HttpRequest, round_: Round, back: str) -> HttpResponse:
    moment, chosen = timezone.now(), proposals_of(round_)
    if request.POST.get("all"):
        chosen = confirmable(ProposalFilterForm(request.GET).narrow(chosen), round_)
    else:
        chosen = chosen.filter(pk__in=chosen_keys(request, "pk"))
    found = before_confirming(chosen, round_)
    if not found.doable and not found.refused:
        messages.warning(request, _NOTHING)
        return redirect(back)
    singly = [row.proposal.pk for row in found.endings]
    content = Seen(moment, found.along, singly, found.unlisted)
    seen = sealed(content, deed=_DEED, round_=round_, by=reader(request))
    context = {"found": found, "seen": seen, "back": back, "year_label": fiscal_year_label(round_.year + 1)}
    return shown(request, "desk/rounds/confirm.html", round_, "next_year", **context)


def _confirm(request: HttpRequest, round_: Round, back: str) -> HttpResponseBase:
    user = reader(request)
    seen = unsealed(request.POST["seen"], deed=_DEED, round_=round_, by=user)
    if seen is None:
        messages.error(request, _UNREADABLE)
        return redirect(back)
    kept = set(chosen_keys(request, "pk")).intersection(seen.singly)
    rows = list(proposals_of(round_).filter(pk__in={*seen.along, *kept}))
    if not rows:
        messages.warning(request, _GONE if seen.along or kept else _ALL_LEFT_OUT)
        return redirect(back)

    def work(report: Report) -> Outcome:
        return _confirmed(round_, *confirm_many(proposals=reported(rows, report), by=user, seen_at=seen.at), back=back)

    task = Task("次年度の計画への反映", work, back, is_whole=False)
    return carried_out(request, task, rows=len(rows), is_quick=False)


def _confirmed(round_: Round, count: int, refused: Sequence[tuple[NextYearProposal, str]], *, back: str) -> Outcome:
    """What to tell: what others, or a second press, decided in the meantime is no failure."""
    waiting = proposals_of(round_).filter(state=ProposalState.PROPOSED, pk__in=[each.pk for each, _ in refused])
    left = set(waiting.values_list("pk", flat=True))
    problems = tuple(
        (reason, reverse("desk:round_proposal", args=[round_.slug, each.pk]))
        for each, reason in refused
        if each.pk in left
    )
    title = f"{count:,}件を{fiscal_year_label(round_.year + 1)}の計画に反映しました。"
    passed = _decided_before([each.pk for each, _ in refused if each.pk not in left])
    failed = f"{len(left):,}件は反映できませんでした。理由は次のとおりです。" if left else ""
    return Outcome(title, back, "案の一覧に戻る", passed + failed, "warning" if left else "success", problems)


def _decided_before(keys: Sequence[int]) -> str:
    """「2件は、すでに決まっていました（反映済み 1件、反映しない 1件）。」; "" for none."""
    if not keys:
        return ""
    found = NextYearProposal.objects.filter(pk__in=keys).order_by().values_list("state").annotate(Count("pk"))
    told = [f"{ProposalState(state).label} {count:,}件" for state, count in sorted(found)]
    if gone := len(keys) - sum(count for _, count in found):
        told.append(f"調書の差戻しで取下げ {gone:,}件")
    states = "、".join(told)
    return f"{len(keys):,}件は、すでに決まっていました（{states}）。"
