"""The programme in the plan's own pages."""

from functools import lru_cache

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from plan.models import Direction, Measure
from programs.queries.sample_marks import samples_shown
from programs.queries.serving import Serving, serving
from programs.queries.standing import Step

register = template.Library()


# Lists of fifty rows have a handful of grades: each is told once.
@register.filter
@lru_cache(maxsize=256)
def as_grade(step: Step) -> SafeString:
    """The symbol of a grade in the shade of the legend, and what it means in words."""
    return render_to_string("components/grade.html", {"step": step})


@register.simple_tag
def actions_by_direction(measure: Measure) -> dict[int, Serving]:
    """For `direction_actions`; `measure` has its directions fetched. One query, none where they are kept."""
    return serving(measure)


@register.inclusion_tag("public/programs/_serving.html")
def direction_actions(direction: Direction, actions: dict[int, Serving]) -> dict[str, Serving | None]:
    """The actions that serve a direction: `{% direction_actions direction actions %}`."""
    return {"serving": actions.get(direction.pk)}


@register.simple_tag(takes_context=True)
def sample_programs(context: Context) -> list[str]:
    """Titles of the programmes that are made up, for a page of the admin: its object's own, or those of its list.

    A page that tells of others than its object (`blocked`: what hangs on it; `shows_programs`) names every one.
    """
    if context.get("blocked") or context.get("shows_programs"):
        return samples_shown(None, None)
    options = context.get("opts")
    return samples_shown(options.model if options is not None else None, context.get("original"))
