"""Figures in pages: `{% figure_block figure plan %}` draws one figure with its table and CSV link."""

from typing import Any

from django import template

from plan.models import Figure, Plan

register = template.Library()


@register.inclusion_tag("components/figures/block.html")
def figure_block(figure: Figure, plan: Plan, *, own_page: bool = False) -> dict[str, Any]:
    """One figure: caption, state, drawing, table, CSV link, source and note.

    `own_page` is true on the figure's own page, which needs no link to itself.
    Rows the figure needs are fetched once for each plan instance; figures read
    with `plan.queries.figures.figures_of(plan)` need none of their own.
    """
    return {"figure": figure, "plan": plan, "own_page": own_page}
