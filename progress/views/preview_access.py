"""Where the preview of a round leads once the round is public, and how its pages are shown until then."""

from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.permissions import Permission
from plan.views.page import Page
from progress.enums import RoundState
from progress.models import PublishedEvaluation, Round
from progress.papers.preview import Preview
from progress.queries.snapshot_rows import undecided, waits
from progress.views.round_access import View, round_page

_ALL_YEARS = "round_preview_progress"
# What the preview shows that has an address without the year.
_OF_NO_YEAR = {f"desk:{_ALL_YEARS}": "progress:progress", "desk:round_preview_home": "plan:home"}


def preview_page(view: View) -> View:
    """`round_page` of an open round: a public one leads to the page itself, one in preparation has nothing to show.

    What was published and is not public now has no page: the one of 公表 says why.
    """

    @round_page(Permission.PUBLISH)
    @wraps(view)
    def previewed(request: HttpRequest, round_: Round, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if round_.state == RoundState.PUBLISHED:
            return redirect(_public_address(request, round_) if round_.is_public else _publication(round_))
        if round_.state == RoundState.PLANNED:
            return redirect("desk:round_open", round_.slug)
        return view(request, round_, *args, **kwargs)

    return previewed


def as_public(
    request: HttpRequest,
    made: Preview,
    template: str,
    frame: Page,
    *,
    row: PublishedEvaluation | None = None,
    **own: Any,
) -> HttpResponse:
    """The public page with a note above it; its links to what the preview shows lead to the preview.

    The note says of `row`, where the page is about it alone, whether it is accepted; else how many are not. One query
    for that.
    """
    round_ = made.published.round
    about = {"shown_template": template, "round": round_, "waits": row is not None and waits(row)}
    about["undecided"] = 0 if row else undecided(round_).count()
    context = frame.context(request, **about, **own)
    html = render_to_string("desk/rounds/preview.html", context, request)
    whole, all_years = (reverse(f"desk:{name}", args=[round_.slug]) for name in ("round_preview", _ALL_YEARS))
    of_the_year = html.replace(f'href="{round_.get_absolute_url()}', f'href="{whole}')
    return HttpResponse(of_the_year.replace(f'href="{reverse("progress:progress")}"', f'href="{all_years}"'))


def _publication(round_: Round) -> str:
    return reverse("desk:round_publish", args=[round_.slug])


def _public_address(request: HttpRequest, round_: Round) -> str:
    """That of the page which the address of the preview shows, with what was asked of it."""
    name = request.resolver_match.view_name if request.resolver_match else ""
    if name in _OF_NO_YEAR:
        return reverse(_OF_NO_YEAR[name])
    here, public = reverse("desk:round_preview", args=[round_.slug]), round_.get_absolute_url()
    return request.get_full_path().replace(here, public, 1)
