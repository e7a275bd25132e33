"""Log-in, passwords and second factor in our words, and the forms of the user admin."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account import forms as account_forms
from allauth.core import context
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as webauthn_forms
from django import forms
from django.contrib.auth.forms import (
    AdminPasswordChangeForm,
    BaseUserCreationForm,
    ReadOnlyPasswordHashField,
    ReadOnlyPasswordHashWidget,
    UserChangeForm,
)
from django.contrib.auth.hashers import is_password_usable

from accounts.audit import record_request
from accounts.enums import AuditKind
from accounts.fields import LineField
from accounts.models import User
from accounts.spelling import normalise_login

# Of a mail address. SQLite refuses to compare with much longer text.
LONGEST_LOGIN = 254
# What a new one must be like.
RULES = (
    "12文字以上で、数字だけでないものにしてください。"
    "氏名・職員番号・メールアドレスに似たものや、よく使われるものは使えません。"
)


class PlainFieldsMixin(forms.Form):
    """Labels and helps of `texts` (field → label, help), as plain text; no placeholders, which vanish on typing."""

    texts: dict[str, tuple[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            if name in self.texts:
                field.label, field.help_text = self.texts[name]


class LoginForm(PlainFieldsMixin, account_forms.LoginForm):
    """One field for staff number or mail; full-width input is accepted."""

    texts = {"login": ("職員番号またはメールアドレス", ""), "password": ("パスワード", "")}

    def clean_login(self) -> str:
        login = normalise_login(self.cleaned_data["login"])
        if len(login) > LONGEST_LOGIN:
            raise forms.ValidationError(f"{LONGEST_LOGIN}文字以内で入力してください。")
        return login


class ChangePasswordForm(PlainFieldsMixin, account_forms.ChangePasswordForm):
    texts = {
        "oldpassword": ("今のパスワード", ""),
        "password1": ("新しいパスワード", RULES),
        "password2": ("新しいパスワード（確認のため、もう一度）", ""),
    }


class SetPasswordForm(PlainFieldsMixin, account_forms.SetPasswordForm):
    texts = {key: ChangePasswordForm.texts[key] for key in ("password1", "password2")}


class ResetPasswordKeyForm(PlainFieldsMixin, account_forms.ResetPasswordKeyForm):
    texts = SetPasswordForm.texts


class ResetPasswordForm(PlainFieldsMixin, account_forms.ResetPasswordForm):
    texts = {"email": ("メールアドレス", "")}


class ReauthenticateForm(PlainFieldsMixin, account_forms.ReauthenticateForm):
    texts = {"password": ("パスワード", "")}


@contextmanager
def failures_recorded(user: User | None) -> Iterator[None]:
    """A second factor that is refused goes on record, whether it was wrong or tried too often."""
    try:
        yield
    except forms.ValidationError as error:
        kind = AuditKind.LOG_IN_FAILED if error.code == "incorrect_code" else AuditKind.LOCKED_OUT
        record_request(context.request, kind, by=user, details={"方法": "二要素認証"})
        raise


class CodeForm(PlainFieldsMixin, mfa_forms.AuthenticateForm):
    texts = {"code": ("認証アプリの数字、またはリカバリーコード", "")}

    def clean_code(self) -> str:
        self.cleaned_data["code"] = normalise_login(self.cleaned_data["code"])
        with failures_recorded(self.user):
            return super().clean_code()


class ReauthenticateCodeForm(PlainFieldsMixin, mfa_forms.ReauthenticateForm):
    texts = CodeForm.texts

    def clean_code(self) -> str:
        self.cleaned_data["code"] = normalise_login(self.cleaned_data["code"])
        with failures_recorded(self.user):
            return super().clean_code()


class KeyForm(webauthn_forms.AuthenticateWebAuthnForm):
    def clean_credential(self) -> Any:
        with failures_recorded(self.user):
            return super().clean_credential()


class ReauthenticateKeyForm(webauthn_forms.ReauthenticateWebAuthnForm):
    def clean_credential(self) -> Any:
        with failures_recorded(self.user):
            return super().clean_credential()


class ActivateTOTPForm(PlainFieldsMixin, totp_forms.ActivateTOTPForm):
    texts = {"code": ("アプリに表示された6桁の数字", "")}

    def clean_code(self) -> str:
        self.cleaned_data["code"] = normalise_login(self.cleaned_data["code"])
        return super().clean_code()


class AddWebAuthnForm(PlainFieldsMixin, webauthn_forms.AddWebAuthnForm):
    texts = {"name": ("キーの名前", "あとで見分けられる名前にします（例：職場のUSBキー）。")}


class EditWebAuthnForm(PlainFieldsMixin, webauthn_forms.EditWebAuthnForm):
    texts = AddWebAuthnForm.texts


_LINES: dict[str, type[forms.Field]] = {"staff_number": LineField, "name": LineField}


class PasswordState(ReadOnlyPasswordHashWidget):
    """Whether there is a password, and the way to another. Django's shows how the hash is made."""

    def get_context(self, name: str, value: str | None, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        is_set = bool(value) and is_password_usable(value)
        context["summary"] = [{"label": "設定されています" if is_set else "設定されていません"}]
        context["button_label"] = "パスワードを変更する" if is_set else "パスワードを設定する"
        return context


class UserAddForm(PlainFieldsMixin, BaseUserCreationForm):
    texts = {
        "password1": ("パスワード", RULES),
        "password2": ("パスワード（確認のため、もう一度）", ""),
    }

    class Meta:
        model = User
        fields = ["staff_number", "name", "email"]
        field_classes = _LINES


class UserEditForm(PlainFieldsMixin, UserChangeForm):
    password = ReadOnlyPasswordHashField(widget=PasswordState)
    texts = {"password": ("パスワード", "")}

    class Meta:
        model = User
        fields = ["staff_number", "name", "email", "active_from", "active_to", "password"]
        field_classes = _LINES


class UserPasswordForm(PlainFieldsMixin, AdminPasswordChangeForm):
    texts = {
        "password1": ChangePasswordForm.texts["password1"],
        "password2": ChangePasswordForm.texts["password2"],
        "usable_password": (
            "パスワードでのログイン",
            "「無効」にすると、今のパスワードは消えます。シングルサインオンでは、引き続きログインできます。",
        ),
    }
