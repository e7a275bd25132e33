"""Programmes, and what lies above the plan that their actions serve as well."""

from typing import Any

from django.contrib import admin
from django.urls import reverse

from accounts.lookups import HistoryAdmin
from plan.admin.base import MARKDOWN_HELP, RootAdmin, change_link
from programs.admin.filters import PlannedFilter
from programs.admin.next_program import NextProgramMixin
from programs.models import Program, UpperItem

PUBLISHING_HELP = (
    "公開すると、年度別計画も公開ページに出ます。確認した調書から反映した計画は、その評価を公表する前でも出ます。"
    "公表を待つときは、評価を公表した後に公開してください。"
)


@admin.register(Program)
class ProgramAdmin(NextProgramMixin, RootAdmin):
    admin_order = 10
    change_form_template = "admin/programs/program_form.html"
    list_display = ["title", "plan", "start_year", "end_year", "is_published", "is_sample", "public_link"]
    list_filter = ["plan", "is_published", "is_sample"]
    list_select_related = ["plan"]
    search_fields = ["title", "slug", "summary"]
    lasting_fields = ["slug"]
    main_fieldsets = [
        (None, {"fields": ["plan", "title", "slug"]}),
        ("期間", {"fields": [("start_year", "end_year"), "predecessor"]}),
        ("内容", {"fields": ["summary"], "description": MARKDOWN_HELP}),
        ("公開", {"fields": ["is_published", "is_sample"], "description": PUBLISHING_HELP}),
    ]

    def related_lists(self, obj: Any) -> list[tuple[str, str]]:
        lists = [
            ("取組", "action", "program__id__exact"),
            ("年度別計画", "actionyear", "action__program__id__exact"),
            ("指標", "indicator", "action__program__id__exact"),
        ]
        own = [
            (f"{name}の一覧", f"{reverse(f'admin:programs_{model}_changelist')}?{key}={obj.pk}")
            for name, model, key in lists
        ]
        if self._lacking_plans(obj):
            actions = f"{reverse('admin:programs_action_changelist')}?program__id__exact={obj.pk}"
            own.append(("年度別計画がない年度のある取組の一覧", f"{actions}&plans={PlannedFilter.LACKING}"))
        before = [change_link(obj.predecessor, "前のプログラム：")] if obj.predecessor else []
        return [*own, *before, *(change_link(program, "次のプログラム：") for program in obj.successors.all())]

    def notice(self, obj: Any) -> str:
        count = self._lacking_plans(obj)
        if not count:
            return ""
        return (
            f"年度別計画がない年度のある取組が{count}件あります。このまま公開すると、公開ページにその年度の計画が"
            "出ません。公開する前に、計画を入力するか、「次年度の計画」の案を反映してください。"
        )

    def _lacking_plans(self, obj: Any) -> int:
        """How many actions the public would see without a plan; asked once, and only while nobody sees them."""
        if obj.is_published:
            return 0
        if not hasattr(obj, "_lacking_plans"):
            obj._lacking_plans = obj.actions.lacking_plans().count()
        found: int = obj._lacking_plans
        return found

    def ways_to_add(self, obj: Any) -> list[tuple[str, str]]:
        return [
            ("取組を追加する", f"{reverse('admin:programs_action_add')}?program={obj.pk}"),
            ("Excelで取り込む・書き出す", reverse("programs_desk:import", args=[obj.slug])),
        ]


@admin.register(UpperItem)
class UpperItemAdmin(HistoryAdmin):
    admin_order = 50
    actions = None
    view_on_site = False
    list_display = ["kind", "number", "title", "plan"]
    list_display_links = ["number", "title"]
    list_filter = ["plan", "kind"]
    list_select_related = ["plan"]
    search_fields = ["title"]
    fields = ["plan", "kind", "number", "title"]
    object_history_template = "accounts/admin_history.html"
