"""What a 調書 was evaluated by and was another thing at first. From frozen data alone: no query."""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from programs.queries.originals import in_order_of_year, milestone_line
from progress.queries.words import number

Data = Mapping[str, Any]
YEN = "千円"


@dataclass(frozen=True)
class PlanChange:
    """`indicator` is the name of the one whose 目標値 it is, "" for all else."""

    item: str
    original: str | Decimal
    present: str | Decimal
    why: Data
    unit: str = ""
    indicator: str = ""

    @property
    def label(self) -> str:
        return f"指標「{self.indicator}」の{self.item}" if self.indicator else self.item

    @property
    def reason(self) -> str:
        return str(self.why["reason"])

    @property
    def on(self) -> datetime.date | None:
        """None where that is not known."""
        return datetime.date.fromisoformat(self.why["on"]) if self.why["on"] else None

    def words(self, value: str | Decimal) -> str:
        """Either of the two as it is read."""
        return value if isinstance(value, str) else f"{number(value)}{self.unit}"


def plan_changes(data: Data) -> Iterator[PlanChange]:
    """Of a 調書, in the order of its page. What was published before this was kept has none."""
    plan = data.get("plan") or {}
    originals = plan.get("original", {})
    if work := originals.get("work"):
        yield PlanChange("計画", work["value"], plan["planned_work"], work)
    if budget := originals.get("budget"):
        yield PlanChange("予算額", Decimal(budget["value"]), Decimal(plan["planned_budget"]), budget, YEN)
    if milestones := originals.get("milestones"):
        first, present = _lines(milestones["value"]), _lines(data.get("milestones", ()))
        yield PlanChange("マイルストーン", first, present, milestones)
    for row in data.get("indicators", ()):
        if target := row.get("original"):
            values = Decimal(target["value"]), Decimal(row["target"])
            yield PlanChange("目標値", *values, target, row.get("unit") or "", row["name"])


def _lines(milestones: Iterable[Data]) -> str:
    return "\n".join(map(milestone_line, in_order_of_year(milestones)))
