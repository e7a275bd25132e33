"""Chapters and sections, figures, related plans."""

from django.contrib import admin

from plan.admin.base import MARKDOWN_HELP, RootAdmin, RowInline
from plan.forms import SectionForm
from plan.models import Figure, FigureValue, RelatedPlan, Section


@admin.register(Section)
class SectionAdmin(RootAdmin):
    admin_order = 60
    form = SectionForm
    list_display = ["path", "heading", "level", "part", "page", "public_link"]
    list_display_links = ["path", "heading"]
    list_filter = ["plan", "part", "level"]
    list_select_related = ["plan"]
    search_fields = ["path", "number", "title", "body", "note"]
    main_fieldsets = [
        (None, {"fields": ["plan", "part", "parent", "level", "path", "position", "page"]}),
        ("内容", {"fields": ["number", "title", "body", "note"], "description": MARKDOWN_HELP}),
        ("ほかのデータとの関係", {"fields": ["policy", "lists_policies"]}),
    ]

    @admin.display(description="見出し", ordering="title")
    def heading(self, obj: Section) -> str:
        return obj.heading


class FigureValueInline(RowInline):
    model = FigureValue
    fields = ["position", "label", "value", "unit"]


@admin.register(Figure)
class FigureAdmin(RootAdmin):
    admin_order = 70
    inlines = [FigureValueInline]
    list_display = ["caption", "state", "section", "public_link"]
    list_filter = ["plan", "state"]
    list_select_related = ["plan", "section"]
    search_fields = ["number", "title", "body", "note", "values__label"]
    main_fieldsets = [
        (None, {"fields": ["plan", "number", "title", "source", "position"]}),
        ("収録", {"fields": ["state", "drawing"]}),
        ("内容", {"fields": ["body", "note"], "description": MARKDOWN_HELP}),
        ("載せる場所", {"fields": ["section", "policy", "measure", "question"]}),
    ]

    @admin.display(description="図", ordering="position")
    def caption(self, obj: Figure) -> str:
        return obj.caption


@admin.register(RelatedPlan)
class RelatedPlanAdmin(RootAdmin):
    admin_order = 110
    list_display = ["position", "name", "relation", "period_text", "public_link"]
    list_display_links = ["position", "name"]
    list_filter = ["plan", "relation"]
    list_select_related = ["plan"]
    search_fields = ["name", "description", "note"]
    main_fieldsets = [
        (None, {"fields": ["plan", "relation", "name", "position"]}),
        ("期間", {"fields": ["start_year", "end_year", "period_text", "is_estimated"]}),
        ("内容", {"fields": ["description", "note"], "description": MARKDOWN_HELP}),
    ]
