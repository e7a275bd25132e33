"""What the committee's workbook says of money: of an action, and of all of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from progress.models import PublishedEvaluation
from progress.queries.year_before import Before

TOTAL = "合計"
_TOTAL_OF_ROWS = "合計（この表の取組。引いた額と執行率は、予算額と決算額の両方がある取組）"


@dataclass(frozen=True)
class _TotalName:
    """What stands in the columns of an action where a row is of all of them."""

    code: str = ""
    title: str = _TOTAL_OF_ROWS
    bureau_name: str = ""
    department_name: str = ""

    @property
    def measure(self) -> "_TotalName":
        return self


@dataclass(frozen=True)
class Amounts:
    """What was planned and spent, in 千円; each None where it is not known.

    `compared` are budget and settlement where both are known, and their sums in the row of all.
    """

    row: PublishedEvaluation | _TotalName
    budget: int | None
    settlement: int | None
    budget_before: int | None
    settlement_before: int | None
    next_budget: int | None
    compared: tuple[int, int] | None

    @classmethod
    def of(cls, row: PublishedEvaluation, before: Before | None, next_budget: int | None) -> "Amounts":
        told = (before.budget, before.settlement) if before else (None, None)
        both = None if row.budget is None or row.settlement is None else (row.budget, row.settlement)
        return cls(row, row.budget, row.settlement, *told, next_budget, both)

    @classmethod
    def total(cls, rows: Sequence["Amounts"]) -> "Amounts":
        names = ("budget", "settlement", "budget_before", "settlement_before", "next_budget")
        both = [each.compared for each in rows if each.compared]
        compared = (sum(budget for budget, _ in both), sum(settlement for _, settlement in both)) if both else None
        sums = {name: _sum(getattr(each, name) for each in rows) for name in names}
        return cls(_TotalName(), **sums, compared=compared)

    @property
    def left(self) -> int | None:
        return None if self.compared is None else self.compared[0] - self.compared[1]

    @property
    def rate(self) -> Decimal | None:
        return None if self.compared is None else percent(self.compared[1], self.compared[0])


def percent(part: int | None, whole: int | None) -> Decimal | None:
    """With one decimal; None where it cannot be said."""
    if part is None or not whole:
        return None
    return (Decimal(part) * 100 / whole).quantize(Decimal("0.1"))


def _sum(amounts: Iterable[int | None]) -> int | None:
    """Of the amounts that are known; None where none is."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if known else None
