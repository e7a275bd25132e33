"""Titles of the admin's pages; Django's own are 「変更する 組織 を選択」 and the like."""

import json
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

if TYPE_CHECKING:
    _Base = admin.ModelAdmin
else:
    _Base = object


class TitledMixin(_Base):
    """「組織の一覧」, 「組織の編集」; the form of a row bears the row's own name below (Django's subtitle)."""

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        title = f"{self.opts.verbose_name_plural}の一覧"
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def get_inline_formsets(self, *args: Any, **kwargs: Any) -> list[Any]:
        """With 「役割を追加する」 below their rows; Django's own is 「役割 の追加」."""
        formsets: list[Any] = super().get_inline_formsets(*args, **kwargs)
        for each in formsets:
            data = json.loads(each.inline_formset_data())
            data["options"]["addText"] = f"{each.opts.verbose_name}を追加する"
            each.inline_formset_data = json.dumps(data, ensure_ascii=False)  # what the template writes out
        return formsets

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        deed = "追加"
        if change:
            deed = "編集" if self.has_change_permission(request, obj) else "内容"
        context["title"] = f"{self.opts.verbose_name}の{deed}"
        return super().render_change_form(request, context, add, change, form_url, obj)
