"""What an action plans for each year, and its indicators; the original plan stands beside the present one."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest

from plan.admin.base import MARKDOWN_HELP, PROSE, Fieldsets, RootAdmin, RowInline, change_link
from plan.admin.hierarchy import MeasureFilter
from plan.fiscal import fiscal_year_label
from programs.admin.filters import FiscalYearFilter, MeasuredFilter, OwnerOfActionFilter
from programs.admin.formsets import YearFormSet
from programs.models import Action, ActionYear, Indicator, IndicatorYear, Milestone
from programs.models.yearly import told_milestones
from programs.queries.originals import are_others, milestone_line

ORIGINAL_HELP = "「当初」は、公開したときの値です。公開する前は今の値とともに変わり、公開した後は変わりません。"
ROWS_FOR_UNKNOWN_YEARS = 2
PUBLISHED_HELP = "決算額は、評価を公表したときに調書から入ります。"


class PlainDecimalField(forms.DecimalField):
    """Shows 12.5 for what is stored as 12.5000."""

    def prepare_value(self, value: Any) -> Any:
        return plain(value) if isinstance(value, Decimal) else value


DECIMALS: dict[Any, dict[str, Any]] = {**PROSE, models.DecimalField: {"form_class": PlainDecimalField}}


def plain(number: Decimal | None) -> str:
    """Without noughts at the end, and 「（なし）」 for none."""
    if number is None:
        return "（なし）"
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class OfActionAdmin(RootAdmin):
    """A root that belongs to an action for good: the action is chosen when it is added."""

    list_filter = [
        "action__program",
        FiscalYearFilter,
        OwnerOfActionFilter,
        ("action__main_direction__measure", MeasureFilter),
    ]
    formfield_overrides = DECIMALS
    list_select_related = ["action__program__plan"]
    show_full_result_count = False
    # What is shown beside the fields and has no value before the root is saved.
    beside: tuple[str, ...] = ()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*self.beside, *(["action"] if obj is not None else [])]

    def get_autocomplete_fields(self, request: HttpRequest) -> Any:
        return ["action"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets: Fieldsets = super().get_fieldsets(request, obj)
        return fieldsets if obj is not None else [_without(fieldset, self.beside) for fieldset in fieldsets]

    def related_lists(self, obj: Any) -> list[tuple[str, str]]:
        return [change_link(obj.action, "取組：")]

    def chosen_action(self, request: HttpRequest) -> Action | None:
        """The action that the link to the form of a new root names."""
        key = request.GET.get("action", "")
        if not (key.isascii() and key.isdecimal() and len(key) < 19):
            return None
        return Action.objects.select_related("program").filter(pk=key).first()


def _without(fieldset: tuple[str | None, dict[str, Any]], names: tuple[str, ...]) -> tuple[str | None, dict[str, Any]]:
    name, options = fieldset
    fields = [
        tuple(one for one in field if one not in names) if isinstance(field, tuple) else field
        for field in options["fields"]
        if field not in names
    ]
    return name, {**options, "fields": fields}


class MilestoneInline(RowInline):
    model = Milestone
    fields = ["position", ("month", "title")]


class ActionYearList(ChangeList):
    """The list says whether milestones are others than at first; the form has them as rows of its own."""

    def get_queryset(self, *args: Any, **kwargs: Any) -> "QuerySet[ActionYear]":
        listed: QuerySet[ActionYear] = super().get_queryset(*args, **kwargs)
        return listed.prefetch_related("milestones")


@admin.register(ActionYear)
class ActionYearAdmin(OfActionAdmin):
    admin_order = 30
    inlines = [MilestoneInline]
    list_display = ["year_label", "action", "budget", "settlement", "changed", "public_link"]
    list_display_links = ["year_label", "action"]
    search_fields = ["action__code", "action__title", "planned_work", "milestones__title"]
    search_help_text = "取組コード、取組名、計画、マイルストーンを探します。"
    beside = ("original_planned_work", "first_milestones", "original_budget", "settlement")
    main_fieldsets = [
        (None, {"fields": ["action", "year"]}),
        (
            "計画",
            {"fields": ["planned_work", "original_planned_work", "first_milestones"], "description": MARKDOWN_HELP},
        ),
        (
            "予算と決算",
            {
                "fields": [("budget", "original_budget"), "settlement"],
                "description": f"{ORIGINAL_HELP}{PUBLISHED_HELP}空欄は「不明」で、0ではありません。",
            },
        ),
    ]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ActionYearList

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if "year" in form.base_fields:
            form.base_fields["year"].disabled = obj is not None
        return form

    @admin.display(description="年度", ordering="year")
    def year_label(self, obj: ActionYear) -> str:
        return fiscal_year_label(obj.year)

    @admin.display(description="当初のマイルストーン")
    def first_milestones(self, obj: ActionYear) -> str:
        return "、".join(map(milestone_line, obj.original_milestones or ())) or "（公開した後に変わっていません）"

    @admin.display(description="当初からの変更", boolean=True)
    def changed(self, obj: ActionYear) -> bool:
        return obj.is_changed or are_others(obj.original_milestones or (), told_milestones(obj.milestones.all()))


class IndicatorYearInline(RowInline):
    model = IndicatorYear
    formset = YearFormSet
    template = "admin/programs/years.html"
    formfield_overrides = DECIMALS
    fields = [("position", "target", "original", "result")]
    readonly_fields = ["original", "result"]

    @admin.display(description="当初の目標値")
    def original(self, obj: IndicatorYear) -> str:
        return plain(obj.original_target)

    @admin.display(description="実績値")
    def result(self, obj: IndicatorYear) -> str:
        return plain(obj.actual)

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        known = obj is not None or self._chosen(request) is not None
        return len(self._missing(request, obj)) if known else ROWS_FOR_UNKNOWN_YEARS

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """An empty row for each year of the programme that has none."""
        missing = [{"position": year} for year in self._missing(request, obj)]
        base = super().get_formset(request, obj, **kwargs)

        class OfferedYears(base):  # type: ignore[misc, valid-type]  # made at run time
            def __init__(self, *args: Any, **options: Any) -> None:
                super().__init__(*args, initial=missing, **options)

        return OfferedYears

    def _missing(self, request: HttpRequest, obj: Any) -> list[int]:
        action = obj.action if obj is not None else self._chosen(request)
        if action is None:
            return []
        present = set(obj.years.values_list("position", flat=True)) if obj is not None else set()
        return [year for year in action.program.years if year not in present]

    def _chosen(self, request: HttpRequest) -> Action | None:
        owner: Any = self.admin_site._registry[Indicator]
        return owner.chosen_action(request)


@admin.register(Indicator)
class IndicatorAdmin(OfActionAdmin):
    admin_order = 40
    inlines = [IndicatorYearInline]
    list_display = ["name", "action", "kind", "unit", "improvement", "public_link"]
    list_filter = [
        "action__program",
        MeasuredFilter,
        OwnerOfActionFilter,
        "kind",
        ("action__main_direction__measure", MeasureFilter),
    ]
    search_fields = ["action__code", "action__title", "name", "definition"]
    search_help_text = "取組コード、取組名、指標名、算出方法を探します。"
    main_fieldsets = [
        (None, {"fields": ["action", "position", "kind", "name", "unit", "improvement"]}),
        ("算出方法", {"fields": ["definition"], "description": MARKDOWN_HELP}),
        ("基準", {"fields": [("baseline", "baseline_year")]}),
    ]
