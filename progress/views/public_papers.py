"""The papers everybody may take: the yearly report of a published year, and the plan itself.

The portal makes them by itself when somebody first asks, in a process of its own; the page says how far it is.
"""

import math

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from plan.models import Plan
from plan.views.page import Page
from progress.models import Paper
from progress.papers import making
from progress.queries.papers import plan_paper, yearly_paper
from progress.views.public import trail
from progress.views.public_lists import round_or_404

# Seconds after which a browser asks again.
ASKED_AGAIN_AFTER = 10


@require_safe
@never_cache
def report_pdf(request: HttpRequest, slug: str) -> HttpResponseBase:
    published = round_or_404(slug)
    page = Page(title="年次報告書（PDF）", plan=published.plan, trail=[*trail(), published.link])
    return _answer(request, page, yearly_paper(published), "--yearly", slug)


@require_safe
@never_cache
def plan_pdf(request: HttpRequest, slug: str) -> HttpResponseBase:
    plan = Plan.objects.published().filter(slug=slug).first()
    if plan is None:
        raise Http404("このプランはありません。")
    page = Page(title="プランの冊子（PDF）", plan=plan)
    return _answer(request, page, plan_paper(plan), "--plan", slug)


def _answer(request: HttpRequest, page: Page, paper: Paper | None, option: str, slug: str) -> HttpResponseBase:
    """The file; else its making is started, and the page asks again by itself.

    What could not be made rests for a while: the page says until when. Not 200 while there is no file:
    a script would keep the page under the name of the file. Retry-After tells it when to ask again.
    """
    file = paper.opened() if paper is not None else None
    if paper is not None and file is not None:
        return FileResponse(file, filename=paper.filename)
    tried_again_at = paper.tried_again_at if paper is not None and paper.is_resting else None
    if tried_again_at is None:
        making.start(option, slug)
    context = page.context(request, tried_again_at=tried_again_at, again=reverse(_NAMES[option], args=[slug]))
    response = render(request, "public/progress/paper.html", context, status=503)
    wait = ASKED_AGAIN_AFTER if tried_again_at is None else (tried_again_at - timezone.now()).total_seconds()
    response.headers["Retry-After"] = str(max(1, math.ceil(wait)))
    if tried_again_at is None:
        response.headers["Refresh"] = str(ASKED_AGAIN_AFTER)
    # Nothing is wrong: Django would put every 5xx on the log of errors, and those who watch it would be called.
    response._has_been_logged = True  # type: ignore[attr-defined]  # asked by django.utils.log.log_response
    return response


_NAMES = {"--yearly": "progress:report_pdf", "--plan": "papers:plan_pdf"}
