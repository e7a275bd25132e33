"""Actions: what each is, what it serves, who owns it when."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.lookups import choices_of
from accounts.models import Department
from plan.admin.base import MARKDOWN_HELP, RootAdmin, RowInline, change_link
from plan.admin.hierarchy import MeasureFilter
from plan.admin.records import ReadOnlyAdmin
from plan.editing.roots import is_public
from plan.fiscal import date_label, fiscal_year_label
from programs.admin.filters import InForceFilter, OwnerFilter, PlannedFilter
from programs.admin.formsets import DirectionFormSet, OwnerFormSet, UpperFormSet
from programs.enums import OwnerKind
from programs.models import Action, ActionDirection, ActionLineage, ActionOwner, ActionUpper
from programs.queries.neighbours import Neighbours, neighbours_of

Links = list[tuple[str, str]]


class DirectionInline(RowInline):
    model = ActionDirection
    formset = DirectionFormSet
    fields = ["position", "direction"]


class UpperInline(RowInline):
    model = ActionUpper
    formset = UpperFormSet
    fields = ["position", "upper"]


class DivisionField(forms.ModelChoiceField):
    """Departments with their 局, and their end where they have one."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.full_name)


class OwnerInline(RowInline):
    model = ActionOwner
    formset = OwnerFormSet
    fields = ["position", ("kind", "department"), ("valid_from", "valid_to")]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Those that have ended stay in the list: old years keep their old owner."""
        if db_field.name == "department":
            kwargs["queryset"] = Department.objects.filter(bureau__isnull=False).select_related("bureau")
            kwargs["form_class"] = DivisionField
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class ActionList(ChangeList):
    """The list names the 主管課 of today; the form has all owners as rows of its own."""

    def get_queryset(self, *args: Any, **kwargs: Any) -> "QuerySet[Action]":
        leads = ActionOwner.objects.filter(kind=OwnerKind.LEAD).select_related("department")
        listed: QuerySet[Action] = super().get_queryset(*args, **kwargs)
        return listed.prefetch_related(Prefetch("owners", leads, to_attr="leads"))


@admin.register(Action)
class ActionAdmin(RootAdmin):
    admin_order = 20
    inlines = [DirectionInline, UpperInline, OwnerInline]
    list_display = ["code", "title", "direction", "lead", "period", "public_link"]
    list_display_links = ["code", "title"]
    list_filter = [
        "program",
        InForceFilter,
        PlannedFilter,
        OwnerFilter,
        "category",
        ("main_direction__measure", MeasureFilter),
    ]
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
        field: Any = form.base_fields.get("main_direction")
        if obj is not None and field is not None:
            plan = obj.program.plan_id
            offered = choices_of(field, request)
            field.queryset = field.queryset.filter(measure__policy__plan=plan)
            field.choices = [each for each in offered if not each[0] or _plan_of(each) == plan]
        return form

    def notice(self, obj: Any) -> str:
        day = max(timezone.localdate(), obj.program.first_day)
        leads = self._neighbours(obj).leads_on(day)
        if any(lead.is_there_on(day) for lead in leads):
            return ""
        closed = f"（{'、'.join(str(lead.department) for lead in leads)}は、その日にはない課です）" if leads else ""
        return (
            f"この取組には、{date_label(day)}に有効な主管課がありません{closed}。"
            "主管課がないと、評価年度の照会を始められません。「所管課」に登録してください。"
        )

    # ── What stands beside it ─────────────────────────────────────────────────

    def related_lists(self, obj: Any) -> Links:
        beside = self._neighbours(obj)
        years = [
            (f"{fiscal_year_label(plan.year)}の計画", reverse("admin:programs_actionyear_change", args=[plan.pk]))
            for plan in beside.years
        ]
        return [
            change_link(obj.program, "プログラム："),
            *years,
            *(change_link(indicator, "指標：") for indicator in beside.indicators),
            *(change_link(action, "前の取組：") for action in beside.predecessors),
            *(change_link(action, "次の取組：") for action in beside.descendants),
        ]

    def ways_to_add(self, obj: Any) -> Links:
        planned = self._neighbours(obj).planned
        add = reverse("admin:programs_actionyear_add")
        years = [
            (f"{fiscal_year_label(year)}の計画を追加する", f"{add}?action={obj.pk}&year={year}")
            for year in obj.program.years
            if obj.is_in_force(year) and year not in planned
        ]
        return [*years, ("指標を追加する", f"{reverse('admin:programs_indicator_add')}?action={obj.pk}")]

    def _neighbours(self, obj: Any) -> Neighbours:
        """Read once for all that the form says of them."""
        if not hasattr(obj, "_neighbours"):
            obj._neighbours = neighbours_of(obj)
        found: Neighbours = obj._neighbours
        return found

    # ── The list ──────────────────────────────────────────────────────────────

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Action]":
        return super().get_queryset(request).select_related("program__plan", "main_direction__measure__policy")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ActionList

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


def _plan_of(choice: tuple[Any, str]) -> int:
    """Of a direction that may be chosen."""
    plan: int = choice[0].instance.measure.policy.plan_id
    return plan


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
