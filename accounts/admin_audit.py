"""Whatever is changed through the Django admin goes on record."""

import json
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db import models
from django.http import HttpRequest
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


def title_of(obj: models.Model) -> str:
    return f"{obj._meta.verbose_name}「{obj}」"


def _sentence(message: Any) -> str:
    text = json.dumps(message) if isinstance(message, list) else str(message)
    return LogEntry(change_message=text).get_change_message()
