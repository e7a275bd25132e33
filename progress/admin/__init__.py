"""The round in the Django admin: reference data, what can only be looked at, and 組織改編."""

from progress.admin import mail, related, reorganisation

__all__ = ["mail", "related", "reorganisation"]
