"""The public pages of a round before it is public: rendered from rows that are never stored."""

from django.http import HttpRequest, HttpResponse

from accounts.permissions import Permission
from progress.models import Round
from progress.views.round_access import round_page, shown


@round_page(Permission.PUBLISH)
def preview(request: HttpRequest, round_: Round) -> HttpResponse:
    return shown(request, "desk/rounds/preview.html", round_, "publish")
