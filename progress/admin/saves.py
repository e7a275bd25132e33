"""「変更の記録」 of what the admin only shows: what each save changed, who and when."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from plan.admin.conflict import word_differences
from progress.queries.saves import saves_of

if TYPE_CHECKING:
    _Base = admin.ModelAdmin
else:
    _Base = object

SAVES_A_PAGE = 20


class SavesMixin(_Base):
    """In place of Django's history, which knows only of what was changed in the admin."""

    change_form_template = "admin/progress/record.html"

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        row: Any = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        page = Paginator(saves_of(row), SAVES_A_PAGE).get_page(request.GET.get("page"))
        context = {
            **self.admin_site.each_context(request),
            "title": f"変更の記録：{row}",
            "opts": self.opts,
            "original": row,
            "page": page,
            "saves": [(save, word_differences(save.changes)) for save in page],
        }
        return TemplateResponse(request, "admin/progress/saves.html", context)
