"""Test data of the round. Every state is reached through the actions, by people who may."""

import datetime
from decimal import Decimal
from typing import Any

import factory

from accounts.enums import Role
from accounts.models import Department, User
from programs.enums import OwnerKind
from programs.models import Action, ActionOwner, Program
from progress import workflow
from progress.actions.evaluations import Answers, perform, save_evaluation
from progress.actions.opening import ensure_default_scale, open_round
from progress.actions.publication import publish
from progress.actions.rounds import set_exception
from progress.enums import Reached, ScaleKind, Status
from progress.models import Evaluation, Round, ScaleEntry
from tests.factories import UserFactory
from tests.programs.factories import ActionFactory, ActionOwnerFactory, ActionYearFactory, ProgramFactory

OPENS_ON = datetime.date(2017, 4, 17)
DEADLINE = datetime.date(2017, 5, 31)
CHANGED_ON = datetime.date(2017, 5, 1)


class RoundFactory(factory.django.DjangoModelFactory[Round]):
    """The round of 2016 of a programme, not opened yet; `open_with` opens one with actions."""

    class Meta:
        model = Round

    program = factory.SubFactory(ProgramFactory)
    year = 2016
    slug = factory.Sequence(lambda n: f"2016-test-{n}")
    opens_on = OPENS_ON
    deadline = DEADLINE
    scale = factory.LazyFunction(ensure_default_scale)


def entry(round_: Round, symbol: str, kind: ScaleKind | None = None) -> ScaleEntry:
    """The step of the round's scale with that symbol."""
    entries = round_.scale.entries.filter(symbol=symbol)
    return entries.get(kind=kind) if kind else entries.get()


def action_of(program: Program, department: Department, **fields: Any) -> Action:
    """An action led by the department in the years of the programme, planned for its first year."""
    action = ActionFactory.create(program=program, **fields)
    action.owners.all().delete()
    ActionOwnerFactory.create(
        action=action, department=department, kind=OwnerKind.LEAD, valid_from=datetime.date(2016, 4, 1)
    )
    if not action.years.filter(year=program.start_year).exists():
        ActionYearFactory.create(action=action, year=program.start_year)
    return action


def given_to(action: Action, department: Department, *, on: datetime.date = CHANGED_ON) -> None:
    """Another 課 leads the action from that day on, as staff say it in the admin: one row ends, another begins."""
    for owner in ActionOwner.objects.filter(action=action, valid_to=None):
        owner.valid_to = on - datetime.timedelta(days=1)
        owner.save()
    ActionOwnerFactory.create(action=action, department=department, valid_from=on)


def opened(*departments: Department, actions: int = 1, by: User | None = None, **fields: Any) -> Round:
    """An open round with `actions` blank 調書 for each department."""
    round_ = RoundFactory.create(**fields)
    for department in departments:
        for _ in range(actions):
            action_of(round_.program, department)
    return open_round(round=round_, by=by or UserFactory.create(role=Role.ICT_STAFF))


def complete_answers(evaluation: Evaluation, **values: Any) -> Answers:
    """Everything that is required, with a grade that agrees with the numbers; `values` replace some."""
    return Answers(
        values={
            "results": "計画どおりに実施しました。",
            "settlement": 1000,
            "grade_id": entry(evaluation.round, "3").pk,
            "outcomes": "手続の時間が短くなりました。",
            "problems": "特になし",
            "outlook_id": entry(evaluation.round, "Ⅱ").pk,
            "next_plan": "対象を広げて実施します。",
            **values,
        },
        indicators={
            row.pk: {"actual": row.target if row.target is not None else Decimal(1)}
            for row in evaluation.indicators.all()
        },
        milestones={row.pk: {"reached": Reached.YES} for row in evaluation.milestones.all()},
    )


def fill_in(evaluation: Evaluation, by: User, **values: Any) -> Evaluation:
    """The 調書 filled in completely by its liaison."""
    return save_evaluation(
        evaluation=evaluation,
        answers=complete_answers(evaluation, **values),
        by=by,
        expected_version=Evaluation.objects.get(pk=evaluation.pk).version,
    )


_WAY = {
    Status.DRAFT: (),
    Status.SUBMITTED: (workflow.SUBMIT,),
    Status.ENDORSED: (workflow.SUBMIT, workflow.ENDORSE),
    Status.ACCEPTED: (workflow.SUBMIT, workflow.ENDORSE, workflow.ACCEPT),
    Status.RETURNED: (workflow.SUBMIT, workflow.RETURN_BY_MANAGER),
}


def bring_to(
    status: Status, evaluation: Evaluation, *, liaison: User, manager: User, staff: User, **values: Any
) -> Evaluation:
    """The filled-in 調書 moved along the chain to `status` (not 公表済み: publish the round)."""
    fill_in(evaluation, liaison, **values)
    people = {
        workflow.SUBMIT: liaison,
        workflow.ENDORSE: manager,
        workflow.RETURN_BY_MANAGER: manager,
        workflow.ACCEPT: staff,
    }
    for transition in _WAY[status]:
        comment = "実績の数値を確かめてください。" if transition.needs_reason else ""
        perform(evaluation=evaluation, transition=transition, by=people[transition], comment=comment)
    return Evaluation.objects.with_everything().get(pk=evaluation.pk)


def department_of(person: User) -> Department:
    """The 課 of a liaison or manager."""
    department = person.memberships.get().department
    assert department is not None
    return department


def published_with_an_exception(division: Department, *, liaison: User, manager: User, staff: User) -> Round:
    """The published round `2016` of two 調書: the first whole, the second as an exception."""
    round_ = opened(division, actions=2, by=staff, slug="2016")
    first, second = round_.evaluations.order_by("action__code")
    bring_to(Status.ACCEPTED, first, liaison=liaison, manager=manager, staff=staff)
    set_exception(evaluation=second, by=staff, reason="決算が確定していないため")
    publish(round=round_, by=staff)
    return Round.objects.get(pk=round_.pk)
