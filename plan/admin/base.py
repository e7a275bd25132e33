"""What every root does in the admin: save through `plan.actions`, say who was faster, show the way out."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.forms import ModelForm
from django.forms.models import BaseInlineFormSet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.admin_titles import TitledMixin
from accounts.fields import LineField
from accounts.lookups import ChoicesOnceMixin, KeySelect, PlainLookupsMixin, key_in
from plan import actions
from plan.admin.conflict import conflict_of
from plan.admin.deletion import DeletionMixin
from plan.admin.preview import PreviewMixin
from plan.admin.versions import VersionsMixin
from plan.editing.errors import Gone, StaleEdit
from plan.editing.roots import NAMED_FROM_ABOVE, is_public, links_of, public_path
from plan.editing.snapshots import take
from plan.editing.states import states_of
from plan.forms import ProseField, RootForm, RowForm, RowFormSet
from plan.models import Plan
from plan.models.base import Versioned

if TYPE_CHECKING:
    _Base = BaseModelAdmin
else:
    _Base = object

PROSE: dict[Any, dict[str, Any]] = {
    models.CharField: {"form_class": LineField},
    models.TextField: {"form_class": ProseField, "widget": AdminTextareaWidget(attrs={"rows": 4})},
}
REASON_HEADING = "変更の理由"
MARKDOWN_HELP = SafeString(
    "<details class='markdown-help'><summary>本文の書き方</summary><ul>"
    "<li>空の行で段落を分けます。</li>"
    "<li>「### 」「#### 」「##### 」で始まる行は小見出しになります。</li>"
    "<li>「- 」で始まる行は箇条書き、「1. 」で始まる行は番号付きの箇条書きになります。</li>"
    "<li>**太字** は「**」で囲みます。</li>"
    "<li>リンクは [文字](/plans/2016/) のように書きます。</li>"
    "<li>表は「| 見出し | 見出し |」「| --- | --- |」の行に続けて書きます。</li>"
    "<li>{{図2-3}} だけの段落には、その図が入ります。※12 は用語集の12番への注になります。</li>"
    "<li>HTMLは使えません。書いたとおりの文字として表示します。</li>"
    "</ul></details>"
)
"""The allow-list of `plan.text.markup`, in the words of the people who write."""

Fieldsets = list[tuple[str | None, dict[str, Any]]]

# What later apps know of a root: model → functions that give more entries of its `related_lists`.
RELATED_LISTS: dict[type[models.Model], list[Callable[[Any], list[tuple[str, str]]]]] = {}


def register_related_lists(model: type[models.Model], related: Callable[[Any], list[tuple[str, str]]]) -> None:
    """Show these links (text, address) on the form of each root of the model; for the admin of a later app."""
    RELATED_LISTS.setdefault(model, []).append(related)


class PlainFieldsMixin(_Base):
    """The fields of roots and rows: choices in one query, and nothing that opens other windows."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        above = NAMED_FROM_ABOVE.get(db_field.related_model)
        if above is not None and "queryset" not in kwargs:
            kwargs["queryset"] = db_field.related_model.objects.select_related(above)
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", KeySelect(db_field, self.admin_site))
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None and db_field.name == "plan" and "initial" not in kwargs:
            field.initial = _current_plan
        return field

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Without the icons that open other records in small windows: those are reached by the lists."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and hasattr(field.widget, "can_add_related"):
            field.widget.can_add_related = False
            field.widget.can_change_related = False
            field.widget.can_delete_related = False
            field.widget.can_view_related = False
        return field


class RowInline(ChoicesOnceMixin, PlainFieldsMixin, admin.StackedInline):
    """Rows below a root, put in order by number, by buttons or by dragging."""

    template = "admin/plan/rows.html"
    form = RowForm
    formset = RowFormSet
    formfield_overrides = PROSE
    ordering = ("position",)
    extra = 1

    def get_queryset(self, request: HttpRequest) -> "models.QuerySet[Any]":
        """With what the rows link to: who only looks is shown its name."""
        return super().get_queryset(request).select_related(*links_of(self.model))


class RootAdmin(
    VersionsMixin, DeletionMixin, PreviewMixin, PlainFieldsMixin, TitledMixin, PlainLookupsMixin, admin.ModelAdmin
):
    """Base of the admin of each root, of any app that registers it (`plan.editing.roots`), on record by `AuditedMixin`.

    `main_fieldsets` is what differs, and `admin_order`, the place in lists of models.
    """

    form = RootForm
    formfield_overrides = PROSE
    change_form_template = "admin/plan/root_form.html"
    change_list_template = "admin/plan/root_list.html"
    actions = None
    view_on_site = False
    list_per_page = 100
    save_as = False

    main_fieldsets: Fieldsets = []
    lasting_fields: Sequence[str] = ()
    """Parts of addresses that last: nobody changes them while the root is public."""

    class Media:
        css = {"all": ["admin_portal/plan.css"]}
        js = ["admin_portal/rows.js"]

    # ── The form ──────────────────────────────────────────────────────────────

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        may_write = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        if not may_write:
            return self.main_fieldsets
        return [*self.main_fieldsets, (REASON_HEADING, {"fields": ["reason", "expected_version"]})]

    def _create_formsets(self, request: HttpRequest, obj: Any, change: bool) -> Any:
        formsets, inline_instances = super()._create_formsets(request, obj, change)  # type: ignore[misc]  # unknown to the stubs
        request._plan_formsets = formsets  # type: ignore[attr-defined]  # for the form and the conflict
        return formsets, inline_instances

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The form class, tied to the formsets that Django builds right after the form."""
        base = super().get_form(request, obj, change, **kwargs)

        class TiedForm(base):  # type: ignore[misc, valid-type]  # made at run time
            @property
            def inline_formsets(self) -> Sequence[BaseInlineFormSet]:
                return getattr(request, "_plan_formsets", [])

        return TiedForm

    # ── Saving ────────────────────────────────────────────────────────────────

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        try:
            return self._changeform_in_turn(request, object_id, form_url, extra_context)
        except StaleEdit:
            # Saved by somebody between our check and our lock: check again, and show the form.
            return self._changeform_in_turn(request, object_id, form_url, extra_context)
        except Gone:
            return self.gone(request, str(object_id))

    def _changeform_in_turn(self, request: HttpRequest, *args: Any) -> Any:
        """What is sent is checked when its turn has come: nobody takes a number between the check and the save.

        A form that is only looked at keeps nobody waiting.
        """
        if request.method != "POST":
            return super().changeform_view(request, *args)
        with transaction.atomic():
            if self.has_view_or_change_permission(request):
                actions.wait_for_turn()
            return super().changeform_view(request, *args)

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> Any:
        """Django looks for the root once it holds the lock; what somebody deleted until then is shown as gone."""
        if request.method == "POST":
            return self.gone(request, object_id)
        return super()._get_obj_does_not_exist_redirect(request, opts, object_id)  # type: ignore[misc]  # unknown to the stubs

    def gone(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Somebody deleted the root while it was being edited: show what was typed, and the way back."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        key = key_in(object_id)
        states = states_of(self.model, key) if key is not None else []
        if not states:
            raise Http404
        typed, rows, _ = self._typed(request, None)
        context = {
            **self.admin_site.each_context(request),
            "title": f"{self.opts.verbose_name}は削除されています",
            "subtitle": states[0].title,
            "opts": self.opts,
            "original": states[0].root,
            "deletion": states[0],
            "snapshot": take(typed, rows),
            "media": self.media,
        }
        return TemplateResponse(request, "admin/plan/gone.html", context, status=409)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Nothing yet: root and rows are saved together by `save_related`."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        rows: list[models.Model] = []
        gone: list[models.Model] = []
        for formset in formsets:
            formset.save(commit=False)  # fills new_objects and the like, which Django's log reads
            rows += formset.rows_to_save()
            gone += formset.rows_to_delete()
        reason = form.cleaned_data["reason"]
        by: Any = request.user
        if not change:
            actions.create_root(root=form.instance, by=by, reason=reason, rows=rows)
            return
        revision = actions.revise(
            root=form.instance,
            by=by,
            reason=reason,
            expected_version=form.cleaned_data["expected_version"],
            rows=rows,
            deleted_rows=gone,
        )
        request._plan_changed = revision is not None  # type: ignore[attr-defined]  # for the log and the answer

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        return form.cleaned_data["reason"] or ("追加しました。" if add else "変更しました。")

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        if getattr(request, "_plan_changed", True):
            return super().log_change(request, obj, message)
        return None

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        if getattr(request, "_plan_changed", True):
            return super().response_change(request, obj)
        self.message_user(request, f"「{obj}」に変わったところはないので、保存していません。", messages.WARNING)
        return self.response_post_save_change(request, obj)

    # ── The page ──────────────────────────────────────────────────────────────

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        form: ModelForm[Any] = context["adminform"].form
        may_write = self.has_change_permission(request, obj) if change else self.has_add_permission(request)
        context.update(
            reason_heading=REASON_HEADING,
            may_write=may_write,
            may_delete=change and self.has_delete_permission(request, obj),
            conflict=conflict_of(form, getattr(request, "_plan_formsets", [])),
            preview_url=self.preview_url(obj),
            public_url=public_url(self._stored(request, obj)) if obj else "",
            related_lists=self._all_related_lists(request, obj) if obj else [],
            notice=self.notice(obj) if obj else "",
        )
        return super().render_change_form(request, context, add, change, form_url, obj)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        context = {
            "deleted_url": reverse(self.url_name("deleted")),
            **(extra_context or {}),
        }
        return super().changelist_view(request, context)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = list(super().get_readonly_fields(request, obj))
        if self.lasting_fields and obj is not None and is_public(self._stored(request, obj)):
            fields += self.lasting_fields
        return fields

    def _stored(self, request: HttpRequest, obj: Any) -> Any:
        """The root as it is saved: after a refused POST, `obj` has what was typed, of which no address can be made."""
        return type(obj)._default_manager.get(pk=obj.pk) if request.method == "POST" else obj

    def _all_related_lists(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        of_later_apps = [entry for related in RELATED_LISTS.get(self.model, []) for entry in related(obj)]
        additions = self.ways_to_add(obj) if self.has_add_permission(request) else []
        return [*self.related_lists(obj), *of_later_apps, *additions]

    def ways_to_add(self, obj: Any) -> list[tuple[str, str]]:
        """Links (text, address) for who may write: to add what stands below the root and is edited by itself."""
        return []

    def related_lists(self, obj: Any) -> list[tuple[str, str]]:
        """Links (text, address) to what stands below the root and is edited by itself."""
        return []

    def notice(self, obj: Any) -> str:
        """A sentence people should read before they change the root; "" for none."""
        return ""

    def url_name(self, view: str) -> str:
        return f"admin:{self.opts.app_label}_{self.opts.model_name}_{view}"

    @admin.display(description="公開ページ")
    def public_link(self, obj: Any) -> SafeString | str:
        url = public_url(obj)
        if not url:
            return "（未公開）"
        return format_html('<a href="{}">公開ページを見る<span class="visually-hidden">：{}</span></a>', url, obj)


def change_link(root: Any, prefix: str = "") -> tuple[str, str]:
    """The root's name and the address of its form, for `related_lists`."""
    return f"{prefix}{root}", reverse(f"admin:{root._meta.app_label}_{root._meta.model_name}_change", args=[root.pk])


def _current_plan() -> int | None:
    """Asked only by a form of what has no plan yet."""
    return Plan.objects.filter(is_current=True).values_list("pk", flat=True).first()


def public_url(root: Versioned) -> str:
    """The address of the root's public page, "" while the public does not see it."""
    return public_path(root) if is_public(root) else ""
