"""What stands beside an action where it is kept: its years, indicators, 主管課 and relatives, in one query."""

import datetime
from dataclasses import dataclass
from typing import Any

from accounts.models import Department
from plan.models.json_rows import day_of, rows_below
from programs.enums import OwnerKind
from programs.models import Action, ActionLineage, ActionOwner, ActionYear, Indicator


@dataclass(frozen=True)
class Neighbours:
    """Rows with what their names and addresses are made of, and nothing else; in the order they are shown in."""

    years: tuple[ActionYear, ...]
    indicators: tuple[Indicator, ...]
    leads: tuple[ActionOwner, ...]
    predecessors: tuple[Action, ...]
    descendants: tuple[Action, ...]

    @property
    def planned(self) -> set[int]:
        """The fiscal years that have a plan."""
        return {plan.year for plan in self.years}

    def leads_on(self, day: datetime.date) -> list[ActionOwner]:
        """Those of the day, among them such as have ended: `ActionOwner.is_there_on`."""
        return [lead for lead in self.leads if lead.is_valid_on(day)]


def neighbours_of(action: Action) -> Neighbours:
    """One query, however many there are."""
    leads = ActionOwner.objects.filter(kind=OwnerKind.LEAD)
    found: Any = (
        Action.objects.filter(pk=action.pk)
        .values_list(
            rows_below(ActionYear.objects.all(), "action", pk="pk", year="year"),
            rows_below(Indicator.objects.all(), "action", pk="pk", position="position", name="name", unit="unit"),
            rows_below(leads, "action", start="valid_from", end="valid_to", **_DEPARTMENT),
            rows_below(ActionLineage.objects.all(), "action", **_relative("predecessor")),
            rows_below(ActionLineage.objects.all(), "predecessor", **_relative("action")),
        )
        .get()
    )
    years, indicators, owners, before, after = (rows or [] for rows in found)
    return Neighbours(
        years=tuple(ActionYear(**row) for row in sorted(years, key=lambda row: row["year"])),
        indicators=tuple(Indicator(**row) for row in sorted(indicators, key=lambda row: row["position"])),
        leads=tuple(map(_lead, owners)),
        predecessors=_by_code(before),
        descendants=_by_code(after),
    )


_DEPARTMENT = {"name": "department__name", "set_up": "department__valid_from", "closed": "department__valid_to"}


def _lead(row: dict[str, Any]) -> ActionOwner:
    set_up = datetime.date.fromisoformat(row["set_up"])
    department = Department(name=row["name"], valid_from=set_up, valid_to=day_of(row["closed"]))
    start = datetime.date.fromisoformat(row["start"])
    return ActionOwner(department=department, valid_from=start, valid_to=day_of(row["end"]))


def _relative(name: str) -> dict[str, Any]:
    return {"pk": f"{name}__pk", "code": f"{name}__code", "title": f"{name}__title"}


def _by_code(rows: list[dict[str, Any]]) -> tuple[Action, ...]:
    return tuple(Action(**row) for row in sorted(rows, key=lambda row: (row["code"], row["pk"])))
