"""How actions stand. Programmes do not know: the app that evaluates them says so (`register_standing`)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Expression, IntegerField, QuerySet, Value
from django.db.models.functions import Cast

from programs.models import Program

NO_SYMBOL = "none"
LAST = Cast(Value(1000), IntegerField())
"""The place of an action without a step, behind those of all steps."""
# Tones of what has no figure of the scale.
UNGRADED, UNDECIDED = "ungraded", "undecided"


@dataclass(frozen=True)
class Step:
    """A grade an action may have: `tone` is its shade in pictures, `label` what the symbol means."""

    tone: str
    symbol: str
    label: str

    @property
    def is_graded(self) -> bool:
        """Whether its symbol is a figure of the scale."""
        return self.tone not in {UNGRADED, UNDECIDED}

    @property
    def key(self) -> str:
        """Its part of an address."""
        return self.symbol or NO_SYMBOL

    @property
    def name(self) -> str:
        return self.label if self.symbol == self.label else f"{self.symbol} {self.label}"


UNKNOWN = Step(UNDECIDED, "", "未評価")
UNSETTLED = Step(UNDECIDED, "", "評価が未確定")
ENDED = Step(UNDECIDED, "", "終了")
"""Ended before the year in question: there is nothing of it to evaluate."""


@dataclass(frozen=True)
class Standing:
    """A published year of a programme: its steps, the best first.

    `marked` adds the symbol of each action's step as `standing` ("" where its
    evaluation is not settled, None where there is none) and `narrowed` keeps those of one key; neither takes a
    query. `place` is what actions are sorted by, the best step first. `note`
    stands before the legend.
    """

    year: int
    year_label: str
    note: str
    steps: tuple[Step, ...]
    marked: Callable[[QuerySet[Any]], QuerySet[Any]]
    narrowed: Callable[[QuerySet[Any], str], QuerySet[Any]]
    place: Expression

    @property
    def achievements(self) -> tuple[Step, ...]:
        """For the legend, as that of a published year has them."""
        return self.steps

    def step(self, symbol: str | None, end_year: int | None = None) -> Step:
        """`end_year`: the last one of the action, None for that of the programme."""
        if symbol:
            return next((step for step in self.steps if step.symbol == symbol), UNKNOWN)
        if symbol == "":
            return UNSETTLED
        return ENDED if end_year is not None and end_year < self.year else UNKNOWN


def nothing_known() -> Standing:
    """Where nothing is evaluated yet: everything stands unknown."""
    return Standing(
        year=0,
        year_label="",
        note="",
        steps=(),
        marked=lambda actions: actions.annotate(standing=Value(None, output_field=CharField())),
        narrowed=lambda actions, key: actions if key == UNKNOWN.key else actions.none(),
        place=LAST,
    )


_sources: list[Callable[[Program, int | None], Standing | None]] = []


def register_standing(source: Callable[[Program, int | None], Standing | None]) -> None:
    """Say how the actions of a programme stand in a year, or in the newest (None), in one query.

    For `AppConfig.ready`.
    """
    if source not in _sources:
        _sources.append(source)


def standing_of(program: Program, year: int | None = None) -> Standing:
    return next((found for source in _sources if (found := source(program, year)) is not None), nothing_known())
