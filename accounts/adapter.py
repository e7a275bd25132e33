"""What the portal decides differently from allauth: no sign-up, one lockout per person, known people only."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest
from django.shortcuts import redirect

from accounts.models import User
from accounts.spelling import normalise_login

WRONG_LOGIN = (
    "職員番号（メールアドレス）またはパスワードが違います。大文字・小文字を確かめて、もう一度入力してください。"
)
LOCKED = (
    f"ログインの失敗が続いたため、一時的にログインできません。"
    f"{settings.LOCKOUT_MINUTES}分ほど待ってから、もう一度お試しください。"
)
UNKNOWN_TO_THE_PORTAL = (
    "職員認証は成功しましたが、このサイトの利用者として登録されていません。"
    "システム管理者に利用者登録を依頼してください。"
)


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": WRONG_LOGIN,
        "username_password_mismatch": WRONG_LOGIN,
        "incorrect_password": "パスワードが違います。もう一度入力してください。",
        "enter_current_password": "今のパスワードを入力してください。",
        "too_many_login_attempts": LOCKED,
        "rate_limited": "操作が続いたため、一時的に受け付けられません。数分待ってから、もう一度お試しください。",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Failures count against the person, whether the number or the mail was typed.

        allauth's own key holds the Host header with its port, which the client
        chooses, and keeps number and mail apart: more tries for who varies them.
        """
        login = normalise_login(credentials.get("email") or credentials.get("username") or "")
        user = User.objects.filter(Q(staff_number__iexact=login) | Q(email__iexact=login)).first()
        return f"user:{user.pk}" if user else f"login:{login.casefold()}"


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Single sign-on for people whom the portal knows; it never makes an account."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Connects the first log-in of a known person; refuses everybody else."""
        if sociallogin.is_existing or request.user.is_authenticated:
            return
        user = known_user(sociallogin)
        if user is None:
            messages.error(request, UNKNOWN_TO_THE_PORTAL)
            raise ImmediateHttpResponse(redirect("account_login"))
        sociallogin.connect(request, user)


def known_user(sociallogin: SocialLogin) -> User | None:
    """The one person meant by the claim `staff_number` and the verified mail addresses; None if none or several."""
    claims = sociallogin.account.extra_data
    # OIDC providers of allauth 65 keep the answers of both endpoints apart.
    sources = [claims, claims.get("userinfo") or {}, claims.get("id_token") or {}]
    numbers = {normalise_login(str(source["staff_number"])) for source in sources if source.get("staff_number")}
    mails = {address.email.lower() for address in sociallogin.email_addresses if address.verified}
    found = list(User.objects.filter(Q(staff_number__in=numbers) | Q(email__in=mails))[:2])
    return found[0] if len(found) == 1 else None
