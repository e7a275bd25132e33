"""Every list that the page of an action shows, read with the action in one query."""

from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery, TextField
from django.db.models.functions import Cast

from plan.models import DirectionItem
from plan.models.json_rows import rows_below
from programs.models import (
    Action,
    ActionDirection,
    ActionLineage,
    ActionOwner,
    ActionUpper,
    ActionYear,
    Indicator,
    IndicatorYear,
    Milestone,
    Program,
)
from programs.queries.originals import changes_below
from programs.queries.told import told_at

# What an item above the plan is called by, as columns of the row that leads to it.
UPPER_ITEM = {"kind": "upper__kind", "number": "upper__number", "title": "upper__title"}


def with_rows(actions: QuerySet[Action]) -> QuerySet[Any]:
    """Every list of the page as JSON beside the action, and the next programme the public sees: one query for all."""
    rows = actions.select_related("program__plan").annotate(**_places(), **_plans(), **_measures(), **_lineages())
    following = Program.objects.published().filter(predecessor=OuterRef("program")).order_by("pk")
    return rows.annotate(
        told_at=told_at(),
        following_title=Subquery(following.values("title")[:1]),
        following_slug=Subquery(following.values("slug")[:1]),
    )


def _places() -> dict[str, Subquery]:
    """Who owns the action, and what it serves."""
    return {
        "owner_rows": rows_below(
            ActionOwner.objects.all(),
            "action",
            kind="kind",
            position="position",
            start="valid_from",
            end="valid_to",
            name="department__name",
            bureau="department__bureau__name",
            set_up="department__valid_from",
        ),
        "upper_rows": rows_below(ActionUpper.objects.all(), "action", **UPPER_ITEM),
        "direction_rows": rows_below(
            ActionDirection.objects.all(), "action", direction="direction", position="position"
        ),
        "item_rows": rows_below(
            DirectionItem.objects.all(), "direction__main_actions", position="position", text="text"
        ),
    }


def _plans() -> dict[str, Subquery]:
    """What it plans for each year; settlements are not among it."""
    return {
        "year_rows": rows_below(
            ActionYear.objects.all(),
            "action",
            key="pk",
            year="year",
            work="planned_work",
            budget="budget",
            original_work="original_planned_work",
            original_budget="original_budget",
            original_milestones="original_milestones",
        ),
        "change_rows": changes_below(ActionYear, "action"),
        "milestone_change_rows": changes_below(Milestone, "action_year__action"),
        "milestone_rows": rows_below(
            Milestone.objects.all(),
            "action_year__action",
            key="pk",
            year="action_year__year",
            position="position",
            month="month",
            title="title",
        ),
    }


def _measures() -> dict[str, Subquery]:
    """Its indicators and their targets; actual values are not among it."""
    return {
        "indicator_rows": rows_below(
            Indicator.objects.all(),
            "action",
            key="pk",
            position="position",
            kind="kind",
            name="name",
            unit="unit",
            improvement="improvement",
            definition="definition",
            baseline=Cast("baseline", TextField()),
            baseline_year="baseline_year",
        ),
        "target_rows": rows_below(
            IndicatorYear.objects.all(),
            "indicator__action",
            key="pk",
            indicator="indicator",
            year="position",
            target=Cast("target", TextField()),
            original=Cast("original_target", TextField()),
        ),
        "target_change_rows": changes_below(IndicatorYear, "indicator__action"),
    }


def _lineages() -> dict[str, Subquery]:
    """The actions of other published programmes that it came from or became."""
    published = {"program__is_published": True, "program__plan__is_published": True}

    def lineages(side: str, parent: str) -> Subquery:
        rows = ActionLineage.objects.filter(**{f"{side}__{name}": value for name, value in published.items()})
        return rows_below(rows, parent, **_relative_fields(side))

    return {
        "predecessor_rows": lineages("predecessor", "action"),
        "descendant_rows": lineages("action", "predecessor"),
    }


def _relative_fields(name: str) -> dict[str, Any]:
    return {
        "how": F("kind"),
        "code": F(f"{name}__code"),
        "title": F(f"{name}__title"),
        "slug": F(f"{name}__program__slug"),
        "program": F(f"{name}__program__title"),
    }
