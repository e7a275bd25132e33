"""What is on record and only read here: revisions, mendings."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
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


class PartsFilter(admin.SimpleListFilter):
    """Whole changes, or what they did to each root. By default parts are found by searching, but not in the way.

    A number chooses the parts of that entry.
    """

    title = "まとめた変更"
    parameter_name = "parts"
    _CONDITIONS: dict[str, dict[str, Any]] = {
        "whole": {"part_of": None},
        "each": {"part_of__isnull": False},
        "all": {},
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        self._default = "all" if request.GET.get(SEARCH_VAR) else "whole"
        return [("whole", "全体の変更のみ"), ("each", "1件ずつの変更のみ"), ("all", "すべて")]

    def value(self) -> str:
        return super().value() or self._default

    def choices(self, changelist: Any) -> Iterator[Any]:
        _, *chosen = super().choices(changelist)
        yield from chosen

    def queryset(self, request: HttpRequest, queryset: QuerySet[Revision]) -> QuerySet[Revision]:
        value = self.value()
        # Longer numbers may be too large for the database.
        if value.isascii() and value.isdecimal() and len(value) <= 18:
            return queryset.filter(part_of=int(value))
        return queryset.filter(**self._CONDITIONS.get(value, {}))


@admin.register(Revision)
class RevisionAdmin(ReadOnlyAdmin):
    admin_order = 120
    list_display = ["made_at", "title", "kind", "reason", "by"]
    list_display_links = ["made_at", "title"]
    list_filter = [PartsFilter, "plan", "kind", "made_at"]
    list_select_related = ["by"]
    show_full_result_count = False
    search_fields = ["title", "reason"]
    fields = [
        "plan",
        "title",
        "kind",
        "made_at",
        "is_hidden",
        "is_withdrawn",
        "part_of",
        "parts",
        "by",
        "reason",
        "change_list",
    ]

    @admin.display(description="1件ずつの変更", empty_value="なし")
    def parts(self, obj: Revision) -> SafeString | None:
        # All of one moment, and so found by an index.
        number = obj.parts.filter(made_at=obj.made_at).count()
        address = f"{reverse('admin:plan_revision_changelist')}?{PartsFilter.parameter_name}={obj.pk}"
        return format_html('<a href="{}">{}件の変更を見る</a>', address, f"{number:,}") if number else None

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
