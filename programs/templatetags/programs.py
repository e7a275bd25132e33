"""The programme in the plan's own pages."""

from django import template
from django.template import Context

from plan.models import Direction, Measure
from programs.models import Program
from programs.queries.programs import sample_titles
from programs.queries.serving import Serving, serving

register = template.Library()
OF_NO_PROGRAMME = ("accounts", "plan")


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
    """Titles of the programmes that are made up, for a page of the admin: its object's own, or every one of them.

    None for pages of the plan and of people. One query at most; none where the object has its programme at hand.
    """
    options = context.get("opts")
    if options is not None and options.app_label in OF_NO_PROGRAMME:
        return []
    original = context.get("original")
    program = original if isinstance(original, Program) else getattr(original, "program", None)
    if program is not None:
        return [program.title] if program.is_sample else []
    return sample_titles()
