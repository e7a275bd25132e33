"""Fills in the admin's forms the way a browser does: from what the page shows."""

from typing import Any

from django.db import models
from django.forms import BaseForm
from django.test import Client
from django.urls import reverse

from plan.models.base import Versioned


def admin_url(root: models.Model | type[models.Model], view: str, *args: Any) -> str:
    if isinstance(root, models.Model):
        args = (root.pk, *args)
    return reverse(f"admin:{root._meta.app_label}_{root._meta.model_name}_{view}", args=args)


def filled_in(response: Any) -> dict[str, Any]:
    """What a browser would send if the form of the page were sent as it is shown."""
    data = _values(response.context["adminform"].form)
    for shown in response.context["inline_admin_formsets"]:
        formset = shown.formset
        data |= _values(formset.management_form)
        for form in formset.forms:
            data |= _values(form)
    return data


def opened(client: Client, root: Versioned) -> dict[str, Any]:
    """Open the change form of a root; returns what would be sent."""
    return filled_in(client.get(admin_url(root, "change")))


def sent(client: Client, root: Versioned, data: dict[str, Any]) -> Any:
    return client.post(admin_url(root, "change"), data)


def _values(form: BaseForm) -> dict[str, Any]:
    values = {}
    for field in form:
        value = field.value()
        if value is False or value is None:
            continue  # an empty box is not sent; an empty field is the same as none
        values[field.html_name] = "on" if value is True else value
    return values
