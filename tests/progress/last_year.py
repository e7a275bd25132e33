"""The round of a programme's last year, brought as far as a test needs it."""

from collections.abc import Iterable
from typing import Any

from accounts.models import Department, User
from programs.actions.succession import Succession, start_next_program
from programs.models import Action, ActionYear, Program
from progress.actions.evaluations import Answers, perform, save_evaluation
from progress.actions.opening import open_round
from progress.enums import Status
from progress.models import Evaluation, EvaluationIndicator, NextYearProposal, Round
from progress.queries.next_year import proposals_of
from progress.workflow import ACCEPT, ENDORSE, RETURN_BY_STAFF, SUBMIT
from tests.programs.factories import IndicatorFactory, IndicatorYearFactory
from tests.progress.factories import RoundFactory, action_of, bring_to, entry


class LastYear:
    """The round of a programme's last year (2017), its 調書, and what is proposed."""

    def __init__(self, division: Department, liaison: User, manager: User, staff: User, *, year: int = 2017) -> None:
        self.round = RoundFactory.create(year=year, slug="last")
        self._division = division
        self._people = {"liaison": liaison, "manager": manager, "staff": staff}

    @property
    def program(self) -> Program:
        return self.round.program

    def action(self, code: str, *, target: int | None = None) -> Action:
        action = action_of(self.program, self._division, code=code)
        if target is not None:
            indicator = IndicatorFactory.create(action=action, name="窓口の数", unit="か所")
            IndicatorYearFactory.create(indicator=indicator, position=2017, target=target)
        return action

    def open(self) -> Round:
        return open_round(round=self.round, by=self._people["staff"])

    def accept(self, action: Action, *, next_target: int | None = None, **values: Any) -> NextYearProposal:
        evaluation = self.round.evaluations.get(action=action)
        if next_target is not None:
            evaluation.indicators.update(next_target=next_target)
        bring_to(Status.ACCEPTED, evaluation, **self._people, **values)
        return proposals_of(self.round).get(evaluation=evaluation)

    def accept_again(self, evaluation: Evaluation, **values: object) -> NextYearProposal:
        liaison, manager, staff = (self._people[name] for name in ("liaison", "manager", "staff"))
        perform(evaluation=evaluation, transition=RETURN_BY_STAFF, by=staff, comment="見直してください。")
        stored = Evaluation.objects.get(pk=evaluation.pk)
        save_evaluation(evaluation=stored, answers=Answers(values=values), by=liaison, expected_version=stored.version)
        for transition, by in ((SUBMIT, liaison), (ENDORSE, manager), (ACCEPT, staff)):
            perform(evaluation=stored, transition=transition, by=by)
        return proposals_of(self.round).get(evaluation=evaluation)

    def succeed(self, codes: dict[Action, list[str]]) -> Program:
        return start_next_program(
            program=self.program,
            slug="next",
            title="次のプログラム",
            end_year=2019,
            succession=Succession({action.pk: names for action, names in codes.items()}),
            by=self._people["staff"],
        )


def indicators_of(round_: Round) -> Iterable[EvaluationIndicator]:
    return EvaluationIndicator.objects.filter(evaluation__round=round_).select_related("evaluation__action")


def plan_of(program: Program, code: str) -> ActionYear:
    return ActionYear.objects.get(action__program=program, action__code=code, year=2018)


def ending(last: LastYear) -> dict[str, Any]:
    return {"outlook_id": entry(last.round, "Ⅵ").pk, "outlook_reason": "目的を達したため", "next_plan": ""}
