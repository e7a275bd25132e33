from django import template

from accounts.audit_list import facts_text
from accounts.models import AuditEntry

register = template.Library()


@register.filter
def facts(entry: AuditEntry) -> str:
    """The details of a record in one line."""
    return facts_text(entry)


@register.filter
def thousands(number: int) -> str:
    """12345 → 「12,345」."""
    return f"{number:,}"
