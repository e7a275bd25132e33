"""Where the preview of a round leads once the round is public, and how its pages are shown until then."""

from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from accounts.permissions import Permission
from progress.enums import RoundState
from progress.models import Round
from progress.views.round_access import View, round_page


def preview_page(view: View) -> View:
    """`round_page` of an open round: a public one leads to the page itself, one in preparation has nothing to show."""

    @round_page(Permission.PUBLISH)
    @wraps(view)
    def previewed(request: HttpRequest, round_: Round, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if round_.state == RoundState.PUBLISHED:
            return redirect(_public_address(request, round_))
        if round_.state == RoundState.PLANNED:
            return redirect("desk:round_open", round_.slug)
        return view(request, round_, *args, **kwargs)

    return previewed


def _public_address(request: HttpRequest, round_: Round) -> str:
    """That of the page which the address of the preview shows, with what was asked of it."""
    here, public = reverse("desk:round_preview", args=[round_.slug]), round_.get_absolute_url()
    return request.get_full_path().replace(here, public, 1)
