"""Programmes in the Django admin: where ICT推進課 keeps them."""

from programs.admin import actions, programs, yearly

__all__ = ["actions", "programs", "yearly"]
