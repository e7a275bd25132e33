"""What every public page hands to `public/base.html`."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import get_permission_codename
from django.db.models import Model
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone

from plan.fiscal import date_label
from plan.models import Plan, Term
from plan.queries import Neighbours, published_plan
from plan.queries.plans import Link

HOME: Link = ("トップ", "/")


@dataclass(frozen=True)
class Source:
    """What a page is cited from, where it is not the plan itself; `dated` says when it was made public or changed."""

    title: str
    dated: str
    is_sample: bool

    @property
    def marked_title(self) -> str:
        return f"{self.title}（見本データ）" if self.is_sample else self.title


@dataclass(frozen=True)
class Page:
    """The frame of a page.

    `trail` leads from the plan's overview down to the page itself (title,
    address); `cited_as` is the name of the page in its citation, empty where
    there is nothing to cite, and `source` what it is a page of, None for the
    plan; `original_page` is that of the printed plan.
    """

    title: str
    plan: Plan | None
    trail: Sequence[Link] = ()
    neighbours: Neighbours | None = None
    cited_as: str = ""
    source: Source | None = None
    original_page: int | None = None
    changed_on: datetime.date | None = None
    contents: Sequence[tuple[str, str, int]] = ()
    edits: Model | None = None
    notes: Sequence[Term] = ()

    def context(self, request: HttpRequest, **own: Any) -> dict[str, Any]:
        """The template's context: the frame's keys and the page's own."""
        return {
            "page_title": self.title,
            "plan": self.plan,
            "breadcrumbs": self._breadcrumbs(request),
            "neighbours": self.neighbours,
            "citation": self._citation(request),
            "changed_on": self.changed_on,
            "contents": self.contents if len(self.contents) > 1 else (),
            "edit_url": edit_url(request, self.edits),
            "notes": self.notes,
        } | own

    def _breadcrumbs(self, request: HttpRequest) -> list[Link]:
        above: list[Link] = [HOME]
        if self.plan is not None and self.plan.get_absolute_url() != request.path:
            above.append((self.plan.full_title, self.plan.get_absolute_url()))
        return [*above, *self.trail, (self.title, request.path)]

    def _citation(self, request: HttpRequest) -> str:
        if not self.cited_as or self.plan is None:
            return ""
        source = self.source or Source(self.plan.full_title, self.plan.issued_on, is_sample=False)
        name = "" if self.cited_as == source.title else f"「{self.cited_as}」"
        paper = f"{self.original_page}頁" if self.original_page else ""
        parts = [part for part in (f"『{source.marked_title}』{name}", source.dated, paper) if part]
        address = request.build_absolute_uri(request.path)
        read_on = date_label(timezone.localdate())
        return f"{self.plan.publisher}{'、'.join(parts)}。{address}（{read_on}閲覧）"


def plan_or_404(slug: str) -> Plan:
    try:
        return published_plan(slug)
    except Plan.DoesNotExist as error:
        raise Http404("公開しているプランがありません。") from error


def edit_url(request: HttpRequest, shown: Model | None) -> str:
    """Where a person who may change `shown` does so; "" for everybody else.

    Without a session cookie nobody is asked for: readers cost no query and get no session.
    """
    if shown is None or settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return ""
    meta = shown._meta
    permission = f"{meta.app_label}.{get_permission_codename('change', meta)}"
    if not request.user.has_perm(permission) or not admin.site.is_registered(type(shown)):
        return ""
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[shown.pk])
