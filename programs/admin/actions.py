"""Actions: what each is, what it serves, who owns it when."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from plan.admin.base import MARKDOWN_HELP, RootAdmin, RowInline, change_link
from plan.admin.hierarchy import MeasureFilter
from plan.admin.records import ReadOnlyAdmin
from plan.editing.roots import is_public
from plan.fiscal import date_label, fiscal_year_label
from programs.admin.filters import InForceFilter, OwnerFilter
from programs.admin.formsets import DirectionFormSet, OwnerFormSet, UpperFormSet
from programs.enums import OwnerKind
from programs.models import Action, ActionDirection, ActionLineage, ActionOwner, ActionUpper

Links = list[tuple[str, str]]


class DirectionInline(RowInline):
    model = ActionDirection
    formset = DirectionFormSet
    fields = ["position", "direction"]


class UpperInline(RowInline):
    model = ActionUpper
    formset = UpperFormSet
    fields = ["position", "upper"]


class OwnerInline(RowInline):
    model = ActionOwner
    formset = OwnerFormSet
    fields = ["position", ("kind", "department"), ("valid_from", "valid_to")]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Those that have ended stay in the list: old years keep their old owner."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "department":
            departments = db_field.related_model.objects.filter(bureau__isnull=False).select_related("bureau")
            field.choices = [("", "---------"), *((one.pk, one.full_name) for one in departments)]
        return field


@admin.register(Action)
class ActionAdmin(RootAdmin):
    admin_order = 20
    inlines = [DirectionInline, UpperInline, OwnerInline]
    list_display = ["code", "title", "direction", "lead", "period", "public_link"]
    list_display_links = ["code", "title"]
    list_filter = ["program", InForceFilter, OwnerFilter, "category", ("main_direction__measure", MeasureFilter)]
    list_select_related = ["program__plan", "main_direction__measure__policy"]
    show_full_result_count = False
    ordering = ["-program_id", "code"]
    search_fields = ["code", "title", "purpose", "content", "legal_basis"]
    search_help_text = "取組コード、取組名、目的、内容、法的根拠を探します。"
    main_fieldsets = [
        (None, {"fields": ["program", "code", "title"]}),
        ("プランとの関係", {"fields": ["main_direction"]}),
        ("内容", {"fields": ["purpose", "content"], "description": MARKDOWN_HELP}),
        ("分類と根拠", {"fields": ["category", "implementer", "legal_basis"]}),
        ("期間", {"fields": [("start_year", "end_year")]}),
    ]

    # ── The form ──────────────────────────────────────────────────────────────

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """An action stays in its programme; its code is part of an address that lasts."""
        if obj is None:
            return []
        return ["program", "code"] if is_public(self._stored(request, obj)) else ["program"]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Directions of the programme's plan, where the programme is known."""
        form = super().get_form(request, obj, change, **kwargs)
        field = form.base_fields.get("main_direction")
        if obj is not None and isinstance(field, forms.ModelChoiceField):
            of_plan = {"measure__policy__plan": obj.program.plan_id}
            field.queryset = field.queryset.filter(**of_plan)  # type: ignore[union-attr]  # made above
        return form

    def notice(self, obj: Any) -> str:
        day = max(timezone.localdate(), obj.program.first_day)
        owners = ActionOwner.objects.valid_on(day).filter(action=obj.pk, kind=OwnerKind.LEAD)
        if owners.exists():
            return ""
        return (
            f"この取組には、{date_label(day)}に有効な主管課がありません。"
            "主管課がないと、評価年度の照会を始められません。「所管課」に登録してください。"
        )

    # ── What stands beside it ─────────────────────────────────────────────────

    def related_lists(self, obj: Any) -> Links:
        years = [
            (f"{fiscal_year_label(plan.year)}の計画", reverse("admin:programs_actionyear_change", args=[plan.pk]))
            for plan in obj.years.order_by("year")
        ]
        indicators = [change_link(indicator, "指標：") for indicator in obj.indicators.order_by("position")]
        before = [
            change_link(lineage.predecessor, "前の取組：") for lineage in obj.lineages.select_related("predecessor")
        ]
        after = [change_link(lineage.action, "次の取組：") for lineage in obj.descendants.select_related("action")]
        return [change_link(obj.program, "プログラム："), *years, *indicators, *before, *after]

    def ways_to_add(self, obj: Any) -> Links:
        planned = set(obj.years.values_list("year", flat=True))
        add = reverse("admin:programs_actionyear_add")
        years = [
            (f"{fiscal_year_label(year)}の計画を追加する", f"{add}?action={obj.pk}&year={year}")
            for year in obj.program.years
            if obj.is_in_force(year) and year not in planned
        ]
        return [*years, ("指標を追加する", f"{reverse('admin:programs_indicator_add')}?action={obj.pk}")]

    # ── The list ──────────────────────────────────────────────────────────────

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Action]":
        leads = ActionOwner.objects.filter(kind=OwnerKind.LEAD).select_related("department")
        return super().get_queryset(request).prefetch_related(Prefetch("owners", leads, to_attr="leads"))

    @admin.display(description="基本方向")
    def direction(self, obj: Action) -> str:
        return obj.main_direction.code

    @admin.display(description="主管課")
    def lead(self, obj: Any) -> str:
        today = timezone.localdate()
        return "、".join(owner.department.name for owner in obj.leads if owner.is_valid_on(today)) or "（なし）"

    @admin.display(description="年度")
    def period(self, obj: Action) -> str:
        return f"{obj.start_year}〜{obj.end_year or obj.program.end_year}"


@admin.register(ActionLineage)
class ActionLineageAdmin(ReadOnlyAdmin):
    admin_order = 60
    list_display = ["action", "kind", "predecessor", "predecessor_program"]
    list_filter = ["action__program", "kind"]
    list_select_related = ["action", "predecessor__program"]
    show_full_result_count = False
    search_fields = ["action__code", "action__title", "predecessor__code", "predecessor__title"]
    ordering = ["action_id", "predecessor_id"]
    fields = ["action", "kind", "predecessor"]

    @admin.display(description="前のプログラム")
    def predecessor_program(self, obj: ActionLineage) -> str:
        return obj.predecessor.program.title
