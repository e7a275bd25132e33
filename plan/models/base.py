"""What the editable parts of the plan share."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from plan.fiscal import FIRST_YEAR, LAST_YEAR

_NO_YEAR = f"西暦の年度を4けたで入力してください（{FIRST_YEAR}から{LAST_YEAR}まで。例：2016）。"
YEARS_KNOWN = [MinValueValidator(FIRST_YEAR, _NO_YEAR), MaxValueValidator(LAST_YEAR, _NO_YEAR)]
"""Of every year that a page counts from or to: one that is mistyped would make it endless."""


def years_are_known(name: str, *fields: str) -> models.CheckConstraint:
    """The same, held by the database; an empty year is no year."""
    condition = models.Q(*((f"{field}__range", (FIRST_YEAR, LAST_YEAR)) for field in fields))
    return models.CheckConstraint(condition=condition, name=name, violation_error_message=_NO_YEAR)


class Versioned(models.Model):
    """A root that people edit as one, with the rows below it.

    `version` counts its saved states. A form carries the version it was read
    at; saving over a newer one is refused and both texts are shown
    (`plan.actions.revise`).
    """

    version = models.PositiveIntegerField("版", default=1, editable=False)

    class Meta:
        abstract = True
