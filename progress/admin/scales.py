"""Grading scales: reference data that ICT推進課 keeps here. What is published keeps the words of its day."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.fields import SoundFormSet
from accounts.lookups import HistoryAdmin
from plan.admin.base import PROSE
from progress.models import Scale, ScaleEntry


class ScaleEntryInline(admin.TabularInline):
    model = ScaleEntry
    fields = ["kind", "position", "symbol", "label", "min_rate", "needs_reason", "ends_action"]
    ordering = ["kind", "position"]
    formset = SoundFormSet
    formfield_overrides = PROSE
    extra = 0
    can_delete = False


@admin.register(Scale)
class ScaleAdmin(HistoryAdmin):
    """A step that is in use stays: 調書 point at it."""

    admin_order = 10
    list_display = ["name", "note"]
    search_fields = ["name"]
    fields = ["name", "note"]
    formfield_overrides = PROSE
    inlines = [ScaleEntryInline]
    object_history_template = "accounts/admin_history.html"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
