"""Whatever is changed through the Django admin goes on record."""

import json
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.admin.views.main import ChangeList
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.audit import record_request
from accounts.enums import AuditKind

if TYPE_CHECKING:
    _Base = admin.ModelAdmin
else:
    _Base = object


class AuditedMixin(_Base):
    """Records what Django's own log records, in the same transaction; see `accounts.audit`."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        logged = super().log_addition(request, obj, message)
        self.record_change(request, obj, "登録", message)
        return logged

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        logged = super().log_change(request, obj, message)
        self.record_change(request, obj, "変更", message)
        return logged

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        logged = super().log_deletions(request, queryset)
        for obj in queryset:
            self.record_change(request, obj, "削除")
        return logged

    def record_change(self, request: HttpRequest, obj: models.Model, deed: str, message: Any = "") -> None:
        """Title and address of what was changed, and how; `message` as Django's admin makes it, or a sentence."""
        details = {"操作": deed}
        if message:
            details["内容"] = _sentence(message)
        record_request(
            request,
            self.audit_kind(request),
            about=title_of(obj),
            path=reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[obj.pk]),
            details=details,
        )

    def audit_kind(self, request: HttpRequest) -> AuditKind:
        return AuditKind.CHANGED


def is_shown(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether a page was opened, not sent: what is sent goes on record as a change, or is shown again to its writer."""
    return request.method == "GET" and response.status_code == 200


def list_shown(request: HttpRequest, response: HttpResponse) -> ChangeList | None:
    """The list on the page that was opened; none where something was sent, or Django could not make sense of the
    filters and shows its page of an error with `?e=1`."""
    context = getattr(response, "context_data", None) or {}
    return context.get("cl") if is_shown(request, response) else None


def asked_for(request: HttpRequest) -> dict[str, object]:
    """The filters and words of a list, for the details of a record."""
    asked = "、".join(f"{name}={value}" for name, value in request.GET.items())
    return {"条件": asked} if asked else {}


def title_of(obj: models.Model) -> str:
    return f"{obj._meta.verbose_name}「{obj}」"


def _sentence(message: Any) -> str:
    text = json.dumps(message) if isinstance(message, list) else str(message)
    return LogEntry(change_message=text).get_change_message()
