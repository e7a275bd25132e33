"""Formatting for the plan's pages: fiscal years, plain text, anchors."""

from django import template

from plan import fiscal
from plan.models import Question
from plan.text import markup

register = template.Library()


@register.filter
def fiscal_year(year: int) -> str:
    """2016 → 「平成28(2016)年度」."""
    return fiscal.fiscal_year_label(year)


@register.filter
def plain(text: str) -> str:
    """The plan's Markdown as plain text."""
    return markup.plain(text)


@register.filter
def question_anchor(survey_number: int, question: Question) -> str:
    """The anchor of a question in the section that reports its survey: several surveys may share a page."""
    return f"survey-{survey_number}-{question.anchor}"
