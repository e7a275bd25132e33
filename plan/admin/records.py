"""What is on record and only read here: revisions, mendings."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from accounts.admin_titles import TitledMixin
from accounts.lookups import PlainLookupsMixin
from plan.models import Mending, Revision


class ReadOnlyAdmin(TitledMixin, PlainLookupsMixin, admin.ModelAdmin):
    """Looks, never writes."""

    actions: list[str] | None = None
    view_on_site = False
    change_form_template = "admin/plan/record.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Mending)
class MendingAdmin(ReadOnlyAdmin):
    admin_order = 130
    list_display = ["ledger", "place", "before", "after"]
    list_filter = ["plan"]
    search_fields = ["ledger", "place", "before", "after", "reason"]
    fields = ["plan", "ledger", "place", "before", "after", "reason"]


@admin.register(Revision)
class RevisionAdmin(ReadOnlyAdmin):
    admin_order = 120
    list_display = ["made_at", "title", "kind", "reason", "by"]
    list_display_links = ["made_at", "title"]
    list_filter = ["plan", "kind", "made_at"]
    list_select_related = ["by"]
    show_full_result_count = False
    search_fields = ["title", "reason"]
    fields = ["plan", "title", "kind", "made_at", "is_hidden", "is_withdrawn", "part_of", "by", "reason", "change_list"]

    @admin.display(description="変更")
    def change_list(self, obj: Revision) -> SafeString:
        return format_html_join(
            "",
            "<div class='revision-change'><strong>{}</strong><p>変更前：{}</p><p>変更後：{}</p></div>",
            (
                (change["label"], change["before"] or "（なし）", change["after"] or "（なし）")
                for change in obj.changes
            ),
        )
