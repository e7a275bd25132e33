"""The site of the Django admin: apps and models in the order people know them by, and pages that are of no model."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, URLResolver, path, reverse

LAST = 1000

View = Callable[[HttpRequest], HttpResponseBase]


@dataclass(frozen=True)
class Page:
    """A page of an app that is listed with its models: `route` below /admin/, `name` of its address (`admin:NAME`)."""

    app_label: str
    route: str
    view: View
    name: str
    title: str
    may_open: Callable[[HttpRequest], bool]
    order: int = LAST


class PortalAdminSite(AdminSite):
    """Sorts what it lists by `admin_order`: of an app by that of its AppConfig, of a model by that of its ModelAdmin.

    What has none comes last, by its name. Later apps add pages of their own
    (`register_page`), also under the heading of an app they build on.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pages: dict[str, Page] = {}

    def register_page(self, app_label: str, route: str, view: View, **more: Any) -> None:
        """`more`: the further fields of `Page`. To be called by the `admin` module of an app."""
        page = Page(app_label, route, view, **more)
        self._pages[page.name] = page

    def get_urls(self) -> list[URLPattern | URLResolver]:
        own = [path(page.route, self.admin_view(_for_permitted(page)), name=page.name) for page in self._pages.values()]
        # First: what stands below a model's address would be taken for the key of a row.
        return [*own, *super().get_urls()]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        listed: list[Any] = super().get_app_list(request, app_label)
        for app in listed:
            app["models"] += [
                _entry(page)
                for page in self._pages.values()
                if page.app_label == app["app_label"] and page.may_open(request)
            ]
            app["models"].sort(key=self._place)
        return sorted(listed, key=lambda app: getattr(apps.get_app_config(app["app_label"]), "admin_order", LAST))

    def _place(self, entry: dict[str, Any]) -> int:
        if entry["model"] is None:
            return int(entry["order"])
        return int(getattr(self._registry[entry["model"]], "admin_order", LAST))


def _for_permitted(page: Page) -> View:
    def view(request: HttpRequest) -> HttpResponseBase:
        if not page.may_open(request):
            raise PermissionDenied
        return page.view(request)

    return view


def _entry(page: Page) -> dict[str, Any]:
    """As Django's templates read the entry of a model."""
    return {
        "model": None,
        "name": page.title,
        "object_name": page.name,
        "perms": {},
        "admin_url": reverse(f"admin:{page.name}"),
        "add_url": None,
        "view_only": True,
        "order": page.order,
    }
