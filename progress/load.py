"""Made-up data by the hundred thousand, to see how the portal carries it: `manage.py make_load`.

Rows are written in bulk and without history: nobody edited them. Everything is
marked as sample data. The same arguments make the same data.
"""

import datetime
import random
from collections.abc import Callable, Iterator
from typing import Any

from django.db import transaction

from accounts.models import Department, User
from plan import search
from plan.actions import bump_content_version
from plan.models import Direction, Measure, Plan, Policy
from programs.documents import index_program
from programs.enums import OwnerKind
from programs.models import Action, ActionOwner, ActionYear, Indicator, IndicatorYear, Program
from progress import workflow
from progress.actions.opening import ensure_default_scale
from progress.documents import evaluations, of_evaluation
from progress.enums import RoundState, ScaleKind, Status
from progress.load_publications import BATCH, bulk, publish_load
from progress.load_records import record_deeds, record_revisions
from progress.models import (
    Evaluation,
    EvaluationEvent,
    EvaluationIndicator,
    MeasureEvaluation,
    NextYearProposal,
    Round,
    Scale,
    ScaleEntry,
)

ACTIONS_A_DEPARTMENT = 50
FIRST_YEAR = 2016
Say = Callable[[str], None]


def make_load(*, plans: int, actions: int, years: int, by: User, say: Say) -> list[Program]:
    """Make `plans` programmes of `years` fiscal years with `actions` actions each; returns them.

    The first belongs to the current plan, where there is one, the others to
    plans of their own. Every year but the last has a published round with one
    正誤 for each hundred 調書; the last an open one in all states, whose accepted
    調書 propose the year after it, the last of the programme: that one is
    planned and has no round yet. Of each action there are ten changes in 改定履歴
    and ten deeds in the audit trail. One transaction for each plan, and some for
    its deeds.
    """
    programs = []
    for number in range(1, plans + 1):
        program, made = _load_plan(number, actions=actions, years=years, by=by, say=say)
        record_deeds(program, made, by=by)
        programs.append(program)
    return programs


@transaction.atomic
def _load_plan(number: int, *, actions: int, years: int, by: User, say: Say) -> tuple[Program, list[Action]]:
    slug = f"load-{number}"
    plan = (Plan.objects.filter(is_current=True).first() if number == 1 else None) or _plan(slug)
    chance = random.Random(number)  # noqa: S311  # made-up data, no secrets
    program = Program.objects.create(
        plan=plan,
        slug=slug,
        title=f"負荷試験プログラム{number}",
        start_year=FIRST_YEAR,
        end_year=FIRST_YEAR + years,
        is_published=True,
        is_sample=True,
    )
    made = _actions(program, _departments(slug, actions), actions)
    say(f"{program}：取組 {len(made):,}件")
    record_revisions(program, made, by=by)
    for year in program.years[:-1]:
        _round(program, year, made, chance, by=by, is_last=year == program.end_year - 1)
        say(f"  {year}年度：調書 {len(made):,}件")
    index_program(program)
    search.index(of_evaluation(row) for row in evaluations().filter(round__program=program).iterator(chunk_size=BATCH))
    bump_content_version()
    return program, made


def _plan(slug: str) -> Plan:
    """A published plan with three policies, seven measures and 21 directions."""
    plan = Plan.objects.create(
        slug=slug, title=f"負荷試験プラン（{slug}）", goal="負荷試験", start_year=2016, end_year=2025, is_published=True
    )
    for number, measures in enumerate((3, 2, 2), start=1):
        policy = Policy.objects.create(plan=plan, number=number, title=f"負荷試験の基本施策{number}")
        for second in range(1, measures + 1):
            measure = Measure.objects.create(policy=policy, number=second, title="負荷試験の施策", summary="試験です。")
            for third in (1, 2, 3):
                Direction.objects.create(measure=measure, number=third, title="負荷試験の基本方向")
    return plan


def _departments(slug: str, actions: int) -> list[Department]:
    count = max(3, actions // ACTIONS_A_DEPARTMENT)
    day = datetime.date(FIRST_YEAR, 4, 1)
    bureau = Department.objects.create(code=f"{slug}-B", name=f"見本負荷局（{slug}）", valid_from=day)
    return Department.objects.bulk_create(
        Department(code=f"{slug}-{at:04}", name=f"見本負荷{at}課", bureau=bureau, valid_from=day)
        for at in range(1, count + 1)
    )


def _actions(program: Program, departments: list[Department], count: int) -> list[Action]:
    directions = list(
        Direction.objects.filter(measure__policy__plan=program.plan)
        .select_related("measure__policy")
        .order_by("measure__policy__number", "measure__number", "number")
    )
    actions = bulk(
        Action,
        (
            Action(
                program=program,
                code=f"{directions[at % len(directions)].measure.code}-{at:05}",
                title=f"負荷試験の取組{at}",
                purpose="市民の手続にかかる時間を短くします。",
                content="申請の受付を見直し、オンラインで受け付ける手続を増やします。",
                start_year=program.start_year,
                main_direction=directions[at % len(directions)],
            )
            for at in range(count)
        ),
    )
    bulk(
        ActionOwner,
        (
            ActionOwner(
                action=action,
                department=departments[at % len(departments)],
                kind=OwnerKind.LEAD,
                valid_from=program.first_day,
            )
            for at, action in enumerate(actions)
        ),
    )
    _yearly(program, actions)
    return actions


def _yearly(program: Program, actions: list[Action]) -> None:
    work = "受付手順を見直し、対象となる手続を増やします。"
    bulk(
        ActionYear,
        (
            ActionYear(
                action=action,
                year=year,
                planned_work=work,
                budget=1000,
                original_planned_work=work,
                original_budget=1000,
            )
            for year in program.years
            for action in actions
        ),
    )
    indicators = bulk(
        Indicator, (Indicator(action=action, name="オンライン申請の件数", unit="件") for action in actions)
    )
    bulk(
        IndicatorYear,
        (
            IndicatorYear(indicator=indicator, position=year, target=100, original_target=100)
            for year in program.years
            for indicator in indicators
        ),
    )


def _round(
    program: Program, year: int, actions: list[Action], chance: random.Random, *, by: User, is_last: bool
) -> None:
    scale = ensure_default_scale()
    taken = Round.objects.filter(slug=str(year)).exists()
    moment = datetime.datetime(year + 1, 4, 17, tzinfo=datetime.UTC)
    round_ = Round.objects.create(
        program=program,
        year=year,
        slug=f"{year}-{program.slug}" if taken else str(year),
        opens_on=moment.date(),
        deadline=datetime.date(year + 1, 5, 29),
        scale=scale,
        state=RoundState.OPEN if is_last else RoundState.PUBLISHED,
        opened_at=moment,
        opened_by=by,
        published_at=None if is_last else moment,
        published_by=None if is_last else by,
    )
    MeasureEvaluation.objects.bulk_create(
        MeasureEvaluation(round=round_, measure=measure)
        for measure in Measure.objects.filter(policy__plan=program.plan_id)
    )
    maker = _Maker(round_, scale, moment, by, chance)
    evaluations = bulk(Evaluation, (maker.evaluation(action, is_open=is_last) for action in actions))
    indicators = {row.action_id: row for row in Indicator.objects.filter(action__program=program)}
    bulk(
        EvaluationIndicator,
        (
            EvaluationIndicator(evaluation=each, indicator=indicators[each.action_id], target=100, actual=97)
            for each in evaluations
        ),
    )
    if is_last:
        bulk(EvaluationEvent, (event for each in evaluations for event in _events(each, by)))
        _propose(evaluations, year + 1)
    else:
        publish_load(round_, evaluations, by=by)


def _events(evaluation: Evaluation, by: User) -> Iterator[EvaluationEvent]:
    before = Status.DRAFT
    for transition in (workflow.SUBMIT, workflow.ENDORSE, workflow.ACCEPT):
        after = transition.goes_to(before)
        moment = getattr(evaluation, f"{after}_at")
        if moment is None:
            return
        yield EvaluationEvent(
            evaluation=evaluation,
            transition=transition.name,
            label=transition.noun,
            from_status=before,
            to_status=after,
            by=by,
            by_name=by.name,
            version=evaluation.version,
            at=moment,
        )
        before = after


def _propose(evaluations: list[Evaluation], year: int) -> None:
    bulk(
        NextYearProposal,
        (
            NextYearProposal(evaluation=each, year=year, planned_work=each.next_plan, targets=[])
            for each in evaluations
            if each.status == Status.ACCEPTED
        ),
    )


class _Maker:
    """Blank and finished 調書 of one round."""

    def __init__(self, round_: Round, scale: Scale, moment: datetime.datetime, by: User, chance: random.Random) -> None:
        self._round, self._moment, self._by, self._chance = round_, moment, by, chance
        entries = list(scale.entries.order_by("kind", "position"))
        self._grades = [entry for entry in entries if entry.kind == ScaleKind.ACHIEVEMENT]
        self._outlook = next(entry for entry in entries if entry.kind == ScaleKind.OUTLOOK)
        self._leads = dict(
            ActionOwner.objects.filter(action__program=round_.program_id).values_list("action", "department")
        )

    def evaluation(self, action: Action, *, is_open: bool) -> Evaluation:
        status = self._chance.choice([s for s in Status if s != Status.PUBLISHED]) if is_open else Status.PUBLISHED
        grade: ScaleEntry = self._chance.choices(self._grades, weights=(1, 3, 8, 3, 1))[0]
        return Evaluation(
            round=self._round,
            action=action,
            direction_id=action.main_direction_id,
            indicators_total=1,  # below its target
            department_id=self._leads[action.pk],
            status=status,
            planned_work="受付手順を見直し、対象となる手続を増やします。",
            planned_budget=1000,
            results="手順書を改め、対象の手続を増やしました。",
            settlement=900,
            grade=grade,
            outcomes="窓口での待ち時間が短くなりました。",
            problems="利用者への周知が課題です。",
            outlook=self._outlook,
            next_plan="周知を強めます。",
            **self._people(status),
        )

    def _people(self, status: Status) -> dict[str, Any]:
        """The persons and times that go with a state."""
        reached = [Status.SUBMITTED, Status.ENDORSED, Status.ACCEPTED, Status.PUBLISHED]
        steps = reached.index(status) + 1 if status in reached else 0
        given: dict[str, Any] = {}
        for name in ("submitted", "endorsed", "accepted")[:steps]:
            given |= {f"{name}_at": self._moment, f"{name}_by": self._by}
        return given
