"""Pages of a file that waits for its import, and the way back from one that is not there any more."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from programs.actions.uploads import FileGone
from programs.excel_safety import UnsafeFile
from programs.models.upload import KeptFile

Kept = TypeVar("Kept", bound=KeptFile)
View = Callable[..., HttpResponse]


def kept_or_404(files: QuerySet[Kept], number: int) -> Kept:
    """The file of that number among those of a person. Raises FileGone where there is none, and 404 for another's."""
    kept = files.filter(pk=number).first()
    if kept is not None:
        return kept
    if files.model._default_manager.filter(pk=number).exists():
        raise Http404("このファイルはありません。")
    raise FileGone


def told_when_gone(choosing: str) -> Callable[[View], View]:
    """A page of a kept file: once that is removed, the view `choosing`, where another is chosen, says so."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, slug: str, **kwargs: Any) -> HttpResponse:
            try:
                return view(request, slug, **kwargs)
            except FileGone as error:
                messages.error(request, str(error))
                return redirect(choosing, slug=slug)

        return guarded

    return decorate


def told_unreadable(request: HttpRequest, name: str, error: UnsafeFile, choosing: str, slug: str) -> HttpResponse:
    """Back to where a file is chosen, which says why the kept one called `name` cannot be read any more."""
    messages.error(request, f"『{name}』は、もう読み込めません。{error}")
    return redirect(choosing, slug=slug)
