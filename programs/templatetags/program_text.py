"""Formatting for the pages of programmes and their progress."""

from django import template

register = template.Library()


@register.filter
def thousand_yen(amount: int | None) -> str:
    """1234 → 「1,234千円」; an unknown amount is not nought."""
    return "不明" if amount is None else f"{amount:,}千円"


@register.filter
def amount(value: int | None) -> str:
    """1234 → 「1,234」 in a column whose head names the unit; 「－」 for an unknown amount."""
    return "－" if value is None else f"{value:,}"
