"""The progress in pages of the plan and of programmes: published results only."""

from django import template

from plan.models import Measure, Plan
from programs.queries.action_pages import ActionPage
from progress.queries import action_story as stories
from progress.queries import years

register = template.Library()


@register.simple_tag
def action_story(page: ActionPage) -> stories.ActionStory:
    """What became of an action: `{% action_story page as story %}`. Three queries."""
    return stories.action_story(page)


@register.inclusion_tag("public/progress/_glance.html")
def progress_at_a_glance(plan: Plan) -> dict[str, years.YearColumn | None]:
    """The newest published year of the plan, a bar for each measure. One query, none where they are kept."""
    return {"year": years.newest_year(plan)}


@register.inclusion_tag("public/progress/_measure_years.html")
def measure_progress(measure: Measure) -> dict[str, object]:
    """What is published of a measure, year by year. One query, none where it is kept."""
    return {"years": years.years_of_measure(measure), "measure": measure}
