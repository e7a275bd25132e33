"""The portal's addresses and two of the bench's own: the same page bare, and never from the cache."""

from functools import cache

from django.http import HttpRequest, HttpResponse
from django.urls import include, path, resolve

from tests.bench.pages import PAGE


def _made_anew(request: HttpRequest) -> bytes:
    match = resolve(PAGE, urlconf="config.urls")
    return match.func(request, *match.args, **match.kwargs).content


@cache
def _kept_page() -> bytes:
    request = HttpRequest()
    request.method, request.path, request.path_info = "GET", PAGE, PAGE
    request.META = {"SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80"}
    return _made_anew(request)


def bare(request: HttpRequest) -> HttpResponse:
    """The least Django can do for the same bytes."""
    return HttpResponse(_kept_page())


def uncached(request: HttpRequest) -> HttpResponse:
    """The measure page made anew for every request.

    Its texts are marked and rendered; only what a process keeps for each
    content version (`plan.queries.kept`) is at hand, as for any page that is
    not in the cache yet.
    """
    return HttpResponse(_made_anew(request))


urlpatterns = [
    path("bench/bare/", bare),
    path("bench/uncached/", uncached),
    path("", include("config.urls")),
]
