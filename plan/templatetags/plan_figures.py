"""Figures in pages: `{% figure_block figure plan %}` draws one figure with its table and CSV link."""

import re
from typing import Any

from django import template
from django.utils.safestring import SafeString

from plan.enums import FigureState
from plan.models import Figure, Plan
from plan.queries.figures import TONES, figure_content
from plan.text.markup import FigureBlock, blocks

register = template.Library()

YEAR = re.compile(r"\S{1,5}\([0-9]{4}\)年度?(?:（\S+）)?")


@register.inclusion_tag("components/figures/block.html")
def figure_block(figure: Figure, plan: Plan, *, own_page: bool = False) -> dict[str, Any]:
    """One figure: caption, state, drawing, table, CSV link, source and note.

    `own_page` is true on the figure's own page, which needs no link to itself.
    Rows the figure needs are fetched once for each plan instance; figures read
    with `plan.queries.figures.drawable_figures(plan)` need none of their own.
    """
    figure.plan = plan
    content = figure_content(figure, plan)
    return {"figure": figure, "plan": plan, "content": content, "own_page": own_page, "body": _body(figure)}


@register.filter
def state_tone(figure: Figure) -> str:
    """The tone of the badge that names the figure's state."""
    return TONES[FigureState(figure.state)]


@register.filter
def is_year(cell: object) -> bool:
    """Whether a table's cell is a year and nothing else: 「平成28(2016)年度」「令和7(2025)年度（推定）」."""
    return YEAR.fullmatch(str(cell)) is not None


def _body(figure: Figure) -> SafeString:
    """The text kept in place of a picture, as HTML."""
    if figure.state != FigureState.TEXT:
        return SafeString()
    # Only the renderer's own, finished HTML is put together here.
    rendered = blocks(figure.body, None, None, None)
    return SafeString("".join(block.html for block in rendered if not isinstance(block, FigureBlock)))
