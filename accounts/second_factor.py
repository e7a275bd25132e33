"""What counts as a second factor."""

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.db.models import Exists, OuterRef

from accounts.models import User

# Recovery codes only stand in for one of these.
COUNTING = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def has_second_factor(user: User) -> bool:
    """Whether the next log-in asks for more than the password. No query for the person of a session.

    Of that one, what their request began with (`RoleBackend.get_user`).
    """
    known: bool | None = getattr(user, "second_factor_known", None)
    return bool(is_mfa_enabled(user, types=COUNTING)) if known is None else known


def has_one(user: str) -> Exists:
    """The same of the person that `user` of a query's rows leads to."""
    return Exists(Authenticator.objects.filter(user=OuterRef(user), type__in=COUNTING))
