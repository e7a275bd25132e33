"""The public pages of the progress: published snapshots and nothing else."""

from django.http import Http404, HttpRequest, HttpResponse


def year(request: HttpRequest, slug: str) -> HttpResponse:
    raise Http404
