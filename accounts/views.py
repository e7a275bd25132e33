"""Pages about the person who is logged in."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import sessions
from accounts.models import User
from accounts.permissions import OF_THE_ROUND, Permission, permissions_of
from accounts.typed_text import lost_text_page


@require_safe
@never_cache
@login_required
def me(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    granted = permissions_of(user)
    context = {
        "memberships": user.valid_memberships,
        "allowed": [p.label for p in Permission if p in granted - OF_THE_ROUND],
        "allowed_later": [p.label for p in Permission if p in granted & OF_THE_ROUND],
    }
    return render(request, "accounts/me.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
def session(request: HttpRequest) -> HttpResponse:
    """{"seconds": left}; POST prolongs the session first. 403 with 0 seconds when there is no session any more."""
    if not request.user.is_authenticated:
        return JsonResponse({"seconds": 0}, status=403)
    if request.method == "POST":
        sessions.renew(request.session)
    return JsonResponse({"seconds": sessions.seconds_left(request.session)})


def mail_kept_by_administrators(request: HttpRequest) -> HttpResponse:
    """allauth's page for changing one's mail address: administrators keep the addresses."""
    return redirect("accounts:me")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return lost_text_page(
        request,
        title="送信を受け付けられませんでした",
        reason="画面を開いてから時間がたったか、別のタブでログインし直したため、安全を確かめられませんでした。"
        "前の画面を読み込み直してから、もう一度送信してください。内容は、まだ保存されていません。",
    )
