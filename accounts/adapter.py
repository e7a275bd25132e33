"""What the portal decides differently from allauth: no sign-up, one lockout per person, known people only.

Whatever concerns the log-in goes on record here (`accounts.audit`): these are the hooks that allauth has for it.
"""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.contrib import auth, messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.audit import record, record_request
from accounts.enums import AuditKind
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


NOT_REGISTERED = "登録のない利用者"
# How somebody showed who they are: allauth's method or type of second factor → what the record says.
METHODS = {
    "password": "パスワード",
    "password_reset": "パスワードの再設定",
    "socialaccount": "職員認証",
    "totp": "認証アプリ",
    "recovery_codes": "リカバリーコード",
    "webauthn": "セキュリティキー",
}
# What allauth tells people by mail, because it matters for the safety of their account → kind and words of the record.
NOTED = {
    "account/email/password_changed": (AuditKind.PASSWORD_CHANGED, "変更した"),
    "account/email/password_set": (AuditKind.PASSWORD_CHANGED, "設定した"),
    "account/email/password_reset": (AuditKind.PASSWORD_CHANGED, "メールから再設定した"),
    "mfa/email/totp_activated": (AuditKind.SECOND_FACTOR_CHANGED, "認証アプリを登録した"),
    "mfa/email/totp_deactivated": (AuditKind.SECOND_FACTOR_CHANGED, "認証アプリを解除した"),
    "mfa/email/webauthn_added": (AuditKind.SECOND_FACTOR_CHANGED, "セキュリティキーを登録した"),
    "mfa/email/webauthn_removed": (AuditKind.SECOND_FACTOR_CHANGED, "セキュリティキーを削除した"),
    "mfa/email/recovery_codes_generated": (AuditKind.SECOND_FACTOR_CHANGED, "リカバリーコードを作り直した"),
    "socialaccount/email/account_connected": (AuditKind.SIGN_ON_CHANGED, "職員認証とつないだ"),
    "socialaccount/email/account_disconnected": (AuditKind.SIGN_ON_CHANGED, "職員認証とのつながりを解いた"),
}


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
        user = user_of(credentials)
        return f"user:{user.pk}" if user else f"login:{_login_in(credentials).casefold()}"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            _record_failure(request, AuditKind.LOCKED_OUT, credentials)
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        super().authentication_failed(request, **credentials)
        _record_failure(request, AuditKind.LOG_IN_FAILED, credentials)

    def pre_login(self, request: HttpRequest, user: User, **hook: Any) -> HttpResponse | None:
        """Refuses whom no later request would know either: out of the period, or of a demo that is not here."""
        backends: list[Any] = list(auth.get_backends())
        if not any(backend.user_can_authenticate(user) for backend in backends):
            record_request(
                request,
                AuditKind.LOG_IN_FAILED,
                by=user,
                details={"理由": "利用できないアカウント（利用期間の外など）"},
            )
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **hook)

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        records = get_authentication_records(request, user)
        used = dict.fromkeys(METHODS[key] for r in records for key in (r.get("type"), r["method"]) if key in METHODS)
        record_request(request, AuditKind.LOGGED_IN, by=user, details={"方法": list(used)})

    def logout(self, request: HttpRequest) -> None:
        record_request(request, AuditKind.LOGGED_OUT)
        super().logout(request)

    def send_notification_mail(self, template_prefix: str, user: User, *args: Any, **kwargs: Any) -> None:
        if template_prefix in NOTED:
            kind, words = NOTED[template_prefix]
            details = {"内容": words}
            if self.request is None:
                record(kind, by=user, details=details)
            else:
                record_request(self.request, kind, by=user, details=details)
        super().send_notification_mail(template_prefix, user, *args, **kwargs)


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
            details = {"方法": METHODS["socialaccount"], "理由": "このサイトの利用者として登録されていない"}
            record_request(request, AuditKind.LOG_IN_FAILED, about=NOT_REGISTERED, details=details)
            messages.error(request, UNKNOWN_TO_THE_PORTAL)
            raise ImmediateHttpResponse(redirect("account_login"))
        sociallogin.connect(request, user)

    def on_authentication_error(self, request: HttpRequest, provider: Any, *args: Any, **kwargs: Any) -> None:
        details = {"方法": METHODS["socialaccount"], "理由": "職員認証が成功しなかった"}
        record_request(request, AuditKind.LOG_IN_FAILED, details=details)


def user_of(credentials: dict[str, Any]) -> User | None:
    """The person whose number or mail somebody typed."""
    login = _login_in(credentials)
    return User.objects.filter(Q(staff_number__iexact=login) | Q(email__iexact=login)).first()


def _login_in(credentials: dict[str, Any]) -> str:
    return normalise_login(credentials.get("email") or credentials.get("username") or "")


def _record_failure(request: HttpRequest, kind: AuditKind, credentials: dict[str, Any]) -> None:
    """Under the account that was tried; what was typed for one that is not there is left out: it may be a password."""
    user = user_of(credentials)
    record_request(request, kind, by=user, about="" if user else NOT_REGISTERED, details={"方法": METHODS["password"]})


def known_user(sociallogin: SocialLogin) -> User | None:
    """The one person meant by the claim `staff_number` and the verified mail addresses; None if none or several."""
    claims = sociallogin.account.extra_data
    # OIDC providers of allauth 65 keep the answers of both endpoints apart.
    sources = [claims, claims.get("userinfo") or {}, claims.get("id_token") or {}]
    numbers = {normalise_login(str(source["staff_number"])) for source in sources if source.get("staff_number")}
    mails = {address.email.lower() for address in sociallogin.email_addresses if address.verified}
    found = list(User.objects.filter(Q(staff_number__in=numbers) | Q(email__in=mails))[:2])
    return found[0] if len(found) == 1 else None
