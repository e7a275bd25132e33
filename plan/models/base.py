"""What the editable parts of the plan share."""

from django.db import models


class Versioned(models.Model):
    """A root that people edit as one, with the rows below it.

    `version` counts its saved states. A form carries the version it was read
    at; saving over a newer one is refused and both texts are shown
    (`plan.actions.revise`).
    """

    version = models.PositiveIntegerField("版", default=1, editable=False)

    class Meta:
        abstract = True
