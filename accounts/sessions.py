"""How long a session lasts, and when it is prolonged.

A session ends `SESSION_COOKIE_AGE` seconds after it was last renewed. Whatever is
sent (POST) renews it; pages that are only read renew it when a quarter of the
time has gone, so that reading costs a write now and then, not on every page.
"""

import time

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase

_RENEWED_AT = "renewed_at"


def seconds_left(session: SessionBase) -> int:
    """Whole seconds until the session ends; the full time while it has never been renewed."""
    age: int = settings.SESSION_COOKIE_AGE
    renewed_at: int = session.get(_RENEWED_AT, int(time.time()))
    return max(0, renewed_at + age - int(time.time()))


def renew(session: SessionBase) -> None:
    """The session lasts the full time from now; it is stored with the answer to this request."""
    session[_RENEWED_AT] = int(time.time())


def is_renewal_due(session: SessionBase) -> bool:
    return _RENEWED_AT not in session or seconds_left(session) < settings.SESSION_COOKIE_AGE * 3 / 4
