"""A small published year: three actions of two departments, one of them an exception, with a programme's plans."""

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from accounts.enums import Role
from accounts.models import Department, User
from plan import search
from programs.enums import UpperKind
from programs.models import Action, Program
from progress.actions.corrections import correct_evaluation
from progress.actions.evaluations import Answers
from progress.actions.measures import save_measure_evaluation
from progress.actions.opening import open_round
from progress.actions.publication import publish
from progress.actions.rounds import set_exception
from progress.enums import Status
from progress.models import Correction, Evaluation, Round
from tests.factories import DepartmentFactory, UserFactory
from tests.programs.factories import (
    ActionDirectionFactory,
    ActionFactory,
    ActionOwnerFactory,
    ActionUpperFactory,
    ActionYearFactory,
    IndicatorFactory,
    IndicatorYearFactory,
    MilestoneFactory,
    ProgramFactory,
    UpperItemFactory,
    direction_of,
)
from tests.progress.factories import RoundFactory, bring_to, entry

# Words of each part of the 調書 that stand nowhere else: what must not be read before publication.
DONE, WHY, OUTCOME, PROBLEM, NEXT = "実績の札幌", "理由の仙台", "成果の横浜", "課題の神戸", "改善の福岡"
MEASURE_WORDS, EXCEPTION = "施策評価の広島", "災害の調査の名古屋"
SECRETS = (DONE, WHY, OUTCOME, PROBLEM, NEXT, MEASURE_WORDS, EXCEPTION)
CODES = ("T-0101", "T-0102")
TITLES = {"1-1-001": "公開するデータの拡充", "1-1-002": "会議の録画の公開", "1-2-001": "窓口の予約"}


@dataclass
class Year:
    """What was made, and by whom."""

    round: Round
    program: Program
    staff: User
    departments: tuple[Department, Department]
    actions: dict[str, Action] = field(default_factory=dict)

    def evaluation(self, code: str) -> Evaluation:
        return Evaluation.objects.with_everything().get(round=self.round, action__code=code)

    def correct(self, code: str, reason: str = "集計の誤り", **values: Any) -> Correction:
        evaluation = self.evaluation(code)
        return correct_evaluation(
            evaluation=evaluation,
            answers=Answers(values=values),
            by=self.staff,
            reason=reason,
            expected_version=evaluation.version,
        )


def accepted_year(*, year: int = 2016, program: Program | None = None, grade: str = "2", **fields: Any) -> Year:
    """Everything decided, nothing published. 1-1-001 gets `grade`, 1-1-002 未着手, 1-2-001 is an exception."""
    departments = _departments()
    staff = UserFactory.create(role=Role.ICT_STAFF)
    program = program or ProgramFactory.create(slug="2016", title="試験プログラム", is_sample=True, **fields)
    made = Year(RoundFactory.build(program=program), program, staff, departments)
    made.actions = {action.code: action for action in program.actions.all()} or _actions(program, departments)
    round_ = RoundFactory.create(
        program=program,
        year=year,
        slug=str(year),
        opens_on=datetime.date(year + 1, 4, 17),
        deadline=datetime.date(year + 1, 5, 31),
    )
    made.round = open_round(round=round_, by=staff)
    _answer(made, grade)
    _evaluate_measures(made)
    search.refresh(program)
    return made


def published_year(**fields: Any) -> Year:
    """The same, published."""
    made = accepted_year(**fields)
    publish(round=made.round, by=made.staff)
    made.round.refresh_from_db()
    return made


def _departments() -> tuple[Department, Department]:
    """Made once; a second year has the same ones."""
    found = list(Department.objects.filter(code__in=CODES).order_by("code"))
    if not found:
        bureau = DepartmentFactory.create(is_bureau=True, name="試験局")
        found = [
            DepartmentFactory.create(code=code, name=name, bureau=bureau)
            for code, name in zip(CODES, ("試験公開課", "試験窓口課"), strict=True)
        ]
    return found[0], found[1]


def _actions(program: Program, departments: tuple[Department, ...]) -> dict[str, Action]:
    upper = UpperItemFactory.create(plan=program.plan, kind=UpperKind.BASIC_POLICY, number=1, title="安心のまち")
    made = {}
    for code, title in TITLES.items():
        direction = direction_of(f"{code[:3]}-1", program.plan)
        action = ActionFactory.create(program=program, code=code, title=title, main_direction=direction)
        owner = departments[0 if code.startswith("1-1") else 1]
        ActionOwnerFactory.create(action=action, department=owner)
        ActionUpperFactory.create(action=action, upper=upper)
        for year in program.years:
            plan = ActionYearFactory.create(action=action, year=year, planned_work=f"{title}を{year}年度に進めます。")
            MilestoneFactory.create(action_year=plan, month=9, title="試行の開始")
        made[code] = action
    first = made["1-1-001"]
    ActionDirectionFactory.create(action=first, direction=direction_of("1-2-1", program.plan))
    ActionOwnerFactory.create(action=first, department=departments[1], related=True)
    indicator = IndicatorFactory.create(action=first, name="公開した件数", baseline=Decimal(40), baseline_year=2015)
    for year, target in zip(program.years, (100, 150), strict=False):
        IndicatorYearFactory.create(indicator=indicator, position=year, target=target)
    return made


def _answer(made: Year, grade: str) -> None:
    for evaluation in Evaluation.objects.filter(round=made.round).select_related("action", "department"):
        if evaluation.action.code == "1-2-001":
            set_exception(evaluation=evaluation, by=made.staff, reason=EXCEPTION)
            continue
        liaison = UserFactory.create(role=Role.LIAISON, role__department=evaluation.department)
        manager = UserFactory.create(role=Role.MANAGER, role__department=evaluation.department)
        symbol = grade if evaluation.action.code == "1-1-001" else "未着手"
        bring_to(
            Status.ACCEPTED,
            evaluation,
            liaison=liaison,
            manager=manager,
            staff=made.staff,
            grade_id=entry(made.round, symbol).pk,
            results=f"{DONE}を120件行いました。",
            grade_reason=f"{WHY}が多かったためです。",
            outcomes=f"{OUTCOME}が増えました。",
            problems=f"{PROBLEM}が残りました。",
            next_plan=f"{NEXT}を始めます。",
        )


def _evaluate_measures(made: Year) -> None:
    for evaluation in made.round.measure_evaluations.filter(measure__policy__number=1, measure__number=1):
        save_measure_evaluation(
            evaluation=evaluation,
            values={
                "rating_id": entry(made.round, "B").pk,
                "reason": f"{MEASURE_WORDS}が進んだためです。",
                "results": "公開が進みました。",
                "problems": "",
                "outlook": "",
            },
            by=made.staff,
            expected_version=evaluation.version,
        )
