"""The public pages of programmes and actions."""

from django.http import Http404, HttpRequest, HttpResponse


def program(request: HttpRequest, slug: str) -> HttpResponse:
    raise Http404


def action(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    raise Http404
