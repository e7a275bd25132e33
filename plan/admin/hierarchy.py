"""Plan, policies, measures, past efforts and directions."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from plan.admin.base import MARKDOWN_HELP, RootAdmin, RowInline, change_link
from plan.models import Direction, DirectionItem, Issue, Measure, PastEffort, PastEffortItem, Plan, Policy


class MeasureFilter(admin.RelatedFieldListFilter):
    """Filter by measure; their codes name the policy, so both are read in one query."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[Any]:
        return [(str(measure.pk), str(measure)) for measure in Measure.objects.select_related("policy")]


class IssueInline(RowInline):
    model = Issue
    fields = ["position", "text"]


class PastEffortItemInline(RowInline):
    model = PastEffortItem
    fields = ["position", "text"]


class DirectionItemInline(RowInline):
    model = DirectionItem
    fields = ["position", "text"]


@admin.register(Plan)
class PlanAdmin(RootAdmin):
    admin_order = 10
    list_display = ["full_title", "start_year", "end_year", "is_published", "is_current", "public_link"]
    list_filter = ["is_published"]
    search_fields = ["title", "slug", "goal"]
    lasting_fields = ["slug"]
    main_fieldsets = [
        (None, {"fields": ["title", "status_note", "slug", "is_published", "is_current", "predecessor"]}),
        ("内容", {"fields": ["goal", "vision", "start_year", "end_year"], "description": MARKDOWN_HELP}),
        (
            "発行者と連絡先",
            {
                "fields": [
                    "issued_on",
                    "publisher",
                    "office",
                    "postal_code",
                    "address",
                    "phone",
                    "fax",
                    "source",
                ]
            },
        ),
    ]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A plan is unpublished, never deleted: its record of changes stays."""
        return False

    def related_lists(self, obj: Any) -> list[tuple[str, str]]:
        lists = [
            ("基本施策", "policy", "plan__id__exact"),
            ("施策", "measure", "policy__plan__id__exact"),
            ("章・節", "section", "plan__id__exact"),
            ("図", "figure", "plan__id__exact"),
            ("用語集", "term", "plan__id__exact"),
            ("関連する計画", "relatedplan", "plan__id__exact"),
        ]
        return [
            (f"{name}の一覧", f"{reverse(f'admin:plan_{model}_changelist')}?{key}={obj.pk}")
            for name, model, key in lists
        ]


@admin.register(Policy)
class PolicyAdmin(RootAdmin):
    admin_order = 20
    list_display = ["label", "title", "plan", "public_link"]
    list_display_links = ["label", "title"]
    list_filter = ["plan"]
    list_select_related = ["plan"]
    search_fields = ["title"]
    main_fieldsets = [(None, {"fields": ["plan", "number", "title", "page"]})]

    @admin.display(description="番号", ordering="number")
    def label(self, obj: Policy) -> str:
        return obj.label

    def related_lists(self, obj: Any) -> list[tuple[str, str]]:
        return [change_link(measure) for measure in obj.measures.all()]


@admin.register(Measure)
class MeasureAdmin(RootAdmin):
    admin_order = 30
    inlines = [IssueInline]
    list_display = ["code", "title", "policy", "issue_count", "public_link"]
    list_display_links = ["code", "title"]
    list_filter = ["policy__plan", "policy"]
    list_select_related = ["policy__plan"]
    ordering = ["policy__plan", "policy__number", "number"]
    search_fields = ["title", "summary", "issues__text"]
    main_fieldsets = [
        (None, {"fields": ["policy", "number", "title", "page"]}),
        ("内容", {"fields": ["summary"], "description": MARKDOWN_HELP}),
    ]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Measure]":
        return super().get_queryset(request).annotate(issue_total=Count("issues", distinct=True))

    @admin.display(description="番号", ordering="number")
    def code(self, obj: Measure) -> str:
        return obj.label

    @admin.display(description="現状と課題", ordering="issue_total")
    def issue_count(self, obj: Any) -> str:
        return f"{obj.issue_total}件"

    def related_lists(self, obj: Any) -> list[tuple[str, str]]:
        efforts = [change_link(effort, "これまでの取組：") for effort in obj.past_efforts.all()]
        directions = [change_link(direction, "基本方向：") for direction in obj.directions.all()]
        return efforts + directions


@admin.register(PastEffort)
class PastEffortAdmin(RootAdmin):
    admin_order = 40
    inlines = [PastEffortItemInline]
    list_display = ["position", "title", "measure", "public_link"]
    list_display_links = ["position", "title"]
    list_filter = ["measure__policy__plan", ("measure", MeasureFilter)]
    list_select_related = ["measure__policy__plan"]
    ordering = ["measure__policy__plan", "measure__policy__number", "measure__number", "position"]
    search_fields = ["title", "paragraph", "items__text"]
    main_fieldsets = [
        (None, {"fields": ["measure", "position", "title"]}),
        ("内容", {"fields": ["paragraph"], "description": MARKDOWN_HELP}),
    ]

    def related_lists(self, obj: Any) -> list[tuple[str, str]]:
        return [change_link(obj.measure)]


@admin.register(Direction)
class DirectionAdmin(RootAdmin):
    admin_order = 50
    inlines = [DirectionItemInline]
    list_display = ["code", "title", "measure", "public_link"]
    list_display_links = ["code", "title"]
    list_filter = ["measure__policy__plan", ("measure", MeasureFilter)]
    list_select_related = ["measure__policy__plan"]
    ordering = ["measure__policy__plan", "measure__policy__number", "measure__number", "number"]
    search_fields = ["title", "items__text"]
    main_fieldsets = [(None, {"fields": ["measure", "number", "title"], "description": MARKDOWN_HELP})]

    @admin.display(description="番号", ordering="number")
    def code(self, obj: Direction) -> str:
        return obj.code

    def related_lists(self, obj: Any) -> list[tuple[str, str]]:
        return [change_link(obj.measure)]
