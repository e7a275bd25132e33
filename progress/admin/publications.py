"""What was published and corrected, to be looked at: frozen, and never changed."""

import json
from collections.abc import Iterable

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from plan.admin.records import ReadOnlyAdmin
from progress.models import Correction, Publication, PublishedEvaluation, PublishedMeasure
from progress.snapshot_differences import evaluation_lines, measure_lines


def _as_text(data: object) -> SafeString:
    return format_html("<pre>{}</pre>", json.dumps(data, ensure_ascii=False, indent=2))


def _as_list(lines: Iterable[tuple[str, str]]) -> SafeString:
    """Names and texts, for people; what is empty is left out."""
    found = [line for line in lines if line[1]]
    return format_html_join("", "<div class='revision-change'><strong>{}</strong><p>{}</p></div>", found)


@admin.register(Publication)
class PublicationAdmin(ReadOnlyAdmin):
    admin_order = 70
    list_display = ["round", "number", "kind", "made_at", "by"]
    list_display_links = ["round", "number"]
    list_filter = ["kind", "round"]
    list_select_related = ["round", "by"]
    list_per_page = 50
    show_full_result_count = False
    fields = ["round", "number", "kind", "made_at", "by", "frame_text"]
    ordering = ["-made_at"]

    @admin.display(description="公表時の枠組み")
    def frame_text(self, publication: Publication) -> SafeString:
        return _as_text(publication.frame)


@admin.register(PublishedEvaluation)
class PublishedEvaluationAdmin(ReadOnlyAdmin):
    admin_order = 80
    list_display = ["__str__", "round", "edition", "is_current", "department_name", "grade_symbol"]
    list_filter = ["is_current", "round"]
    list_select_related = ["round"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["code", "title", "department_name"]
    fields = ["round", "publication", "code", "title", "edition", "is_current", "department_name", "data_text"]
    ordering = ["-pk"]

    @admin.display(description="公表した内容")
    def data_text(self, row: PublishedEvaluation) -> SafeString:
        return _as_list(evaluation_lines(row.data))


@admin.register(PublishedMeasure)
class PublishedMeasureAdmin(ReadOnlyAdmin):
    admin_order = 90
    list_display = ["measure", "round", "edition", "is_current", "rating_symbol"]
    list_filter = ["is_current", "round"]
    list_select_related = ["round", "measure__policy"]
    fields = ["round", "publication", "measure", "edition", "is_current", "rating_symbol", "rating_label", "data_text"]
    ordering = ["-pk"]

    @admin.display(description="公表した内容")
    def data_text(self, row: PublishedMeasure) -> SafeString:
        return _as_list(measure_lines(row.data))


@admin.register(Correction)
class CorrectionAdmin(ReadOnlyAdmin):
    admin_order = 100
    list_display = ["title", "publication", "reason"]
    list_select_related = ["publication__round"]
    search_fields = ["title", "reason"]
    fields = ["title", "path", "reason", "publication", "changes_text"]

    @admin.display(description="正誤")
    def changes_text(self, correction: Correction) -> SafeString:
        return _as_list(
            (each["label"], f"誤：{each['before'] or '（なし）'}　正：{each['after'] or '（なし）'}")
            for each in correction.changes
        )
