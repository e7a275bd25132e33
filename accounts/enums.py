"""The words for who somebody is."""

from django.db import models


class Role(models.TextChoices):
    """What a person is to the portal. What each may do: `permissions.py`."""

    LIAISON = "liaison", "所管課担当者"
    MANAGER = "manager", "所管課長"
    ICT_STAFF = "ict_staff", "ICT推進課職員"
    COMMITTEE_VIEWER = "committee_viewer", "推進本部・委員会閲覧者"
    ADMINISTRATOR = "administrator", "システム管理者"


class AuditKind(models.TextChoices):
    """What a record of the audit trail says somebody did, or tried to."""

    LOGGED_IN = "logged_in", "ログイン"
    LOG_IN_FAILED = "log_in_failed", "ログインの失敗"
    LOCKED_OUT = "locked_out", "ログインの一時停止"
    LOGGED_OUT = "logged_out", "ログアウト"
    PASSWORD_CHANGED = "password_changed", "パスワードの変更"
    SECOND_FACTOR_CHANGED = "second_factor_changed", "二要素認証の変更"
    SIGN_ON_CHANGED = "sign_on_changed", "職員認証とのつながりの変更"
    SAW_PERSONAL_DATA = "saw_personal_data", "個人情報の閲覧"
    EXPORTED = "exported", "データの出力"
    CHANGED = "changed", "登録内容の変更"
    IMPORTED = "imported", "データの取り込み"
    REORGANISED = "reorganised", "組織改編"
    TRANSITION = "transition", "調書の手続き"
    PUBLISHED = "published", "公表"
    CORRECTED = "corrected", "公表後の訂正"
    DENIED = "denied", "拒否した操作"
