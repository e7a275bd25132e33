"""Who may do what: the one table of roles, and what a permission opens in the Django admin.

Everything that asks "may this person?" ends here: `User.may`, `User.has_perm`
(through `accounts.backends.RoleBackend`), the admin, and the pages 「わたしのページ」 and 「役割と権限」.
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
    VIEW_PROGRAM = "view_program", "プログラムと調書を管理画面で確認する"
    EDIT_PROGRAM = "edit_program", "プログラムと取組を編集する・取り込む"
    VIEW_DEPARTMENTS = "view_departments", "組織の一覧を管理画面で確認する"
    EDIT_DEPARTMENTS = "edit_departments", "組織を登録・変更する"
    REORGANISE = "reorganise", "組織改編を行う"
    MANAGE_ACCOUNTS = "manage_accounts", "利用者と役割を登録・変更する"
    READ_AUDIT = "read_audit", "監査記録を確認する"
    OPEN_ROUND = "open_round", "評価年度を開く・期限を延ばす・催促する"
    FILL_IN = "fill_in", "自分の組織の調書を記入・提出する"
    ENDORSE = "endorse", "自分の組織の調書を承認する・差し戻す"
    REVIEW = "review", "調書を確認する・差し戻す"
    EVALUATE_MEASURES = "evaluate_measures", "施策評価を書く"
    RELEASE_TO_COMMITTEE = "release_to_committee", "会議に資料を公開する"
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
            Permission.VIEW_PROGRAM,
            Permission.EDIT_PROGRAM,
            Permission.VIEW_DEPARTMENTS,
            Permission.EDIT_DEPARTMENTS,
            Permission.REORGANISE,
            Permission.OPEN_ROUND,
            Permission.REVIEW,
            Permission.EVALUATE_MEASURES,
            Permission.RELEASE_TO_COMMITTEE,
            Permission.PUBLISH,
            Permission.READ_COMMITTEE_PAPERS,
        }
    ),
    Role.COMMITTEE_VIEWER: frozenset({Permission.READ_COMMITTEE_PAPERS}),
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.ENTER_ADMIN,
            Permission.VIEW_PLAN,
            Permission.VIEW_PROGRAM,
            Permission.VIEW_DEPARTMENTS,
            Permission.EDIT_DEPARTMENTS,
            Permission.REORGANISE,
            Permission.MANAGE_ACCOUNTS,
            Permission.READ_AUDIT,
        }
    ),
}

_VIEW = frozenset({"view"})
_KEEP = frozenset({"view", "add", "change"})
_ALL = frozenset({"view", "add", "change", "delete"})

# Permission → "app.model" or "app.*" → admin actions. Users and departments are ended by
# a date and never deleted: what they did must keep their name.
ADMIN_ACTIONS: dict[Permission, dict[str, frozenset[str]]] = {
    Permission.VIEW_PLAN: {"plan.*": _VIEW},
    Permission.EDIT_PLAN: {"plan.*": _ALL},
    Permission.VIEW_PROGRAM: {"programs.*": _VIEW, "progress.*": _VIEW},
    Permission.EDIT_PROGRAM: {"programs.*": _ALL},
    Permission.OPEN_ROUND: {
        "progress.round": _KEEP,
        "progress.scale": _KEEP,
        "progress.scaleentry": _KEEP,
        "progress.guidance": _KEEP,
        "progress.extension": _KEEP,
    },
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
