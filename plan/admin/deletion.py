"""Deleting one root at a time, with a reason, and never what is still in use."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from plan import actions
from plan.editing.errors import EditError, InUse
from plan.editing.roots import is_public
from plan.editing.snapshots import take_current
from plan.forms import ReasonForm
from plan.models.base import Versioned

if TYPE_CHECKING:
    _Base = admin.ModelAdmin
else:
    _Base = object


class DeletionMixin(_Base):
    """Replaces Django's confirmation page: it asks why, and lists what is in the way."""

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        root = self.get_object(request, unquote(object_id))
        if not self.has_delete_permission(request, root):
            raise PermissionDenied
        if root is None:
            return super()._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[misc]  # unknown to the stubs
        blocked = _blocker(root)
        form = ReasonForm(
            request.POST if request.method == "POST" else None,
            initial={"expected_version": root.version},
            reason_required=is_public(root),
        )
        if request.method == "POST" and blocked is None and form.is_valid():
            response = self._delete(request, root, form)
            if response is not None:
                return response
        return self._confirmation(request, root, form, blocked)

    def _delete(self, request: HttpRequest, root: Versioned, form: ReasonForm) -> HttpResponse | None:
        title, pk = str(root), root.pk
        by: Any = request.user
        try:
            with transaction.atomic():
                actions.delete_root(
                    root=root,
                    by=by,
                    reason=form.cleaned_data["reason"],
                    expected_version=form.cleaned_data["expected_version"],
                )
                root.pk = pk
                self.log_deletions(request, [root])  # type: ignore[arg-type]  # a list will do
        except EditError as error:
            form.add_error(None, f"{error} 開き直して、内容を確かめてください。")
            return None
        self.message_user(request, f"「{title}」を削除しました。「削除した項目」から元に戻せます。", messages.SUCCESS)
        return HttpResponseRedirect(self.reverse_changelist())

    def _confirmation(
        self, request: HttpRequest, root: Versioned, form: ReasonForm, blocked: InUse | None
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"{self.opts.verbose_name}の削除",
            "subtitle": str(root),
            "opts": self.opts,
            "original": root,
            "form": form,
            "blocked": blocked,
            "snapshot": take_current(root) if blocked is None else None,
            "media": self.media,
        }
        return TemplateResponse(request, "admin/plan/delete.html", context)

    def reverse_changelist(self) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")


def _blocker(root: Versioned) -> InUse | None:
    try:
        actions.refuse_if_in_use(root)
    except InUse as error:
        return error
    return None
