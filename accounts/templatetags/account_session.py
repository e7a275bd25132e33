from typing import Any

from django import template
from django.conf import settings

from accounts import sessions

register = template.Library()


@register.inclusion_tag("accounts/_session_dialog.html", takes_context=True)
def session_dialog(context: dict[str, Any]) -> dict[str, Any]:
    """The warning before the session ends and the keeper of typed text; for pages of people who are logged in."""
    request = context["request"]
    return {
        "request": request,
        "csrf_token": context["csrf_token"],
        "user_key": request.user.pk,
        "seconds_left": sessions.seconds_left(request.session),
        "warning_seconds": settings.SESSION_WARNING_SECONDS,
        "warning_minutes": settings.SESSION_WARNING_SECONDS // 60,
    }
