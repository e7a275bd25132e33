"""Filters of the lists of programmes: by fiscal year, and by the department that owns an action."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, Max, Min, OuterRef, QuerySet
from django.http import HttpRequest

from accounts.models import Department
from plan.fiscal import fiscal_year_label
from programs.models import ActionOwner, Program

Choices = list[tuple[str, str]]


class FiscalYearFilter(admin.SimpleListFilter):
    """The years of all programmes; `condition` says what it is for a row to be of one."""

    title = "年度"
    parameter_name = "year"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        ends = Program.objects.aggregate(first=Min("start_year"), last=Max("end_year"))
        if ends["first"] is None:
            return []
        return [(str(year), fiscal_year_label(year)) for year in range(ends["last"], ends["first"] - 1, -1)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        # Only what is offered: any other number may be too large for the database.
        if value is None or value not in dict(self.lookup_choices):
            return queryset
        return self.of_year(queryset, int(value))

    def of_year(self, queryset: QuerySet[Any], year: int) -> QuerySet[Any]:
        return queryset.filter(year=year)


class InForceFilter(FiscalYearFilter):
    """Actions carried out in the year."""

    title = "実施する年度"

    def of_year(self, queryset: QuerySet[Any], year: int) -> QuerySet[Any]:
        return queryset.in_force(year).filter(program__start_year__lte=year, program__end_year__gte=year)  # type: ignore[attr-defined]  # of ActionQuerySet


class PlannedFilter(admin.SimpleListFilter):
    """Actions that lack the plan of a year in which they are carried out."""

    title = "年度別計画"
    parameter_name = "plans"
    LACKING = "lacking"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [(self.LACKING, "ない年度がある")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.lacking_plans() if self.value() == self.LACKING else queryset  # type: ignore[attr-defined]  # of ActionQuerySet


class MeasuredFilter(FiscalYearFilter):
    """Indicators with a row for the year."""

    def of_year(self, queryset: QuerySet[Any], year: int) -> QuerySet[Any]:
        return queryset.filter(years__position=year)


class OwnerFilter(admin.SimpleListFilter):
    """What a department owns or owned, as 主管課 or 関係課; `action` leads from a row to its action."""

    title = "所管課"
    parameter_name = "department"
    action = "pk"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        departments = Department.objects.filter(bureau__isnull=False).select_related("bureau")
        return [(str(department.pk), department.full_name) for department in departments]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if value is None or value not in dict(self.lookup_choices):
            return queryset
        owners = ActionOwner.objects.filter(action=OuterRef(self.action), department=int(value))
        return queryset.filter(Exists(owners))


class OwnerOfActionFilter(OwnerFilter):
    """The same, of what hangs on an action."""

    action = "action"
