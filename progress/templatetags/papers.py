"""What the templates of papers need."""

import re
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from plan.enums import FigureState
from plan.models import Figure, Plan
from plan.queries.figures import figure_content
from plan.text.markup import FigureBlock, blocks

register = template.Library()

# As wide as a drawing is on the portal's pages; on paper it is smaller, with all that is in it.
DRAWN_WIDTH = 800
# Characters of a title in a line of a cover.
COVER_LINE = 20
_SIZE = re.compile(r'width="100%" height="([0-9]+)"')


@register.inclusion_tag("papers/_contents.html")
def contents_list(paper: Any) -> dict[str, Any]:
    """The contents of a paper (`contents`: entries with level, text and anchor)."""
    return {"entries": paper.contents}


@register.filter
def first_word(name: str) -> str:
    """「3 ほぼ目標どおり」 → 「3」: the symbol alone, in a narrow column under the legend's words."""
    return name.split(" ")[0]


@register.filter
def title_lines(title: str) -> list[str]:
    """The lines of a cover's title: one that does not fit a line is broken where its writer put a space."""
    return [title] if len(title) <= COVER_LINE else title.split(" ")


@register.filter
def telling(paper: Any, label: str) -> list[tuple[Any, SafeString | str]]:
    """施策 → the text of that label in its 施策評価; those without one are left out."""
    told = ((chapter, chapter.told(label)) for chapter in paper.measures)
    return [(chapter, cell(text.html)) for chapter, text in told if text]


@register.filter
def cell(html: SafeString) -> SafeString:
    """Text of one paragraph without the tag around it: every block costs the typesetter time."""
    if html.count("<p>") != 1:
        return html
    return SafeString(html.removeprefix("<p>").removesuffix("</p>"))


@register.inclusion_tag("papers/_figure.html")
def paper_figure(figure: Figure, plan: Plan) -> dict[str, Any]:
    """One figure of the plan: its drawing, with its look inside for it knows nothing of the page's, and its table."""
    figure.plan = plan
    content = figure_content(figure, plan)
    drawn = bool(content.rows) and content.picture is not None
    return {
        "figure": figure,
        "drawing": _drawing(figure, content) if drawn else "",
        "table": content.table if content.rows else None,
        "remark": content.remark if drawn else "",
        "body": _body(figure),
    }


def _drawing(figure: Figure, content: Any) -> SafeString:
    told = {"picture": content.picture, "figure": figure, "description": content.description}
    svg = render_to_string(content.picture.template, told)
    look = render_to_string("papers/drawing.css")
    # The portal's own drawing, with the portal's own style put into it.
    scaled = _SIZE.sub(rf'viewBox="0 0 {DRAWN_WIDTH} \1"', svg, count=1)
    return SafeString(scaled.replace("<title", f"<style>{look}</style><title", 1))


def _body(figure: Figure) -> SafeString:
    """The text kept in place of a picture."""
    if figure.state != FigureState.TEXT:
        return SafeString()
    rendered = blocks(figure.body, None, None, None)
    return SafeString("".join(block.html for block in rendered if not isinstance(block, FigureBlock)))
