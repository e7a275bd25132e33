"""`manage.py check --deploy`: what must not be true of a production installation."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.db import DatabaseError


@register(deploy=True)
def no_demo_accounts_in_production(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Demo accounts cannot log in outside the demo; that they exist shows that a demo database went live."""
    from accounts.models import User

    if settings.MODE != "production":
        return []
    try:
        count = User.objects.filter(is_demo=True).count()
    except DatabaseError:
        return []  # not migrated yet: no accounts at all
    if count == 0:
        return []
    return [
        Error(
            f"見本アカウントが{count}件、本番のデータベースにあります。",
            hint="見本用のデータベースを本番に使わないでください。見本アカウントではログインできません。",
            id="accounts.E001",
        )
    ]
