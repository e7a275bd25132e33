"""What the templates of papers need."""

from typing import Any

from django import template
from django.utils.safestring import SafeString

register = template.Library()


@register.inclusion_tag("papers/_contents.html")
def contents_list(paper: Any) -> dict[str, Any]:
    """The contents of a paper (`contents`: entries with level, text and anchor)."""
    return {"entries": paper.contents}


@register.filter
def first_word(name: str) -> str:
    """「3 ほぼ目標どおり」 → 「3」: the symbol alone, in a narrow column under the legend's words."""
    return name.split(" ")[0]


@register.simple_tag
def told_text(chapter: Any, label: str) -> SafeString | str:
    """A text of a 施策評価 by its label; 「－」 where nothing is written."""
    text = chapter.told(label)
    return cell(text.html) if text else "－"


@register.filter
def cell(html: SafeString) -> SafeString:
    """Text of one paragraph without the tag around it: every block costs the typesetter time."""
    if html.count("<p>") != 1:
        return html
    return SafeString(html.removeprefix("<p>").removesuffix("</p>"))
