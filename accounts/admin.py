"""Administration of people, their roles and departments. Departments and people end by a date, never by deletion."""

from typing import Any, cast

from allauth.account import views as account_views
from allauth.account.decorators import secure_admin_login
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db import models, transaction
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.admin_audit import asked_for, is_shown, list_shown, title_of
from accounts.audit import record_request
from accounts.department_changes import departments_changed
from accounts.enums import AuditKind
from accounts.fields import LineField, SoundFormSet
from accounts.forms import UserAddForm, UserEditForm, UserPasswordForm
from accounts.lookups import ChoicesOnceMixin, HistoryAdmin, KeysField
from accounts.models import Department, Membership, User
from accounts.second_factor import has_second_factor


def _log_out(request: HttpRequest, extra_context: Any = None) -> HttpResponse:
    """The log-out of the whole portal, which goes on record."""
    return cast(HttpResponse, account_views.logout(request))


# One log-in for all, with its rate limits and second factor.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # the documented way of allauth
admin.site.logout = _log_out  # type: ignore[method-assign, assignment]  # in the same way


class ValidityFilter(admin.SimpleListFilter):
    """What is in force today; the names of the two date fields differ between models."""

    title = "有効期間"
    parameter_name = "validity"
    fields = ("valid_from", "valid_to")

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("now", "今日有効"), ("ended", "終了"), ("coming", "開始前")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        start, end = self.fields
        today = timezone.localdate()
        if self.value() == "ended":
            return queryset.filter(**{f"{end}__lt": today})
        if self.value() == "coming":
            return queryset.filter(**{f"{start}__gt": today})
        if self.value() == "now":
            return queryset.exclude(**{f"{end}__lt": today}).exclude(**{f"{start}__gt": today})
        return queryset


class ActiveFilter(ValidityFilter):
    fields = ("active_from", "active_to")


class MembershipInline(ChoicesOnceMixin, admin.StackedInline):
    model = Membership
    fields = [("role", "department"), ("valid_from", "valid_to")]
    formset = SoundFormSet
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).select_related("department")


class UserList(ChangeList):
    """The list names roles and departments of everybody on it; the form has them as rows of its own."""

    def get_queryset(self, *args: Any, **kwargs: Any) -> QuerySet[User]:
        listed: QuerySet[User] = super().get_queryset(*args, **kwargs)
        memberships = Membership.objects.select_related("department")
        return listed.prefetch_related(Prefetch("memberships", memberships))


@admin.register(User)
class UserAdmin(HistoryAdmin, DjangoUserAdmin):
    form = UserEditForm
    add_form = UserAddForm
    add_form_template = None
    change_password_form = UserPasswordForm
    fieldsets = [
        (None, {"fields": ["staff_number", "name", "email", "password"]}),
        ("利用期間", {"fields": ["active_from", "active_to"], "description": "空欄の側には期限がありません。"}),
        ("記録", {"fields": ["last_login", "is_demo", "second_factor"]}),
    ]
    add_fieldsets = [
        (None, {"classes": ["wide"], "fields": ["staff_number", "name", "email", "password1", "password2"]}),
    ]
    readonly_fields = ["last_login", "is_demo", "second_factor"]
    inlines = [MembershipInline]
    list_display = ["staff_number", "name", "email", "roles_now", "active_from", "active_to", "last_login"]
    list_display_links = ["staff_number", "name"]
    list_filter = [ActiveFilter, "memberships__role", "is_demo", "memberships__department"]
    search_fields = ["staff_number", "name", "email", "memberships__department__name"]
    ordering = ["staff_number"]
    filter_horizontal = []
    actions = ["end_second_factor"]
    object_history_template = "accounts/admin_history.html"
    list_per_page = 50
    show_full_result_count = False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return UserList

    @admin.display(description="今日の役割")
    def roles_now(self, user: User) -> str:
        today = timezone.localdate()
        return "、".join(str(membership) for membership in user.memberships.all() if membership.is_valid_on(today))

    @admin.display(description="二要素認証", boolean=True)
    def second_factor(self, user: User) -> bool:
        return has_second_factor(user)

    @admin.action(description="選択した利用者の二要素認証を解除する", permissions=["change"])
    def end_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """For who lost the device: all second factors go, the next log-in asks for the password only."""
        users = list(queryset.filter(authenticator__isnull=False).distinct())
        self._end_second_factor(request, users)
        names = "、".join(user.name for user in users)
        if names:
            messages.success(
                request, f"{names}の二要素認証を解除しました。次のログインの後で登録し直すよう、伝えてください。"
            )
        else:
            messages.warning(request, "選択した利用者は、二要素認証を登録していません。")

    @transaction.atomic
    def _end_second_factor(self, request: HttpRequest, users: list[User]) -> None:
        Authenticator.objects.filter(user__in=users).delete()
        LogEntry.objects.log_actions(
            cast(User, request.user).pk,
            User.objects.filter(pk__in=[u.pk for u in users]),
            CHANGE,
            "二要素認証を解除した。",
        )
        for user in users:
            record_request(
                request,
                AuditKind.SECOND_FACTOR_CHANGED,
                about=title_of(user),
                details={"内容": "管理画面で二要素認証を解除した"},
            )

    # ── What goes on record ───────────────────────────────────────────────────

    def audit_kind(self, request: HttpRequest) -> AuditKind:
        is_password = request.resolver_match and request.resolver_match.url_name == "auth_user_password_change"
        return AuditKind.PASSWORD_CHANGED if is_password else super().audit_kind(request)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        response: Any = super().changelist_view(request, extra_context)
        if listed := list_shown(request, response):
            details = {"件数": listed.result_count, **asked_for(request)}
            record_request(request, AuditKind.SAW_PERSONAL_DATA, about="利用者の一覧", details=details)
        return response

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any) -> Any:
        response = super().changeform_view(request, object_id, *args, **kwargs)
        if object_id is not None:
            self._record_seen(request, response, object_id)
        return response

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        response = super().history_view(request, object_id, extra_context)
        self._record_seen(request, response, object_id)
        return response

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: Any = None
    ) -> HttpResponse:
        response = super().history_form_view(request, object_id, version_id, extra_context)
        self._record_seen(request, response, object_id)
        return cast(HttpResponse, response)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        response: Any = super().user_change_password(request, id, form_url)
        if context := getattr(response, "context_data", None):
            context.update(title=f"{self.opts.verbose_name}のパスワードの変更", subtitle=str(context["original"]))
        self._record_seen(request, response, id)
        return cast(HttpResponse, response)

    def _record_seen(self, request: HttpRequest, response: HttpResponse, object_id: str) -> None:
        if is_shown(request, response):
            shown = (getattr(response, "context_data", None) or {}).get("original")
            about = title_of(shown or User.objects.get(pk=object_id))
            record_request(request, AuditKind.SAW_PERSONAL_DATA, about=about)


class BureauFilter(admin.SimpleListFilter):
    title = "局"
    parameter_name = "bureau"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        bureaus = Department.objects.filter(bureau__isnull=True).order_by("code", "valid_from")
        return [(str(bureau.pk), bureau.name) for bureau in bureaus]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return queryset.filter(bureau=value) if value and value.isdecimal() else queryset


@admin.register(Department)
class DepartmentAdmin(HistoryAdmin):
    fieldsets = [
        (None, {"fields": ["code", "name", "bureau", "divisions_now"]}),
        (
            "存続期間と改組",
            {
                "fields": ["valid_from", "valid_to", "successors"],
                "description": "名称の変更、統合、分割は、一覧の「組織改編」から行います。"
                "取組、調書、利用者の役割も、引き継ぐ組織へ移ります。"
                "ここで廃止日と承継先を直しても、それらは移りません。",
            },
        ),
    ]
    formfield_overrides = {
        models.CharField: {"form_class": LineField},
        models.ManyToManyField: {"form_class": KeysField},
    }
    readonly_fields = ["divisions_now"]
    object_history_template = "accounts/admin_history.html"
    list_display = ["code", "name", "bureau", "valid_from", "valid_to", "successor_names"]
    list_display_links = ["code", "name"]
    list_filter = [ValidityFilter, BureauFilter]
    list_select_related = ["bureau"]
    search_fields = ["code", "name", "bureau__name"]
    ordering = ["code", "valid_from"]
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[Department]:
        return super().get_queryset(request).prefetch_related("successors")

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        departments_changed()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "bureau":
            kwargs["queryset"] = Department.objects.filter(bureau__isnull=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field: Any = super().formfield_for_manytomany(db_field, request, **kwargs)
        # In place of what Django adds to it.
        field.help_text = (
            f"{db_field.help_text}いくつも選ぶときは、Ctrlキー（MacではCommandキー）を押したまま選びます。"
        )
        return field

    @admin.display(description="承継先")
    def successor_names(self, department: Department) -> str:
        return "、".join(successor.name for successor in department.successors.all())

    @admin.display(description="この局の課（今日）")
    def divisions_now(self, department: Department) -> str:
        if department.pk is None:
            return ""
        names = [division.name for division in department.divisions.valid_on(timezone.localdate())]
        return "、".join(names) or "ありません"
