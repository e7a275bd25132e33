"""The site of the Django admin: apps and models in the order people know them by, not by alphabet."""

from typing import Any

from django.apps import apps
from django.contrib.admin import AdminSite
from django.http import HttpRequest

LAST = 1000


class PortalAdminSite(AdminSite):
    """Sorts what it lists by `admin_order`: of an app by that of its AppConfig, of a model by that of its ModelAdmin.

    What has none comes last, by its name.
    """

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        listed: list[Any] = super().get_app_list(request, app_label)
        for app in listed:
            app["models"].sort(key=lambda entry: getattr(self._registry[entry["model"]], "admin_order", LAST))
        return sorted(listed, key=lambda app: getattr(apps.get_app_config(app["app_label"]), "admin_order", LAST))
