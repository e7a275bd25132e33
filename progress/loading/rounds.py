"""The finished and published round of the sample, and the open one, each step by those who may."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from accounts.models import Department
from plan.loading.errors import FixtureError
from programs.loading.reading import required
from programs.models import Program
from progress.actions.corrections import correct_evaluation, publish_late
from progress.actions.measures import save_measure_evaluation
from progress.actions.opening import ensure_default_scale, open_round
from progress.actions.proposals import confirm, decline
from progress.actions.publication import publish
from progress.actions.rounds import extend, release_to_committee, set_exception
from progress.errors import ProgressError
from progress.loading.people import People
from progress.loading.reading import RoundEntry, Table, read_round
from progress.loading.story import answers_of, entry_of, moment_of, play
from progress.models import Evaluation, MeasureEvaluation, NextYearProposal, OutboxMail, Round, ScaleEntry

YEARS = (2016, 2017)
PUBLISHES_AT = datetime.time(10)


@dataclass(frozen=True)
class RoundsResult:
    """What a load did; `is_new` is false where the programme had rounds already and nothing was written."""

    program: Program
    is_new: bool
    evaluations: int


@transaction.atomic
def load_sample_rounds(directory: Path, slug: str, today: datetime.date | None = None) -> RoundsResult:
    """Play the rounds of `directory` on the sample programme; all of it or nothing.

    Where the programme has a round, nothing at all is written. Effects, for
    each round in order: those of opening, extending, filling in, the decision
    chain, 施策評価, publishing, correcting and confirming the next year's
    plans, by sample people and at sample times; in the end the mail about all
    that is taken back, for it is history. Raises FixtureError.
    """
    program = Program.objects.filter(slug=slug, is_sample=True).first()
    if program is None:
        raise FixtureError(
            "program.toml", "見本のプログラムが登録されていません。先に load_sample を実行してください。"
        )
    if program.rounds.exists():
        return RoundsResult(program, is_new=False, evaluations=_count(program))
    people = People()
    before = set(OutboxMail.objects.values_list("pk", flat=True))
    for year in YEARS:
        entry = read_round(directory, year, today or timezone.localdate())
        try:
            _play(entry, program, people)
        except ProgressError as error:
            raise FixtureError(f"round-{year}.toml", str(error)) from error
    OutboxMail.objects.unsent().filter(to__is_demo=True).exclude(pk__in=before).delete()
    return RoundsResult(program, is_new=True, evaluations=_count(program))


def _count(program: Program) -> int:
    return Evaluation.objects.filter(round__program=program).count()


def _play(entry: RoundEntry, program: Program, people: People) -> None:
    round_ = _open(entry, program, people)
    entries = {row.symbol: row for row in round_.scale.entries.all()}
    evaluations = _evaluations(entry, round_)
    published_on = entry.values.get("published_on")
    for code, evaluation in evaluations.items():
        play(entry.evaluations[code], evaluation, entries=entries, people=people, until=published_on)
    if published_on is None:
        return
    _write_measures(entry, round_, entries, people)
    _publish(entry, round_, evaluations, people)
    for code, evaluation in evaluations.items():
        play(entry.evaluations[code], evaluation, entries=entries, people=people, after=published_on)
    _correct(entry, evaluations, entries, people)
    _decide_next_year(entry, round_, people)


def _open(entry: RoundEntry, program: Program, people: People) -> Round:
    values = entry.values
    round_ = Round(
        program=program,
        year=values["year"],
        slug=values["slug"],
        opens_on=values["opens_on"],
        deadline=values["deadline"],
        scale=ensure_default_scale(),
    )
    round_.full_clean()
    round_.save()
    by = people.staff("round")
    round_ = open_round(round=round_, by=by, at=moment_of(values["opens_on"]))
    for table in entry.extensions:
        department = Department.objects.valid_on(values["opens_on"]).get(code=table["department"])
        extend(round=round_, department=department, deadline=table["deadline"], reason=table["reason"], by=by)
    return round_


def _evaluations(entry: RoundEntry, round_: Round) -> dict[str, Evaluation]:
    rows = Evaluation.objects.filter(round=round_).select_related("action", "department")
    found = {evaluation.action.code: evaluation for evaluation in rows}
    strays = sorted(set(found) ^ set(entry.evaluations))
    if strays:
        raise FixtureError(f"evaluations-{round_.year}", f"調書と取組が合いません：{'、'.join(strays)}")
    return found


def _write_measures(entry: RoundEntry, round_: Round, entries: Mapping[str, ScaleEntry], people: People) -> None:
    rows = MeasureEvaluation.objects.filter(round=round_).select_related("measure__policy")
    for evaluation in rows:
        code = evaluation.measure.code
        place = f"measures-{round_.year}.toml: {code}"
        table = required(entry.measures, code, place)
        rating = entry_of(required(table, "rating", place), entries, f"{place}.rating")
        save_measure_evaluation(
            evaluation=evaluation,
            values={**table, "rating_id": rating.pk},
            by=people.staff(code),
            expected_version=evaluation.version,
            at=moment_of(entry.values["measures_on"]),
        )


def _publish(entry: RoundEntry, round_: Round, evaluations: Mapping[str, Evaluation], people: People) -> None:
    by, released_at = people.staff("round"), moment_of(entry.values["released_on"])
    for code, evaluation in evaluations.items():
        if reason := entry.evaluations[code].exception:
            set_exception(evaluation=evaluation, by=by, reason=reason, at=released_at)
    release_to_committee(round=round_, by=by, at=released_at)
    publish(round=round_, by=by, at=moment_of(entry.values["published_on"], PUBLISHES_AT))


def _correct(
    entry: RoundEntry, evaluations: Mapping[str, Evaluation], entries: Mapping[str, ScaleEntry], people: People
) -> None:
    """Corrections and what is published late, in the order of their days."""
    acts = [*((table, False) for table in entry.corrections), *((table, True) for table in entry.late)]
    for table, is_late in sorted(acts, key=lambda act: act[0]["on"]):
        stored = required(evaluations, table["action"], "corrections")
        evaluation = Evaluation.objects.with_answers().get(pk=stored.pk)
        by, at, reason = people.staff("round"), moment_of(table["on"], PUBLISHES_AT), table["reason"]
        if is_late:
            publish_late(evaluation=evaluation, by=by, reason=reason, at=at)
            continue
        correct_evaluation(
            evaluation=evaluation,
            answers=answers_of(_answers(table), evaluation, entries, f"corrections: {table['action']}"),
            by=by,
            reason=reason,
            expected_version=evaluation.version,
            at=at,
        )


def _answers(table: Table) -> dict[str, object]:
    return {key: value for key, value in table.items() if key not in {"action", "on", "reason"}}


def _decide_next_year(entry: RoundEntry, round_: Round, people: People) -> None:
    at = moment_of(entry.values["confirmed_on"])
    proposals = NextYearProposal.objects.filter(evaluation__round=round_).select_related("evaluation__action")
    for proposal in proposals:
        code = proposal.evaluation.action.code
        if code in entry.declined:
            decline(proposal=proposal, by=people.staff("round"), reason=entry.declined[code], at=at)
        else:
            confirm(proposal=proposal, by=people.staff("round"), at=at)
