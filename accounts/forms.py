"""Log-in, and the forms of the user admin."""

from typing import Any

from allauth.account.forms import LoginForm as AllauthLoginForm
from django import forms
from django.contrib.auth.forms import BaseUserCreationForm, UserChangeForm

from accounts.models import User
from accounts.spelling import normalise_login


class LoginForm(AllauthLoginForm):
    """One field for staff number or mail; full-width input is accepted."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "職員番号またはメールアドレス"
        self.fields["password"].label = "パスワード"
        self.fields["password"].help_text = ""
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)

    def clean_login(self) -> str:
        return normalise_login(self.cleaned_data["login"])


class UserAddForm(BaseUserCreationForm):
    class Meta:
        model = User
        fields = ["staff_number", "name", "email"]
        field_classes: dict[str, type[forms.Field]] = {}


class UserEditForm(UserChangeForm):
    class Meta:
        model = User
        fields = ["staff_number", "name", "email", "active_from", "active_to", "password"]
        field_classes: dict[str, type[forms.Field]] = {}
