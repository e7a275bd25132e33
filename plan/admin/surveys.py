"""The surveys and their questions."""

from typing import Any

from django.contrib import admin

from plan.admin.base import MARKDOWN_HELP, RootAdmin, RowInline, change_link
from plan.models import Answer, Question, Survey


@admin.register(Survey)
class SurveyAdmin(RootAdmin):
    admin_order = 80
    list_display = ["number", "title", "section", "respondents", "public_link"]
    list_display_links = ["number", "title"]
    list_filter = ["plan"]
    list_select_related = ["plan", "section"]
    search_fields = ["title", "questions__title", "questions__finding"]
    main_fieldsets = [
        (None, {"fields": ["plan", "number", "title", "section"]}),
        ("調査の方法", {"fields": ["area", "population", "sampling", "method"]}),
        ("期間と回収", {"fields": ["period", "started_on", "ended_on", "response", "sample_size", "respondents"]}),
    ]

    def related_lists(self, obj: Any) -> list[tuple[str, str]]:
        return [change_link(question, f"設問{question.number} ") for question in obj.questions.all()]


class AnswerInline(RowInline):
    model = Answer
    fields = ["position", "label", "value", "bound"]


@admin.register(Question)
class QuestionAdmin(RootAdmin):
    admin_order = 90
    inlines = [AnswerInline]
    list_display = ["number", "title", "survey", "unit", "public_link"]
    list_display_links = ["number", "title"]
    list_filter = ["survey__plan", "survey"]
    list_select_related = ["survey__plan"]
    ordering = ["survey__plan", "survey__number", "number"]
    search_fields = ["title", "finding", "answers__label"]
    main_fieldsets = [
        (None, {"fields": ["survey", "number", "title", "unit"]}),
        ("内容", {"fields": ["finding"], "description": MARKDOWN_HELP}),
    ]

    def related_lists(self, obj: Any) -> list[tuple[str, str]]:
        return [change_link(obj.survey)]
