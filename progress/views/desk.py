"""/desk/: what waits for the person, what they handed on, and all of theirs."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.permissions import Permission
from progress import permissions
from progress.forms.desk import EVERY_ROUND, HANDED_ON, WAITING, DeskFilterForm
from progress.models import Evaluation
from progress.queries import desk
from progress.views.access import reader

SORT_HEADS = (
    ("code", "コード"),
    ("title", "取組"),
    ("department", "所管課"),
    ("status", "状態"),
)
# For who has turns; who only reads is shown what was decided instead.
DATE_HEADS = (("due", "期限"), ("saved", "保存した日"))


@require_safe
@never_cache
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """GET which, round, state, q, sort, page of the list below. Who has no desk is sent to わたしのページ."""
    user = reader(request)
    if not permissions.may_enter_desk(user):
        return redirect("accounts:me")
    has_turns = any(user.may(each) for each in (Permission.FILL_IN, Permission.ENDORSE, Permission.REVIEW))
    rounds = list(permissions.rounds_visible_to(user))
    form = DeskFilterForm(request.GET, rounds=rounds, states=permissions.states_visible_to(user), with_turns=has_turns)
    waiting, handed_on = permissions.waiting_for(user), permissions.handed_on_by(user)
    chosen = {WAITING: waiting, HANDED_ON: handed_on}.get(form.value("which"), permissions.visible_to(user))
    turns = desk.waiting(waiting) if has_turns else None
    context = {
        "has_turns": has_turns,
        "waiting": turns,
        "handed_on": desk.handed_on(handed_on) if has_turns else None,
        "sheet_rounds": permissions.rounds_with_sheets(user, rounds, turns.to_fill_in if turns else ()),
        "form": form,
        **_list(request, form, chosen, has_turns=has_turns),
    }
    return render(request, "desk/home.html", context)


def _list(
    request: HttpRequest, form: DeskFilterForm, chosen: QuerySet[Evaluation], *, has_turns: bool
) -> dict[str, Any]:
    """What the list below shows, and how it is sorted."""
    sort, every_round = request.GET.get("sort", ""), form.shown_round() == EVERY_ROUND
    order = sort or (desk.AS_MADE if every_round and permissions.reads_every_department(reader(request)) else "")
    found, shows_grades = form.narrow(chosen), not has_turns
    page, rows = desk.listed(
        found, sort=order, page=request.GET.get("page", ""), with_grades=shows_grades, with_outlook=shows_grades
    )
    return {
        "every_round": every_round,
        "page": page,
        "rows": rows,
        "newest": max((row.evaluation.round for row in rows), key=lambda each: each.year, default=None),
        "heads": _heads(sort, with_dates=has_turns),
        "query": "".join(f"{urlencode({key: value})}&" for key, value in request.GET.items() if key != "page"),
        "sort": sort,
    }


def _heads(sort: str, *, with_dates: bool) -> list[Any]:
    heads = (*SORT_HEADS, *(DATE_HEADS if with_dates else ()))
    return [desk.sort_head(key, label, sort) for key, label in heads]
