"""The programme in the plan's own pages."""

from django import template

from plan.models import Direction, Measure
from programs.queries.serving import Serving, serving

register = template.Library()


@register.inclusion_tag("public/programs/_serving.html")
def direction_actions(direction: Direction, measure: Measure) -> dict[str, Serving | None]:
    """The actions that serve a direction; `measure` has its directions fetched. One query for a whole measure."""
    return {"serving": serving(direction, measure)}
