"""The rows of the figures' tables and files: what a chart, its table and its CSV all show."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from plan.enums import Bound, Unit
from plan.fiscal import fiscal_year_label
from plan.models import Figure, RelatedPlan

OPEN = "明記なし"
ESTIMATED = "推定"


@dataclass(frozen=True)
class ValueRow:
    """One value of a figure, as the text states it."""

    figure_number: str
    label: str
    number: Decimal
    unit: str
    bound: str = Bound.EXACT

    @property
    def is_bound(self) -> bool:
        return self.bound != Bound.EXACT

    @property
    def number_text(self) -> str:
        """「37.6」: percentages and ratios keep their decimal as the plan writes it (65.0), limits and counts none."""
        number = self.number.normalize()
        has_decimal = self.unit in {Unit.PERCENT, Unit.TIMES} and not self.is_bound
        places = max(-int(number.as_tuple().exponent), int(has_decimal))
        return f"{self.number:.{places}f}"

    @property
    def unit_label(self) -> str:
        return str(Unit(self.unit).label) if self.unit else ""

    @property
    def bound_label(self) -> str:
        return str(Bound(self.bound).label)

    @property
    def value_text(self) -> str:
        """「37.6%」 or 「60%超」."""
        return f"{self.number_text}{self.unit_label}{self.bound_label if self.is_bound else ''}"


@dataclass(frozen=True)
class PeriodRow:
    """A plan with its period in fiscal years, both ends included; None where the text names no year."""

    name: str
    relation: str
    relation_label: str
    start_year: int | None
    end_year: int | None
    is_estimated: bool
    period_text: str
    description: str
    note: str

    @classmethod
    def of(cls, related: RelatedPlan) -> "PeriodRow":
        return cls(
            name=related.name,
            relation=related.relation,
            relation_label=related.get_relation_display(),
            start_year=related.start_year,
            end_year=related.end_year,
            is_estimated=related.is_estimated,
            period_text=related.period_text,
            description=related.description,
            note=related.note,
        )

    @property
    def start_era(self) -> str:
        return fiscal_year_label(self.start_year) if self.start_year else ""

    @property
    def end_era(self) -> str:
        return fiscal_year_label(self.end_year) if self.end_year else ""

    @property
    def start_estimate(self) -> str:
        return self._estimate(self.start_year)

    @property
    def end_estimate(self) -> str:
        return self._estimate(self.end_year)

    @property
    def start_label(self) -> str:
        return self._worded(self.start_era, self.start_estimate)

    @property
    def end_label(self) -> str:
        return self._worded(self.end_era, self.end_estimate)

    @property
    def estimate(self) -> str:
        """What of the period is estimated, in words: 「推定」, 「開始は推定」, 「終了は推定」 or nothing."""
        if self.start_estimate and self.end_estimate:
            return ESTIMATED
        return f"開始は{ESTIMATED}" if self.start_estimate else f"終了は{ESTIMATED}" if self.end_estimate else ""

    def _estimate(self, year: int | None) -> str:
        """Of an estimated period, the years that the plan's own words name are none the less certain."""
        return ESTIMATED if self.is_estimated and year and str(year) not in self.period_text else ""

    def _worded(self, year: str, estimate: str) -> str:
        if not year:
            return OPEN
        return f"{year}（{estimate}）" if estimate else year


@dataclass(frozen=True)
class StructureRow:
    """One box of a structure: what it is (「施策」), its number (「1-1」, or "") and its words."""

    position: int
    level: str
    code: str
    text: str

    @property
    def label(self) -> str:
        return f"{self.level}{self.code}"


@dataclass(frozen=True)
class AnswerRow:
    """One answer of a survey with everything needed to read the line alone."""

    survey_number: int
    survey_title: str
    started_on: str
    ended_on: str
    respondents: int
    question_number: int
    question_title: str
    value: ValueRow

    @property
    def figure_number(self) -> str:
        return self.value.figure_number

    @property
    def label(self) -> str:
        return self.value.label

    @property
    def number_text(self) -> str:
        return self.value.number_text

    @property
    def unit_label(self) -> str:
        return self.value.unit_label

    @property
    def bound_label(self) -> str:
        return self.value.bound_label


def value_rows(figure: Figure) -> list[ValueRow]:
    """The figure's own values, or else those of the question it shows."""
    own = [ValueRow(figure.number, each.label, each.value, each.unit) for each in figure.values.all()]
    if own or figure.question is None:
        return own
    unit = figure.question.unit
    return [ValueRow(figure.number, each.label, each.value, unit, each.bound) for each in figure.question.answers.all()]


def numbered(rows: Sequence[tuple[str, str, str]]) -> list[StructureRow]:
    """(level, code, text) → rows with their place in the order."""
    return [StructureRow(position, *row) for position, row in enumerate(rows, start=1)]
