"""How the pages of ICT推進課 get their round: unknown 404, known but not yours 403."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.lookups import key_in
from accounts.models import User
from accounts.permissions import Permission
from progress.forms.seen import Seen, unsealed
from progress.models import Round
from progress.permissions import rounds_visible_to
from progress.views.access import reader

View = Callable[..., HttpResponseBase]
NOT_YOURS = "このページは、ICT推進課の職員が使います。"


def round_page(permission: Permission, *, methods: tuple[str, ...] = ("GET", "HEAD")) -> Callable[[View], View]:
    """A page of one round; the view gets the `Round` in place of its address. One query beside those for the person."""

    def decorate(view: View) -> View:
        @require_http_methods(list(methods))
        @never_cache
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, slug: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            return view(request, _round_or_404(reader(request), slug, permission), *args, **kwargs)

        return guarded

    return decorate


def round_form(permission: Permission) -> Callable[[View], View]:
    """`round_page` for a form that is shown and sent at one address."""
    return round_page(permission, methods=("GET", "HEAD", "POST"))


def round_deed(permission: Permission) -> Callable[[View], View]:
    """`round_page` for what is only ever done."""
    return round_page(permission, methods=("POST",))


def chosen_keys(request: HttpRequest, name: str) -> list[int]:
    """The keys that were sent under the name; what is none is left aside."""
    return [key for text in request.POST.getlist(name) if (key := key_in(text)) is not None]


def chosen_of_seen(
    request: HttpRequest, round_: Round, *, deed: str, unreadable: str, nothing: str
) -> tuple[Seen, set[int]] | None:
    """POST seen (what the page showed, sealed for the deed), and all, or pk (keys): it, and the chosen keys of it.

    None, and a message, where it cannot be read or nothing is chosen.
    """
    seen = unsealed(request.POST.get("seen", ""), deed=deed, round_=round_, by=reader(request))
    if seen is None:
        messages.error(request, unreadable)
        return None
    keys = set(seen.along)
    if "all" not in request.POST:
        keys &= set(chosen_keys(request, "pk"))
    if not keys:
        messages.warning(request, nothing)
        return None
    return seen, keys


def shown(request: HttpRequest, template: str, round_: Round, here: str, **context: Any) -> HttpResponse:
    """A page below `desk/rounds/base.html`; `here` is the entry of the round's navigation that is marked."""
    return render(request, template, {"round": round_, "here": here, **context})


def _round_or_404(user: User, slug: str, permission: Permission) -> Round:
    visible = rounds_visible_to(user).select_related("program__plan", "scale", "opened_by", "published_by")
    found = visible.filter(slug=slug).first()
    if found is None:
        raise Http404("この評価年度はありません。")
    if not user.may(permission):
        raise PermissionDenied(NOT_YOURS)
    return found
