"""Sessions that end, the second factor, and what is refused on record.

None of these looks at the session of a request that brings no session cookie:
pages for citizens stay free of `Vary: Cookie` and of queries.
"""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts import sessions
from accounts.audit import client_address, connected_from, record_request
from accounts.enums import AuditKind
from accounts.second_factor import has_second_factor
from accounts.typed_text import lost_text_page

GetResponse = Callable[[HttpRequest], HttpResponse]

STAFF_PATHS = ("/admin/", "/desk/")


def _has_session_cookie(request: HttpRequest) -> bool:
    return settings.SESSION_COOKIE_NAME in request.COOKIES


class SessionRenewalMiddleware:
    """Prolongs the session of who is at work; see `accounts.sessions` for when."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _has_session_cookie(request) and request.user.is_authenticated and self._is_due(request):
            sessions.renew(request.session)
        return self.get_response(request)

    def _is_due(self, request: HttpRequest) -> bool:
        if request.path == reverse("accounts:session"):
            return False  # asking how long it lasts must not prolong it
        return request.method not in {"GET", "HEAD"} or sessions.is_renewal_due(request.session)


class ExpiredSessionMiddleware:
    """What somebody sends after their session has ended is shown back to them to copy, never dropped.

    The status is 403, not a redirect to the log-in: a redirect would turn the POST
    into a GET and lose the text, and nothing but "refused" is true of the request.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if (
            request.method == "POST"
            and request.path.startswith(STAFF_PATHS)
            and not request.path.startswith((reverse("admin:login"), reverse("admin:logout")))
            and not request.user.is_authenticated
        ):
            return lost_text_page(
                request,
                title="ログインの有効時間が過ぎました",
                reason="時間内に操作がなかったため、ログアウトしています。送信した内容は、まだ保存されていません。",
            )
        return self.get_response(request)


class ConnectedFromMiddleware:
    """What is put on record while the request of somebody with a session is answered says where it came from."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _has_session_cookie(request):
            return self.get_response(request)
        with connected_from(client_address(request)):
            return self.get_response(request)


class SecondFactorMiddleware:
    """Sends members of `SECOND_FACTOR_ROLES` without a second factor to its set-up, wherever they go."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SECOND_FACTOR_ROLES and _has_session_cookie(request) and self._must_set_up(request):
            messages.warning(
                request,
                "あなたの役割では二要素認証が必要です。認証アプリまたはセキュリティキーを登録してから、操作を続けてください。",
            )
            return redirect("mfa_index")
        return self.get_response(request)

    def _must_set_up(self, request: HttpRequest) -> bool:
        user = request.user
        if user.is_anonymous or self._is_open(request.path):
            return False
        if user.roles.isdisjoint(settings.SECOND_FACTOR_ROLES):
            return False
        return not has_second_factor(user)

    def _is_open(self, path: str) -> bool:
        """What is needed to set it up or to leave; the pages of our own that show something are not."""
        if path.startswith(settings.STATIC_URL):
            return True
        closed = tuple(reverse(f"accounts:{name}") for name in ("me", "audit", "roles"))
        return path.startswith("/accounts/") and not path.startswith(closed)


class DeniedMiddleware:
    """Puts on record what was refused to somebody who is logged in.

    Innermost, so that it sees only what views and the admin refuse; a refused
    CSRF token is among it, for it may be somebody else who sent the form.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 403 and _has_session_cookie(request) and request.user.is_authenticated:
            deed = "画面を開く" if request.method in {"GET", "HEAD"} else "送信"
            record_request(request, AuditKind.DENIED, details={"操作": deed})
        return response
