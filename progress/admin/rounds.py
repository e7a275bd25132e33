"""Rounds and their 調書, to be looked at: what is done with them is done at the desk."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from plan.admin.records import ReadOnlyAdmin
from progress.admin.saves import SavesMixin
from progress.models import (
    Evaluation,
    EvaluationEvent,
    EvaluationIndicator,
    EvaluationMilestone,
    Extension,
    Guidance,
    MeasureEvaluation,
    NextYearProposal,
    Round,
)


class ReadOnlyInline(admin.TabularInline):
    """Rows below what is looked at."""

    extra = 0
    can_delete = False
    show_change_link = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ExtensionInline(ReadOnlyInline):
    model = Extension
    fields = ["department", "deadline", "reason"]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Extension]":
        return super().get_queryset(request).select_related("department")


class GuidanceInline(ReadOnlyInline):
    model = Guidance
    fields = ["field", "text"]


@admin.register(Round)
class RoundAdmin(SavesMixin, ReadOnlyAdmin):
    admin_order = 20
    list_display = ["__str__", "program", "state", "opens_on", "deadline", "published_at"]
    list_filter = ["state", "program"]
    list_select_related = ["program"]
    fields = [
        "program",
        "year",
        "slug",
        "state",
        "opens_on",
        "deadline",
        "scale",
        "opened_at",
        "opened_by",
        "released_at",
        "released_by",
        "publish_at",
        "published_at",
        "published_by",
    ]
    inlines = [ExtensionInline, GuidanceInline]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Round]":
        """With all that the page of one names."""
        people = ("opened_by", "released_by", "published_by")
        return super().get_queryset(request).select_related("program", "scale", *people)


class IndicatorInline(ReadOnlyInline):
    model = EvaluationIndicator
    fields = ["indicator", "target", "actual", "no_actual_reason", "next_target", "target_change_reason"]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[EvaluationIndicator]":
        return super().get_queryset(request).select_related("indicator")


class MilestoneInline(ReadOnlyInline):
    model = EvaluationMilestone
    fields = ["month", "title", "reached", "note"]


class EventInline(ReadOnlyInline):
    model = EvaluationEvent
    fields = ["at", "label", "by_name", "department_name", "comment", "version"]


@admin.register(Evaluation)
class EvaluationAdmin(SavesMixin, ReadOnlyAdmin):
    admin_order = 30
    list_display = ["action", "round", "department", "status", "saved_at"]
    list_filter = ["status", "round"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["action__code", "action__title", "department__name"]
    ordering = ["-pk"]
    inlines = [IndicatorInline, MilestoneInline, EventInline]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Evaluation]":
        """With all that the page of one names, not asked for one by one."""
        people = ("saved_by", "submitted_by", "endorsed_by", "accepted_by")
        named = ("action", "round", "department", *people, "grade", "outlook")
        return super().get_queryset(request).select_related(*named)


@admin.register(EvaluationEvent)
class EvaluationEventAdmin(ReadOnlyAdmin):
    admin_order = 40
    list_display = ["at", "evaluation", "label", "by_name", "department_name"]
    list_display_links = ["at", "evaluation"]
    list_filter = ["transition", "at"]
    list_select_related = ["evaluation__action"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["evaluation__action__code", "by_name"]
    ordering = ["-pk"]


@admin.register(MeasureEvaluation)
class MeasureEvaluationAdmin(SavesMixin, ReadOnlyAdmin):
    admin_order = 50
    list_display = ["measure", "round", "rating", "saved_at"]
    list_filter = ["round"]
    list_select_related = ["measure__policy", "round", "rating"]


@admin.register(NextYearProposal)
class NextYearProposalAdmin(SavesMixin, ReadOnlyAdmin):
    admin_order = 60
    list_display = ["evaluation", "year", "state", "ends_action", "decided_at"]
    list_filter = ["state", "year"]
    list_select_related = ["evaluation__action"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["evaluation__action__code", "evaluation__action__title"]
    ordering = ["-pk"]
