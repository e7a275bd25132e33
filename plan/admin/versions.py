"""「版の一覧」: every state a root ever had, and the way back to it; also for what was deleted."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from accounts.admin_audit import AuditedMixin
from accounts.lookups import key_in
from plan import actions
from plan.admin.conflict import Difference, word_differences
from plan.admin.preview import render
from plan.editing.errors import EditError
from plan.editing.roots import is_public, plan_of
from plan.editing.snapshots import differences
from plan.editing.states import State, deleted_states, states_of
from plan.forms import ReasonForm
from plan.models import Term

STATES_PER_PAGE = 20


@dataclass(frozen=True)
class Entry:
    """One line of the list: a state, its number counted from the first, and what it changed."""

    state: State
    number: int
    is_current: bool
    changes: list[Difference]


class VersionsMixin(AuditedMixin):
    """Replaces Django's history page by the list of versions, the look at one and the way back."""

    def get_urls(self) -> list[URLPattern]:
        def name(view: str) -> str:
            return f"{self.opts.app_label}_{self.opts.model_name}_{view}"

        wrap = self.admin_site.admin_view
        own = [
            path("deleted/", wrap(self.deleted_view), name=name("deleted")),
            path("<int:object_id>/versions/", wrap(self.versions_view), name=name("versions")),
            path("<int:object_id>/versions/<int:history_id>/", wrap(self.version_view), name=name("version")),
        ]
        return own + super().get_urls()

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Django's link 「履歴」 leads to the versions."""
        key = key_in(unquote(object_id))
        if key is None:
            raise Http404
        return HttpResponseRedirect(self._address("versions", key))

    def versions_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        states = self._states(request, object_id)
        page = Paginator(states, STATES_PER_PAGE).get_page(request.GET.get("page"))
        context = {
            **self._frame(request, f"{self.opts.verbose_name}の版の一覧", states[0]),
            "entries": _entries(states, page),
            "page": page,
            "page_query": "",
        }
        return TemplateResponse(request, "admin/plan/versions.html", context)

    def version_view(self, request: HttpRequest, object_id: int, history_id: int) -> HttpResponse:
        """One state as it was read; POST goes back to it."""
        states = self._states(request, object_id)
        state = next((state for state in states if state.history_id == history_id and not state.is_deleted), None)
        if state is None:
            raise Http404
        may_restore = state is not states[0] and self._may_restore(request)
        form = ReasonForm(
            request.POST if request.method == "POST" else None,
            initial={"expected_version": None if states[0].is_deleted else states[0].root.version},
            reason_required=_is_public_state(state if states[0].is_deleted else states[0]),
        )
        if request.method == "POST":
            if not may_restore:
                raise PermissionDenied
            if form.is_valid() and (response := self._restore(request, state, form)):
                return response
        return self._version_page(request, state, states[0], form if may_restore else None)

    def deleted_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": f"削除した{self.opts.verbose_name}",
            "subtitle": None,
            "opts": self.opts,
            "media": self.media,
            "entries": [(state, self._address("versions", state.root.pk)) for state in deleted_states(self.model)],
        }
        return TemplateResponse(request, "admin/plan/deleted.html", context)

    def _restore(self, request: HttpRequest, state: State, form: ReasonForm) -> HttpResponse | None:
        by: Any = request.user
        try:
            with transaction.atomic():
                revision = actions.restore(
                    object_type=self.opts.label_lower,
                    object_id=state.root.pk,
                    history_id=state.history_id,
                    by=by,
                    reason=form.cleaned_data["reason"],
                    expected_version=form.cleaned_data["expected_version"],
                )
                if revision is not None:
                    self.record_change(request, state.root, "以前の状態に戻した", revision.reason)
        except EditError as error:
            form.add_error(None, str(error))
            return None
        if revision is None:
            self.message_user(request, "いまの内容と同じなので、何も変えていません。", messages.WARNING)
        else:
            self.message_user(request, f"「{revision.title}」をこの状態に戻しました。", messages.SUCCESS)
        return HttpResponseRedirect(self._address("change", state.root.pk))

    def _version_page(self, request: HttpRequest, state: State, newest: State, form: ReasonForm | None) -> HttpResponse:
        plan = _plan_of_state(state)
        term = state.root if isinstance(state.root, Term) else None
        snapshot = state.snapshot()
        context = {
            **self._frame(request, f"{self.opts.verbose_name}の以前の状態", newest),
            "state": state,
            "form": form,
            "rendered": render(snapshot, plan, term=term) if plan else None,
            "changes": word_differences(differences(None if newest.is_deleted else newest.snapshot(), snapshot)),
            "newest": newest,
        }
        return TemplateResponse(request, "admin/plan/version.html", context)

    def _states(self, request: HttpRequest, object_id: int) -> list[State]:
        if not self.has_view_permission(request):
            raise PermissionDenied
        states = states_of(self.model, object_id)
        if not states:
            raise Http404
        states[0].past.fetch()
        return states

    def _may_restore(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request) and self.has_add_permission(request)

    def _frame(self, request: HttpRequest, title: str, newest: State) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "title": title,
            "subtitle": newest.title,
            "opts": self.opts,
            "original": newest.root,
            "is_deleted": newest.is_deleted,
            "media": self.media,
        }

    def _address(self, view: str, *args: int) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{view}", args=args)


def _plan_of_state(state: State) -> Any:
    try:
        return plan_of(state.root)
    except ObjectDoesNotExist:
        return None  # what it belonged to is deleted as well


def _is_public_state(state: State) -> bool:
    try:
        return is_public(state.root)
    except ObjectDoesNotExist:
        return False  # what it belonged to is deleted as well


def _entries(states: list[State], page: "Page[State]") -> list[Entry]:
    """The states of a page with what each changed against the one before it."""
    first = page.start_index() - 1
    entries = []
    for index, state in enumerate(page.object_list, start=first):
        before = states[index + 1] if index + 1 < len(states) else None
        entries.append(
            Entry(
                state=state,
                number=len(states) - index,
                is_current=index == 0 and not state.is_deleted,
                changes=word_differences(_changes(state, before)),
            )
        )
    return entries


def _changes(state: State, before: State | None) -> Any:
    if state.revision is not None:
        return state.revision.changes
    if before is None or state.is_deleted:
        return []  # the first state changed nothing, and what was deleted is shown by the state before
    return differences(None if before.is_deleted else before.snapshot(), state.snapshot())
