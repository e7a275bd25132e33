"""What the templates of papers need."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from plan.enums import FigureState
from plan.fiscal import date_label
from plan.models import Figure, Plan
from plan.queries.figures import figure_content
from plan.text.markup import FigureBlock, blocks
from programs.queries.originals import Original

register = template.Library()

# As wide as a drawing is on the portal's pages; on paper it is smaller, with all that is in it.
DRAWN_WIDTH = 800
# Texts that keep their breaks (`white-space: pre-line` of papers/paper.css): a `<br>` is three boxes to the typesetter.
BREAK = SafeString("\n")
# Characters of a label, the space after it left out.
LABEL_WIDTH = 7
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
    return [(chapter, in_lines(text.html)) for chapter, text in told if text]


@register.simple_tag
def texts(fields: Iterable[Any]) -> SafeString:
    """Fields of a 調書 or 施策評価 (label, html), one paragraph each."""
    return SafeString("\n".join(_field(each.label, in_lines(each.html)) for each in fields))


@register.simple_tag
def field(label: str, content: str | Sequence[str]) -> SafeString:
    """A label and a text, or its lines, in one paragraph; nothing where there is no text."""
    lines = [content] if isinstance(content, str) else content
    return _field(label, format_html_join(BREAK, "{}", ((line,) for line in lines))) if lines else SafeString()


@register.simple_tag
def originals(found: Iterable[Original]) -> SafeString:
    """What was planned at first, and why it is another thing now; one paragraph each."""
    return SafeString("\n".join(_field(each.label, _lines_of(each)) for each in found))


def _lines_of(original: Original) -> SafeString:
    lines = original.milestones or (in_lines(conditional_escape(original.text)),)
    if why := original.why:
        told = f"変更の理由：{why.reason}、" if why.reason else "変更した日："
        lines = (*lines, f"（{told}{date_label(why.on)}）")
    return format_html_join(BREAK, "{}", ((line,) for line in lines))


def _field(label: str, html: SafeString) -> SafeString:
    # Full-width spaces make every label as wide as the paragraph's indent (`.field` of papers/paper.css).
    return format_html('<p class="field"><b>{}　</b>{}</p>', label.ljust(LABEL_WIDTH, "　"), html)


def in_lines(html: SafeString) -> SafeString:
    """Paragraphs as lines of one: every block costs the typesetter time."""
    lines = html.removeprefix("<p>").removesuffix("</p>").replace("</p>\n<p>", BREAK)
    return SafeString(lines.replace("<br>\n", BREAK))


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
