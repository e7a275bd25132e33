"""The glossary; a change of a term shows wherever it is used."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from plan.admin.base import MARKDOWN_HELP, RootAdmin
from plan.editing.uses import indexed_uses
from plan.models import Term


@admin.register(Term)
class TermAdmin(RootAdmin):
    admin_order = 100
    list_display = ["number", "name", "reading", "use_count", "public_link"]
    list_display_links = ["number", "name"]
    list_filter = ["plan"]
    list_select_related = ["plan"]
    search_fields = ["name", "reading", "aliases", "explanation"]
    main_fieldsets = [
        (None, {"fields": ["plan", "number", "name", "reading", "aliases", "page"]}),
        ("内容", {"fields": ["explanation"], "description": MARKDOWN_HELP}),
    ]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Term]":
        return super().get_queryset(request).annotate(use_total=Count("uses"))

    @admin.display(description="使われている所", ordering="use_total")
    def use_count(self, obj: Any) -> str:
        return f"{obj.use_total}か所"

    def notice(self, obj: Any) -> str:
        uses = indexed_uses(obj)
        if not uses:
            return "この用語は、いまどのページの本文でも使われていません。"
        return f"この用語は{uses}か所の本文で使われています。変更は、そのすべての説明にすぐに反映されます。"
