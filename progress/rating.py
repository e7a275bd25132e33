"""What the indicators' numbers say: rates, what was reached, and the grade they suggest. Pure arithmetic."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

HUNDRED = Decimal(100)
# A single indicator far above its target shall not outweigh all others.
HIGHEST_RATE = Decimal(200)


@dataclass(frozen=True)
class Measured:
    """One indicator in one year; `falls` where less is better. None where there is no number."""

    target: Decimal | None
    actual: Decimal | None
    falls: bool = False
    baseline: Decimal | None = None


@dataclass(frozen=True)
class Step:
    """A grade and the least rate (percent) for which the numbers suggest it; the scale's best first."""

    key: int
    min_rate: int


def reached(measured: Measured) -> bool | None:
    """Whether the target was reached; None where a number is missing."""
    if measured.target is None or measured.actual is None:
        return None
    return measured.actual <= measured.target if measured.falls else measured.actual >= measured.target


def rate(measured: Measured) -> Decimal | None:
    """How much of the target was achieved, in percent with one decimal; None where it cannot be said.

    Where more is better: actual / target. Where less is better: target /
    actual (80 complaints instead of 100 are 125.0%). A target of nought, or an
    actual of nought where less is better, gives 100.0 when reached, else 0.
    Negative numbers cannot be compared in this way and give None.
    """
    target, actual = measured.target, measured.actual
    if target is None or actual is None or target < 0 or actual < 0:
        return None
    above, below = (target, actual) if measured.falls else (actual, target)
    if below == 0:
        return HUNDRED.quantize(Decimal("0.1")) if reached(measured) else Decimal("0.0")
    return (above / below * HUNDRED).quantize(Decimal("0.1"), ROUND_HALF_UP)


def mean_rate(indicators: Iterable[Measured]) -> Decimal | None:
    """The mean of the rates that can be said, each at most 200%; None where there is none."""
    rates = [min(found, HIGHEST_RATE) for each in indicators if (found := rate(each)) is not None]
    if not rates:
        return None
    return (sum(rates, Decimal(0)) / len(rates)).quantize(Decimal("0.1"), ROUND_HALF_UP)


def suggestion(indicators: Iterable[Measured], steps: Sequence[Step]) -> int | None:
    """The key of the grade the numbers suggest: the first step whose least rate the mean reaches.

    None where no indicator has both numbers, or no step is low enough.
    """
    mean = mean_rate(indicators)
    if mean is None:
        return None
    for step in sorted(steps, key=lambda step: -step.min_rate):
        if mean >= step.min_rate:
            return step.key
    return None
