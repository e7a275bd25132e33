"""The round at a glance, 催促, and the release to the committee."""

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.audit import record_request
from accounts.enums import AuditKind
from accounts.models import Department
from accounts.permissions import Permission
from progress.actions.reminders import Chased, remind
from progress.actions.rounds import release_to_committee, withdraw_from_committee
from progress.enums import RoundState
from progress.errors import NotNow
from progress.forms.round_lists import OverviewFilterForm
from progress.models import Round
from progress.queries.led_elsewhere import first_few, led_elsewhere
from progress.queries.overview import DepartmentRow, narrowed, page_of, shown_states, watch
from progress.queries.without_evaluations import without_evaluation
from progress.views.access import reader
from progress.views.round_access import chosen_keys, round_deed, round_page, shown

MOST_LATE_SHOWN = 20
"""Departments that are told in words; all of them stand in the table, late ones first."""


@round_page(Permission.REVIEW)
def overview(request: HttpRequest, round_: Round) -> HttpResponse:
    """GET bureau, state, late, page."""
    if round_.state == RoundState.PLANNED:
        return redirect("desk:round_open", round_.slug)
    watched = watch(round_)
    form = OverviewFilterForm(request.GET, bureaus=watched.bureaus)
    rows = narrowed(
        watched.rows, bureau=form.number("bureau"), state=form.value("state"), late=bool(form.value("late"))
    )
    page = page_of(rows, request.GET.get("page", ""))
    _record_that_contacts_were_seen(request, round_, page)
    context = {
        "watched": watched,
        "form": form,
        "page": page,
        "late": [row for row in page if row.is_late][:MOST_LATE_SHOWN],
        "states": shown_states(round_),
        "led_elsewhere": first_few(led_elsewhere(round_), watched.behind),
        "lacking": first_few(without_evaluation(round_), watched.lacking),
    }
    return shown(request, "desk/rounds/overview.html", round_, "overview", **context)


def _record_that_contacts_were_seen(request: HttpRequest, round_: Round, rows: Iterable[DepartmentRow]) -> None:
    people = {person.pk for row in rows for person in (*row.liaisons, *row.managers)}
    if people:
        about = f"{round_}の所管課の連絡先"
        record_request(request, AuditKind.SAW_PERSONAL_DATA, about=about, details={"人数": len(people)})


@round_deed(Permission.OPEN_ROUND)
def chase(request: HttpRequest, round_: Round) -> HttpResponse:
    """POST department (keys), or late: 催促 to those departments, or to all that are late."""
    if request.POST.get("late"):
        departments = [row.department for row in watch(round_).late]
    else:
        departments = list(
            Department.objects.filter(pk__in=chosen_keys(request, "department"), evaluations__round=round_).distinct()
        )
    if not departments:
        messages.warning(request, "催促する課がありません。")
        return redirect("desk:round", round_.slug)
    try:
        _tell(request, departments, remind(round=round_, departments=departments, by=reader(request)))
    except NotNow as error:
        messages.warning(request, str(error))
    return redirect("desk:round", round_.slug)


def _tell(request: HttpRequest, departments: list[Department], chased: Chased) -> None:
    names = "、".join(str(department) for department in departments[:3])
    whom = names if len(departments) <= 3 else f"{names}ほか{len(departments) - 3}課"
    if chased.queued:
        messages.success(request, f"{whom}に催促のメールを送ります（{chased.people}人）。")
    if chased.already_today:
        messages.info(request, f"{chased.already_today}人には、今日すでに催促しています。もう一度は送りません。")
    if chased.unreachable:
        nobody = "、".join(str(department) for department in chased.unreachable)
        messages.warning(request, f"{nobody}には、メールを送る相手が登録されていません。電話などで連絡してください。")
    if not (chased.queued or chased.already_today or chased.unreachable):
        messages.info(request, f"{whom}の番の調書はありません。")


@round_deed(Permission.RELEASE_TO_COMMITTEE)
def release(request: HttpRequest, round_: Round) -> HttpResponse:
    try:
        released = release_to_committee(round=round_, by=reader(request))
    except NotNow as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, f"『{released}』を会議に公開しました。委員会の閲覧者が読めます。")
    return redirect("desk:round", round_.slug)


@round_deed(Permission.RELEASE_TO_COMMITTEE)
def withdraw(request: HttpRequest, round_: Round) -> HttpResponse:
    withdraw_from_committee(round=round_, by=reader(request))
    messages.success(request, f"『{round_}』の会議への公開を取りやめました。委員会の閲覧者には、もう見えません。")
    return redirect("desk:round", round_.slug)
