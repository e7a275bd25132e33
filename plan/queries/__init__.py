"""What the pages read: querysets and frozen dataclasses, a constant number of queries each."""

from plan.queries.glossary import glossary_of
from plan.queries.plans import Neighbours, changed_on, current_plan, neighbours, published_plan

__all__ = ["Neighbours", "changed_on", "current_plan", "glossary_of", "neighbours", "published_plan"]
