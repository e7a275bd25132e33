"""What counts as a second factor."""

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled

from accounts.models import User

# Recovery codes only stand in for one of these.
COUNTING = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def has_second_factor(user: User) -> bool:
    """Whether the next log-in asks for more than the password. At most one query."""
    return bool(is_mfa_enabled(user, types=COUNTING))
