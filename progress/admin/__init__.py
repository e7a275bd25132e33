"""The round in the Django admin: reference data, and what can only be looked at."""

from progress.admin import mail

__all__ = ["mail"]
