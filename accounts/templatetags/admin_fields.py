"""Fields of the admin's forms, where Django's own templates leave out who looks or what a field is called."""

from typing import Any

from django import template
from django.contrib import admin
from django.contrib.admin.exceptions import NotRegistered
from django.contrib.admin.helpers import AdminReadonlyField
from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist
from django.db import models
from django.forms import BoundField
from django.template import Context
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag(takes_context=True)
def shown_value(context: Context, field: AdminReadonlyField) -> SafeString | str:
    """What a field that is only shown holds. The name of another row is a link for who may open that row's page."""
    row = _linked_row(field)
    if row is None or _may_open(context["request"], row):
        return field.contents()
    return str(row)


@register.simple_tag
def field_in_table(field: BoundField, row: object) -> SafeString:
    """A field that stands in a table and has no label of its own: named by its column and its row."""
    of_row = str(row) if row else f"新しい{field.form._meta.model._meta.verbose_name}"  # type: ignore[attr-defined]  # a ModelForm
    return field.as_widget(attrs={"aria-label": f"{of_row}の{field.label}"})


def _linked_row(field: AdminReadonlyField) -> models.Model | None:
    instance, name = field.form.instance, str(field.field["name"])
    try:
        linked = instance._meta.get_field(name)
        return getattr(instance, name) if isinstance(linked, models.ForeignKey) else None
    except (FieldDoesNotExist, ObjectDoesNotExist):
        return None  # something else that is shown, or a row that is gone


def _may_open(request: Any, row: models.Model) -> bool:
    try:
        owner = admin.site.get_model_admin(type(row))
    except NotRegistered:
        return True  # Django makes no link
    return owner.has_view_or_change_permission(request, row)
