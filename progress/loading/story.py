"""Plays what happened to one 調書: filled in, submitted, returned, endorsed, accepted, each in its own time."""

import datetime
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils import timezone

from plan.loading.errors import FixtureError
from programs.models import ActionYear
from progress import workflow
from progress.actions.evaluations import Answers, perform, save_evaluation
from progress.loading.people import People
from progress.loading.reading import TEXTS, EvaluationEntry, Step, decimal, reached
from progress.models import Evaluation, EvaluationIndicator, ScaleEntry
from progress.queries.filling import has_next_year
from progress.workflow import Actor

OPENS_AT = datetime.time(9)
_OFFICE_MINUTES = 7 * 60
_BETWEEN = datetime.timedelta(minutes=10)


def play(
    entry: EvaluationEntry,
    evaluation: Evaluation,
    *,
    entries: Mapping[str, ScaleEntry],
    people: People,
    until: datetime.date | None = None,
    after: datetime.date | None = None,
) -> None:
    """Do every step of the entry up to `until` and later than `after`, as its person. Raises FixtureError."""
    for step, moment in _timed(entry.steps, evaluation.action.code):
        if (until and step.on > until) or (after and step.on <= after):
            continue
        _do(entry, step, evaluation, moment, entries, people)


def answers_of(
    table: Mapping[str, Any], evaluation: Evaluation, entries: Mapping[str, ScaleEntry], place: str
) -> Answers:
    """The answers as written, for the rows of this 調書. What is not written stays as it is."""
    values = {name: table[name] for name in TEXTS if name in table}
    for name in ("grade", "outlook"):
        if name in table:
            values[f"{name}_id"] = entry_of(table[name], entries, f"{place}.{name}").pk
    return Answers(
        values=values,
        indicators=_indicators(table, evaluation, place),
        milestones=_milestones(table, evaluation, place),
    )


def entry_of(symbol: str, entries: Mapping[str, ScaleEntry], place: str) -> ScaleEntry:
    """The step of the scale with that symbol. Raises FixtureError."""
    if symbol not in entries:
        raise FixtureError(place, f"「{symbol}」という段階はありません。")
    return entries[symbol]


def moment_of(day: datetime.date, time: datetime.time = OPENS_AT) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, time))


def _do(
    entry: EvaluationEntry,
    step: Step,
    evaluation: Evaluation,
    moment: datetime.datetime,
    entries: Mapping[str, ScaleEntry],
    people: People,
) -> None:
    code, department = evaluation.action.code, evaluation.department
    match step.transition.actor:
        case Actor.LIAISON | Actor.SUBMITTER:
            by = people.liaison(department, code)
        case Actor.MANAGER:
            by = people.manager(department, code)
        case Actor.STAFF:
            by = people.staff(code)
    if step.transition in {workflow.SAVE, workflow.SUBMIT}:
        stored = Evaluation.objects.with_answers().get(pk=evaluation.pk)
        table = {**_planned(stored), **entry.answers, **step.differing}
        answers = answers_of(table, stored, entries, entry.place)
        at = moment - _BETWEEN
        save_evaluation(evaluation=stored, answers=answers, by=by, expected_version=stored.version, at=at)
    if step.transition is not workflow.SAVE:
        perform(
            evaluation=evaluation,
            transition=step.transition,
            by=by,
            comment=step.comment,
            fields=step.fields,
            at=moment,
            tell=False,
        )


def _timed(steps: Sequence[Step], code: str) -> Iterator[tuple[Step, datetime.datetime]]:
    """Each step with a time within office hours, later than the one before."""
    before = None
    for number, step in enumerate(steps):
        offset = zlib.crc32(f"{code}/{number}".encode()) % _OFFICE_MINUTES
        at = moment_of(step.on) + datetime.timedelta(minutes=30 + offset)
        if before is not None and at <= before + _BETWEEN:
            at = before + 2 * _BETWEEN
        before = at
        yield step, at


def _planned(evaluation: Evaluation) -> dict[str, Any]:
    """Where nothing is written about the next year, the programme's plan for it stands."""
    if not has_next_year(evaluation):
        return {}
    plan = ActionYear.objects.filter(action=evaluation.action_id, year=evaluation.round.year + 1).first()
    return {"next_plan": plan.planned_work, "next_budget": plan.budget} if plan else {}


def _indicators(table: Mapping[str, Any], evaluation: Evaluation, place: str) -> dict[int, dict[str, Any]]:
    rows: list[EvaluationIndicator] = list(evaluation.indicators.all())
    found: dict[int, dict[str, Any]] = {row.pk: {} for row in rows}
    if "actuals" in table:
        _same_length(table["actuals"], rows, f"{place}.actuals")
        for row, value in zip(rows, table["actuals"], strict=True):
            is_number = not isinstance(value, str)
            found[row.pk]["actual"] = decimal(value) if is_number else None
            found[row.pk]["no_actual_reason"] = "" if is_number else value
    for number, target, reason in table.get("next_targets", ()):
        found[rows[number - 1].pk].update(next_target=decimal(target), target_change_reason=reason)
    return found


def _milestones(table: Mapping[str, Any], evaluation: Evaluation, place: str) -> dict[int, dict[str, Any]]:
    if "milestones" not in table:
        return {}
    rows = list(evaluation.milestones.all())
    _same_length(table["milestones"], rows, f"{place}.milestones")
    found = {}
    for row, value in zip(rows, table["milestones"], strict=True):
        label, note = (value, "") if isinstance(value, str) else value
        found[row.pk] = {"reached": reached(label, place), "note": note}
    return found


def _same_length(values: Sequence[Any], rows: Sequence[Any], place: str) -> None:
    if len(values) != len(rows):
        raise FixtureError(place, f"{len(rows)}件書いてください（今は{len(values)}件）。")
