"""組織改編 in the admin: asked step by step, listed before it happens, done once.

The pages carry what was typed in their own form; nothing is kept in the session.
"""

from functools import cached_property
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from accounts.audit import record_request
from accounts.enums import AuditKind
from accounts.models import Department, User
from accounts.permissions import Permission
from accounts.typed_text import WORDS_OF, name_fields
from plan.fiscal import date_label
from progress import long_work
from progress.actions.opening import Report
from progress.actions.reorganisation import reorganise
from progress.errors import ProgressError
from progress.forms.reorganisation import AllocationForm, Kind, ReasonForm, StartForm, SuccessorsForm
from progress.forms.reorganisation_given_back import REORGANISATION, ReorganisationReader
from progress.queries.reorganisation import Listing, is_done, listing, problems, unstaffed_successors
from progress.reorganising import Reorganisation

STEPS = {
    "start": "種類と組織を選ぶ",
    "successors": "引き継ぐ組織を入力する",
    "shares": "取組と利用者を分ける（分割のとき）",
    "review": "移るものを確かめて実行する",
}
CHANGED_SINCE = "この画面を開いた後に、移るものが変わりました。下の内容をもう一度確かめてください。"


class Typed:
    """What was typed on all pages, and which page comes next."""

    def __init__(self, request: HttpRequest) -> None:
        self.data: QueryDict | None = request.POST if request.method == "POST" else None
        self.asked = str(request.POST.get("go", "start")) if self.data is not None else "start"
        self.chosen = request.GET.get("department", "")
        self.is_wrong = False

    def page(self) -> str:
        """The page that was asked for, or the first before it that is not filled in well; "confirm" when all are."""
        for name in self.pages():
            if name == self.asked:
                return name
            if not self.form(name).is_valid():
                self.is_wrong = True
                return name
        return "confirm" if self.asked == "confirm" else "review"

    def pages(self) -> Any:
        """One after the other: whether there is something to be shared out is known when the first is valid."""
        yield from ("start", "successors")
        if self.start.cleaned_data["kind"] == Kind.SPLIT:
            yield "shares"
        yield "review"

    def form(self, name: str) -> Any:
        return {
            "start": lambda: self.start,
            "successors": lambda: self.successors,
            "shares": lambda: self.shares,
            "review": lambda: self.reason,
        }[name]()

    @cached_property
    def start(self) -> StartForm:
        return StartForm(self._own("start"), chosen=self.chosen)

    @cached_property
    def successors(self) -> SuccessorsForm:
        kind = self.start.cleaned_data["kind"]
        return SuccessorsForm(self._own("successors"), kind=kind, begun=self.start.reorganisation)

    @cached_property
    def shares(self) -> AllocationForm:
        return AllocationForm(self._own("shares"), begun=self.successors.reorganisation)

    @cached_property
    def reason(self) -> ReasonForm:
        return ReasonForm(self._own("review"))

    @property
    def reorganisation(self) -> Reorganisation:
        """Of the valid forms."""
        is_split = self.start.cleaned_data["kind"] == Kind.SPLIT
        return self.shares.reorganisation if is_split else self.successors.reorganisation

    def _own(self, name: str) -> QueryDict | None:
        """What was posted, for a page that was shown before or is passed by; None for one that comes up first."""
        if self.data is None:
            return None
        was_shown = any(key.startswith(f"{PREFIXES[name]}-") for key in self.data)
        return self.data if was_shown or name != self.asked else None

    def carried(self, name: str) -> list[tuple[str, str]]:
        """What the form of a page must send along: everything typed on the others."""
        if self.data is None:
            return []
        own = (f"{PREFIXES[name]}-", f"{WORDS_OF}{PREFIXES[name]}-", "csrfmiddlewaretoken", "go")
        return [(key, value) for key, values in self.data.lists() if not key.startswith(own) for value in values]


PREFIXES = {
    "start": StartForm.prefix,
    "successors": SuccessorsForm.prefix,
    "shares": AllocationForm.prefix,
    "review": ReasonForm.prefix,
}


def reorganisation_page(request: HttpRequest) -> HttpResponseBase:
    """The page that comes next; "confirm" does it. Everything is POST but the first."""
    typed = Typed(request)
    page = typed.page()
    if page == "confirm":
        return _confirmed(request, typed)
    if page == "review":
        return _review(request, typed, listing(typed.reorganisation))
    return _page(request, typed, page, form=typed.form(page), show_errors=typed.is_wrong)


def _confirmed(request: HttpRequest, typed: Typed) -> HttpResponseBase:
    reorganisation = typed.reorganisation
    if is_done(reorganisation):
        return _done_before(request, reorganisation)
    listed = listing(reorganisation)
    if listed.fingerprint != typed.reason.cleaned_data["fingerprint"]:
        return _review(request, typed, listed, warning=CHANGED_SINCE)
    by: Any = request.user
    reason = typed.reason.cleaned_data["reason"]
    if listed.actions.total + listed.people.total + listed.evaluations.total >= long_work.DIRECTLY_BELOW:
        return _watched(request, reorganisation, by=by, reason=reason)
    try:
        reorganise(reorganisation=reorganisation, by=by, reason=reason)
    except ProgressError as error:
        for department in reorganisation.predecessors:
            department.refresh_from_db()
        if is_done(reorganisation):  # by the same button, pressed at the same moment
            return _done_before(request, reorganisation)
        return _review(request, typed, listed, warning="" if problems(reorganisation) else str(error))
    messages.success(request, f"{_in_words(reorganisation)}を行いました。{_when_evaluations_move(reorganisation)}")
    return _to_list()


def _done_before(request: HttpRequest, reorganisation: Reorganisation) -> HttpResponse:
    messages.warning(request, f"{_in_words(reorganisation)}は、すでに行われています。")
    return _to_list()


def _watched(request: HttpRequest, reorganisation: Reorganisation, *, by: Any, reason: str) -> HttpResponseBase:
    """With many things to move, the answer tells how far it is."""
    words = _in_words(reorganisation)

    def work(report: Report) -> long_work.Outcome:
        reorganise(reorganisation=reorganisation, by=by, reason=reason, report=report)
        text = _when_evaluations_move(reorganisation)
        return long_work.Outcome(f"{words}を行いました。", _list_url(), "組織の一覧へ進む", text)

    back = reverse("admin:accounts_department_reorganise")
    frame = {
        **admin.site.each_context(request),
        "subtitle": None,
        "opts": Department._meta,
        "original": None,
        "shows_programs": True,
    }
    page = "admin/reorganisation/working.html"
    return long_work.streamed(request, long_work.Task(f"{words}を行っています", work, back, page=page, context=frame))


def _review(request: HttpRequest, typed: Typed, listed: Listing, *, warning: str = "") -> HttpResponse:
    """What moves and what stays; that somebody saw whose roles move goes on record."""
    reorganisation = typed.reorganisation
    if listed.people.total:
        names = "、".join(map(str, reorganisation.predecessors))
        record_request(
            request,
            AuditKind.SAW_PERSONAL_DATA,
            about=f"組織改編で移る利用者（{names}）",
            details={"件数": listed.people.total},
        )
    return _page(
        request,
        typed,
        "review",
        form=typed.reason,
        show_errors=typed.is_wrong,
        listed=listed,
        warning=warning,
        problems=problems(reorganisation),
        when=_when_evaluations_move(reorganisation),
        reorganisation=reorganisation,
        successors=[successor.full_name for successor in reorganisation.successors],
        unstaffed=unstaffed_successors(reorganisation),
        is_split=typed.start.cleaned_data["kind"] == Kind.SPLIT,
    )


def _page(request: HttpRequest, typed: Typed, name: str, **context: Any) -> HttpResponse:
    frame = {
        **admin.site.each_context(request),
        "title": "組織改編",
        "subtitle": None,
        "opts": Department._meta,
        "original": None,
        "shows_programs": True,
        "steps": list(STEPS.values()),
        "at": list(STEPS).index(name) + 1,
        "carried": typed.carried(name),
        "is_carried": typed.data is not None,
        "before": _page_before(typed, name),
    }
    return TemplateResponse(request, f"admin/reorganisation/{name}.html", {**frame, **context})


def _page_before(typed: Typed, name: str) -> str:
    if name == "start":
        return ""
    pages = list(typed.pages())
    return str(pages[pages.index(name) - 1])


def _in_words(reorganisation: Reorganisation) -> str:
    """「『A課』『B課』から『C課』への改編（2017年4月1日（土））」."""
    before = "".join(f"『{department}』" for department in reorganisation.predecessors)
    after = "".join(
        f"『{successor.existing.name if successor.existing else successor.name}』"
        for successor in reorganisation.successors
    )
    return f"{before}から{after}への改編（{date_label(reorganisation.day)}）"


def _when_evaluations_move(reorganisation: Reorganisation) -> str:
    if reorganisation.day <= timezone.localdate():
        return "公表前の調書も、引き継いだ組織に移ります。"
    return (
        f"公表前の調書は、{date_label(reorganisation.day)}に、引き継ぐ組織に移ります。それまでは今の組織が記入します。"
    )


def _list_url() -> str:
    return reverse("admin:accounts_department_changelist")


def _to_list() -> HttpResponse:
    return HttpResponseRedirect(_list_url())


def _may_reorganise(request: HttpRequest) -> bool:
    return isinstance(request.user, User) and request.user.may(Permission.REORGANISE)


site: Any = admin.site  # config.admin_site.PortalAdminSite, of which apps know no more than this
site.register_page(
    "accounts",
    "accounts/department/reorganise/",
    reorganisation_page,
    name="accounts_department_reorganise",
    title="組織改編",
    may_open=_may_reorganise,
    order=2000,
)
name_fields(REORGANISATION, ReorganisationReader)
