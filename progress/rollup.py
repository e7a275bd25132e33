"""Counts and sums over 調書. Pure; the sums of parts equal the whole, and a blank is not nought."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Part:
    """What one 調書 adds. `grade` is the symbol of its grade or ungraded state, "" where nothing is decided."""

    grade: str = ""
    budget: int | None = None
    settlement: int | None = None
    indicators_total: int = 0
    indicators_reached: int = 0


@dataclass(frozen=True)
class Money:
    """A sum in 千円 with how many amounts are in it, and how many were blank. `amount` is None where all were."""

    amount: int | None = None
    known: int = 0
    blank: int = 0

    def __add__(self, other: "Money") -> "Money":
        amounts = [amount for amount in (self.amount, other.amount) if amount is not None]
        return Money(sum(amounts) if amounts else None, self.known + other.known, self.blank + other.blank)

    @classmethod
    def of(cls, amount: int | None) -> "Money":
        return cls(blank=1) if amount is None else cls(amount, known=1)


@dataclass(frozen=True)
class Rollup:
    """The sum of any number of 調書. `undecided` are those without a grade or ungraded state."""

    total: int = 0
    grades: Counter[str] = field(default_factory=Counter)
    undecided: int = 0
    budget: Money = field(default_factory=Money)
    settlement: Money = field(default_factory=Money)
    indicators_total: int = 0
    indicators_reached: int = 0

    def __add__(self, other: "Rollup") -> "Rollup":
        return Rollup(
            self.total + other.total,
            self.grades + other.grades,
            self.undecided + other.undecided,
            self.budget + other.budget,
            self.settlement + other.settlement,
            self.indicators_total + other.indicators_total,
            self.indicators_reached + other.indicators_reached,
        )

    @classmethod
    def of(cls, parts: Iterable[Part]) -> "Rollup":
        """Add up `parts`; the empty sum has no amounts rather than nought yen."""
        whole = cls()
        for part in parts:
            whole += cls(
                total=1,
                grades=Counter([part.grade]) if part.grade else Counter(),
                undecided=0 if part.grade else 1,
                budget=Money.of(part.budget),
                settlement=Money.of(part.settlement),
                indicators_total=part.indicators_total,
                indicators_reached=part.indicators_reached,
            )
        return whole

    def as_json(self) -> dict[str, object]:
        """The roll-up as `PublishedMeasure.data["rollup"]` keeps it."""
        return {
            "total": self.total,
            "grades": dict(self.grades),
            "undecided": self.undecided,
            "budget": self.budget.amount,
            "budget_blank": self.budget.blank,
            "settlement": self.settlement.amount,
            "settlement_blank": self.settlement.blank,
            "indicators_total": self.indicators_total,
            "indicators_reached": self.indicators_reached,
        }
