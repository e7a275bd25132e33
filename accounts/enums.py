"""The words for who somebody is."""

from django.db import models


class Role(models.TextChoices):
    """What a person is to the portal. What each may do: `permissions.py`."""

    LIAISON = "liaison", "所管課担当者"
    MANAGER = "manager", "所管課長"
    ICT_STAFF = "ict_staff", "ICT推進課職員"
    COMMITTEE_VIEWER = "committee_viewer", "推進本部・委員会閲覧者"
    ADMINISTRATOR = "administrator", "システム管理者"
