"""Who uses the portal, and what is on record about what they did."""

from accounts.models.audit import AuditEntry, AuditHead
from accounts.models.people import Department, Membership, User, UserManager, ValidityQuerySet, display_name

__all__ = [
    "AuditEntry",
    "AuditHead",
    "Department",
    "Membership",
    "User",
    "UserManager",
    "ValidityQuerySet",
    "display_name",
]
