"""Reads the files of the sample rounds. Nothing of the database; every error names file and key."""

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from plan.loading.errors import FixtureError
from programs.loading.reading import read_document, refuse_unknown, required
from progress.business_days import add_business_days, business_days_between, is_business_day
from progress.enums import EvaluationField, Reached
from progress.workflow import TRANSITIONS, Transition

Table = Mapping[str, Any]
Day = Callable[[datetime.date], datetime.date]

TEXTS = [
    "plan_change",
    "results",
    "settlement",
    "grade_reason",
    "outcomes",
    "problems",
    "environment_change",
    "outlook_reason",
    "next_plan",
    "next_budget",
]
_ANSWER_KEYS = frozenset([*TEXTS, "grade", "outlook", "actuals", "milestones", "next_targets"])
_KEYS = _ANSWER_KEYS | {"events", "exception"}
_BY_NOUN: dict[str, Transition] = {transition.noun: transition for transition in TRANSITIONS}
_BY_REACHED = {str(reached.label): reached for reached in Reached}


@dataclass(frozen=True)
class Step:
    """One event of a 調書. `differing` are answers that were others at that time, for 保存 and 提出."""

    transition: Transition
    on: datetime.date
    comment: str = ""
    fields: tuple[EvaluationField, ...] = ()
    differing: Table = field(default_factory=dict)


@dataclass(frozen=True)
class EvaluationEntry:
    """One 調書 as written: its answers in the end, and what happened to it."""

    place: str
    answers: Table
    steps: tuple[Step, ...]
    exception: str = ""


@dataclass(frozen=True)
class RoundEntry:
    """One round: its own table, what goes with it, and its 調書 by the code of the action."""

    values: Table
    extensions: tuple[Table, ...]
    corrections: tuple[Table, ...]
    late: tuple[Table, ...]
    declined: Mapping[str, str]
    evaluations: Mapping[str, EvaluationEntry]
    measures: Mapping[str, Table]


def read_round(directory: Path, year: int, today: datetime.date) -> RoundEntry:
    """Read `round-YEAR.toml`, `evaluations-YEAR/` and, where it is there, `measures-YEAR.toml`.

    A round that has a `today` is moved so that this day is the last business
    day up to `today`, every date by as many business days. Raises FixtureError.
    """
    name = f"round-{year}.toml"
    document = read_document(directory, name)
    values = dict(required(document, "round", name))
    day = _mover(values.pop("today", None), today)
    folder = f"evaluations-{year}"
    names = sorted(f"{folder}/{path.name}" for path in (directory / folder).glob("*.toml"))
    measures = f"measures-{year}.toml"
    return RoundEntry(
        values=_moved(values, day),
        extensions=tuple(_moved(table, day) for table in document.get("extensions", ())),
        corrections=tuple(_moved(table, day) for table in document.get("corrections", ())),
        late=tuple(_moved(table, day) for table in document.get("late", ())),
        declined=document.get("declined", {}),
        evaluations=dict(pair for name in names for pair in _evaluations(read_document(directory, name), name, day)),
        measures=read_document(directory, measures) if (directory / measures).exists() else {},
    )


def decimal(value: float) -> Decimal:
    return Decimal(str(value))


def reached(label: str, place: str) -> str:
    """The stored value of 「達成」「一部達成」「未達成」; "" for what is not answered yet."""
    if label and label not in _BY_REACHED:
        raise FixtureError(f"{place}.milestones", f"「{label}」は使えません。")
    return _BY_REACHED[label].value if label else ""


def _mover(anchor: datetime.date | None, today: datetime.date) -> Day:
    if anchor is None:
        return lambda day: day
    start = today if is_business_day(today) else add_business_days(today, -1)
    return lambda day: add_business_days(start, business_days_between(anchor, day))


def _moved(table: Table, day: Day) -> dict[str, Any]:
    return {key: day(value) if isinstance(value, datetime.date) else value for key, value in table.items()}


def _evaluations(document: Table, name: str, day: Day) -> Iterator[tuple[str, EvaluationEntry]]:
    for code, table in document.items():
        place = f"{name}: {code}"
        refuse_unknown(table, _KEYS, place)
        yield (
            code,
            EvaluationEntry(
                place=place,
                answers={key: value for key, value in table.items() if key in _ANSWER_KEYS},
                steps=tuple(_step(event, place, day) for event in table.get("events", ())),
                exception=table.get("exception", ""),
            ),
        )


def _step(event: Sequence[Any], place: str, day: Day) -> Step:
    """`["提出", 日付]`, `["提出", 日付, { その時の記入 }]`, `["課長の差戻し", 日付, "理由", ["grade"]]`."""
    noun, on, *rest = event
    if noun not in _BY_NOUN:
        raise FixtureError(f"{place}.events", f"「{noun}」という操作はありません。")
    differing = rest[0] if rest and isinstance(rest[0], dict) else {}
    refuse_unknown(differing, _ANSWER_KEYS, f"{place}.events")
    return Step(
        transition=_BY_NOUN[noun],
        on=day(on),
        comment=rest[0] if rest and isinstance(rest[0], str) else "",
        fields=tuple(EvaluationField(name) for name in (rest[1] if len(rest) > 1 else ())),
        differing=differing,
    )
