"""Log-in by staff number or mail through allauth, permissions from the table of roles."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_permission_codename
from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import admin_allows, permissions_of
from accounts.second_factor import has_one


class RoleBackend(AuthenticationBackend):
    """Django's questions about a person, answered from `accounts.permissions`."""

    def user_can_authenticate(self, user: Any) -> bool:
        """Within the period of the account; accounts of the demo only where there is a demo."""
        if user.is_demo and not (settings.DEMO or settings.MODE == "test"):
            return False
        return bool(user.is_active)

    def get_user(self, user_id: Any) -> Any:
        """The person of a session, with what almost every page asks of them: roles, departments, second factor.

        One query; two for who has no role today.
        """
        held = list(
            Membership.objects.held_on(timezone.localdate(), user_id)
            .select_related("user")
            .annotate(second_factor=has_one("user"))
        )
        if not held:
            return super().get_user(user_id)
        user = held[0].user
        user.valid_memberships = held
        user.second_factor_known = held[0].second_factor
        return user if self.user_can_authenticate(user) else None

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return admin_allows(permissions_of(user_obj), perm)

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """Django's permission names, e.g. {"plan.change_section", …}."""
        granted = permissions_of(user_obj)
        names = {
            f"{model._meta.app_label}.{get_permission_codename(action, model._meta)}"
            for model in apps.get_models()
            for action in model._meta.default_permissions
        }
        return {name for name in names if admin_allows(granted, name)}

    def get_user_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        return self.get_all_permissions(user_obj, obj)

    def get_group_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        return set()
