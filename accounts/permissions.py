"""Who may do what: the one table of roles, and what a permission opens in the Django admin.

Everything that asks "may this person?" ends here: `User.may`, `User.has_perm`
(through `accounts.backends.RoleBackend`), the admin, and the page 「利用者情報」.
When something may be done is not asked here; that is the workflow's business.
"""

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db import models

from accounts.enums import Role

if TYPE_CHECKING:
    from accounts.models import User


class Permission(models.TextChoices):
    """Something a person may do in the portal; the labels finish the sentence 「…ことができます」."""

    ENTER_ADMIN = "enter_admin", "管理画面を開く"
    VIEW_PLAN = "view_plan", "計画の内容と改定履歴を管理画面で確認する"
    EDIT_PLAN = "edit_plan", "計画の本文・施策・用語集を編集する"
    VIEW_DEPARTMENTS = "view_departments", "組織の一覧を管理画面で確認する"
    EDIT_DEPARTMENTS = "edit_departments", "組織を登録・変更する"
    MANAGE_ACCOUNTS = "manage_accounts", "利用者と役割を登録・変更する"
    FILL_IN = "fill_in", "自分の組織の調書を記入・提出する"
    ENDORSE = "endorse", "自分の組織の調書を承認する・差し戻す"
    REVIEW = "review", "調書を確認する・差し戻す"
    PUBLISH = "publish", "評価を公表・訂正する"
    READ_COMMITTEE_PAPERS = "read_committee_papers", "公表前の会議資料を読む"


PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.LIAISON: frozenset({Permission.FILL_IN}),
    Role.MANAGER: frozenset({Permission.ENDORSE}),
    Role.ICT_STAFF: frozenset(
        {
            Permission.ENTER_ADMIN,
            Permission.VIEW_PLAN,
            Permission.EDIT_PLAN,
            Permission.VIEW_DEPARTMENTS,
            Permission.EDIT_DEPARTMENTS,
            Permission.REVIEW,
            Permission.PUBLISH,
            Permission.READ_COMMITTEE_PAPERS,
        }
    ),
    Role.COMMITTEE_VIEWER: frozenset({Permission.READ_COMMITTEE_PAPERS}),
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.ENTER_ADMIN,
            Permission.VIEW_PLAN,
            Permission.VIEW_DEPARTMENTS,
            Permission.EDIT_DEPARTMENTS,
            Permission.MANAGE_ACCOUNTS,
        }
    ),
}

# What belongs to the yearly round, which comes with the app `progress`: until then
# the page 「利用者情報」 says so, rather than promise what is not there.
OF_THE_ROUND = frozenset(
    {
        Permission.FILL_IN,
        Permission.ENDORSE,
        Permission.REVIEW,
        Permission.PUBLISH,
        Permission.READ_COMMITTEE_PAPERS,
    }
)

_VIEW = frozenset({"view"})
_KEEP = frozenset({"view", "add", "change"})
_ALL = frozenset({"view", "add", "change", "delete"})

# Permission → "app.model" or "app.*" → admin actions. Users and departments are ended by
# a date and never deleted: what they did must keep their name.
ADMIN_ACTIONS: dict[Permission, dict[str, frozenset[str]]] = {
    Permission.VIEW_PLAN: {"plan.*": _VIEW},
    Permission.EDIT_PLAN: {"plan.*": _ALL},
    Permission.VIEW_DEPARTMENTS: {"accounts.department": _VIEW},
    Permission.EDIT_DEPARTMENTS: {"accounts.department": _KEEP},
    Permission.MANAGE_ACCOUNTS: {"accounts.user": _KEEP, "accounts.membership": _ALL},
}


def permissions_of(user: "User | AnonymousUser") -> frozenset[Permission]:
    """All permissions of the roles the person has today; none for the anonymous or an account out of its period."""
    if user.is_anonymous or not user.is_active:
        return frozenset()
    granted = (PERMISSIONS[role] for role in user.roles)
    return frozenset().union(*granted)


def admin_allows(permissions: frozenset[Permission], name: str) -> bool:
    """Whether the permissions include Django's `name`, e.g. "plan.change_section"."""
    app, _, codename = name.partition(".")
    action, _, model = codename.partition("_")
    return any(
        action in ADMIN_ACTIONS[permission].get(target, frozenset())
        for permission in permissions
        if permission in ADMIN_ACTIONS
        for target in (f"{app}.{model}", f"{app}.*")
    )


def admin_apps(permissions: frozenset[Permission]) -> frozenset[str]:
    """The apps of which the admin shows anything."""
    return frozenset(
        target.partition(".")[0] for permission in permissions for target in ADMIN_ACTIONS.get(permission, {})
    )
