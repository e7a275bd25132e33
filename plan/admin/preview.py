"""The text as the public will see it, from what is typed and before it is saved."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from plan.editing.roots import plan_of
from plan.editing.snapshots import Cell, Rows, Snapshot, take
from plan.models import Figure, Plan, Term
from plan.models.base import Versioned
from plan.prose import Shown, TermMarker, placed_numbers, shown
from plan.queries.glossary import glossary_of

if TYPE_CHECKING:
    _Base = admin.ModelAdmin
else:
    _Base = object


@dataclass(frozen=True)
class RenderedField:
    """A field as it is read: `pieces` for prose, else the plain `text`."""

    label: str
    text: str
    pieces: tuple[Shown, ...]
    is_prose: bool


@dataclass(frozen=True)
class RenderedText:
    """A whole root as it is read, with the terms that were marked in it."""

    fields: list[RenderedField]
    rows: list[tuple[str, list[RenderedField]]]
    terms: list[Term]


def render(snapshot: Snapshot, plan: Plan, *, term: Term | None = None) -> RenderedText:
    """The snapshot with its prose rendered and terms marked; `term` is not linked to itself."""
    glossary = glossary_of(plan)
    marker = TermMarker(glossary.without(term) if term else glossary)
    figures: dict[str, Figure] | None = None

    def field(cell: Cell, label: str) -> RenderedField:
        nonlocal figures
        blocks = marker.blocks(cell.text) if cell.is_prose else []
        if figures is None and placed_numbers(blocks):
            figures = {figure.number: figure for figure in plan.figures.all()}
        return RenderedField(label, cell.text, shown(blocks, figures or {}), cell.is_prose)

    fields = [field(cell, cell.label) for cell in snapshot.cells if cell.text]
    rows = [
        (f"{row.noun}{row.place}", [field(cell, cell.label) for cell in row.cells if cell.text])
        for kind in snapshot.rows
        for row in kind
    ]
    return RenderedText(fields, rows, marker.used_terms)


class PreviewMixin(_Base):
    """Adds `preview/`, to which the form's button 「プレビュー」 posts into a new window."""

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_preview"
        view = self.admin_site.admin_view(self.preview_view)
        own = [
            path("preview/", view, name=name),
            path("<int:object_id>/preview/", view, name=name),
        ]
        return own + super().get_urls()

    def preview_url(self, obj: Any) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_preview"
        return reverse(name, args=[obj.pk] if obj else [])

    def preview_view(self, request: HttpRequest, object_id: int | None = None) -> HttpResponse:
        """Renders the posted form; writes nothing."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        root = get_object_or_404(self.model, pk=object_id) if object_id is not None else None
        allowed = self.has_change_permission(request, root) if root else self.has_add_permission(request)
        if not allowed:
            raise PermissionDenied
        typed, rows, errors = self._typed(request, root)
        plan = _plan_shown(typed)
        context = {
            "title": f"{self.opts.verbose_name}のプレビュー",
            "heading": _heading(typed),
            "errors": errors,
            "rendered": _render_typed(typed, rows, plan) if plan else None,
        }
        return TemplateResponse(request, "admin/plan/preview.html", context)

    def _typed(self, request: HttpRequest, root: Any) -> tuple[Versioned, Rows, bool]:
        """The root and its rows as typed, unsaved; and whether something in the form is not valid."""
        form = self.get_form(request, root, change=root is not None, fields=None)(request.POST, instance=root)
        formsets, _ = self._create_formsets(request, form.instance, root is not None)  # type: ignore[attr-defined]  # of ModelAdmin, unknown to the stubs
        valid = [form.is_valid(), *(formset.is_valid() for formset in formsets)]
        rows = {formset.fk.remote_field.related_name: formset.rows_in_order() for formset in formsets}
        wrong = {name for name in form.errors if name not in {"reason", "expected_version", "__all__"}}
        return form.instance, rows, bool(wrong) or not all(valid[1:])


def _heading(typed: Versioned) -> str:
    try:
        return str(typed)
    except ObjectDoesNotExist:  # its number begins with that of what it belongs to, which is not chosen yet
        return str(getattr(typed, "title", ""))


def _plan_shown(typed: Versioned) -> Plan | None:
    try:
        plan = plan_of(typed)
    except ObjectDoesNotExist:
        plan = None
    if plan is not None and plan.pk is not None:
        return plan
    return Plan.objects.filter(is_current=True).first()


def _render_typed(typed: Versioned, rows: Rows, plan: Plan) -> RenderedText:
    return render(take(typed, rows), plan, term=typed if isinstance(typed, Term) else None)
