"""Content-Security-Policy: nothing inline, nothing from other hosts."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse


def _form_targets() -> str:
    """Browsers apply form-action to redirects as well: single sign-on begins with a form and ends at the provider."""
    if not settings.OIDC_SERVER_URL:
        return "'self'"
    provider = urlsplit(settings.OIDC_SERVER_URL)
    return f"'self' {provider.scheme}://{provider.netloc}"


POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        # data: for the QR code of the second factor's set-up page.
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        f"form-action {_form_targets()}",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)


class ContentSecurityPolicyMiddleware:
    """Puts the policy on every response that does not bring a stricter one of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        return response
