"""The round in the Django admin: reference data, what can only be looked at, and 組織改編."""

from progress.admin import mail, publications, related, reorganisation, rounds, scales

__all__ = ["mail", "publications", "related", "reorganisation", "rounds", "scales"]
