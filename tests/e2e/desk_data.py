"""A round for the people of the demo, made inside the server's database (`tests.e2e.conftest`).

Every test works on 調書 of its own, named by the code of its action.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.demo import FIRST_DIVISION, SECOND_DIVISION
from accounts.models import Department, User
from programs.enums import Improvement
from programs.models import Action, Program
from progress import workflow
from progress.actions.evaluations import Answers, perform, save_evaluation
from progress.actions.handing_over import hand_over
from progress.actions.opening import open_round
from progress.actions.publication import publish
from progress.actions.replanning import replan
from progress.business_days import add_business_days
from progress.enums import EvaluationField, Status
from progress.models import Evaluation
from tests import admin_addresses as admin_addresses_table
from tests.programs.factories import (
    ActionYearFactory,
    IndicatorFactory,
    IndicatorYearFactory,
    MilestoneFactory,
    ProgramFactory,
)
from tests.progress import admin_data
from tests.progress.factories import RoundFactory, action_of, bring_to, given_to

LIAISON_CODES = [f"1-1-{number:03}" for number in range(101, 121)]
SUBMITTED_CODES = [f"1-2-{number:03}" for number in range(101, 105)]
RETURNED_CODE = "1-2-201"
OTHER_CODE = "2-1-101"

RESULTS = (
    "窓口での聞き取りをもとに手続の流れを見直し、9月から3か所の区役所で試行しました。"
    "試行では、申請書の記入にかかる時間が平均で12分から7分になりました。"
)


def make() -> dict[str, int]:
    """{code of the action: id of its 調書 in the open round}."""
    people = {user.staff_number: user for user in User.objects.all()}
    chain = {"liaison": people["D0001"], "manager": people["D0003"], "staff": people["D0004"]}
    first = Department.objects.get(code=FIRST_DIVISION)
    second = Department.objects.get(code=SECOND_DIVISION)
    program = ProgramFactory.create(slug="desk", title="試験用プログラム", is_sample=True)
    actions = [
        _action(program, first, code, number)
        for number, code in enumerate([*LIAISON_CODES, *SUBMITTED_CODES, RETURNED_CODE])
    ]
    before = RoundFactory.create(program=program, year=2016, slug="desk-2016")
    open_round(round=before, by=chain["staff"])
    for evaluation in Evaluation.objects.filter(round=before):
        bring_to(Status.ACCEPTED, evaluation, **chain)
    publish(round=before, by=chain["staff"])
    _action(program, second, OTHER_CODE, len(actions))
    deadline = add_business_days(timezone.localdate(), 5)
    now = RoundFactory.create(program=program, year=2017, slug="desk-2017", deadline=deadline)
    open_round(round=now, by=chain["staff"])
    rows = list(Evaluation.objects.filter(round=now).select_related("action"))
    _submit([row for row in rows if row.action.code in SUBMITTED_CODES], chain)
    _return([row for row in rows if row.action.code == RETURNED_CODE], chain)
    return {row.action.code: row.pk for row in rows}


def give_away(key: int) -> str:
    """The 調書 with this id goes to the second 課: its name."""
    evaluation, second = Evaluation.objects.get(pk=key), Department.objects.get(code=SECOND_DIVISION)
    given_to(evaluation.action, second)
    hand_over(round=evaluation.round, keys=[key], by=User.objects.get(staff_number="D0004"))
    return second.name


def plan_anew(key: int) -> None:
    """The plan of the 調書 with this id is changed in the programme, and copied into it anew."""
    evaluation = Evaluation.objects.select_related("round").get(pk=key)
    plan = evaluation.action.years.get(year=evaluation.round.year)
    plan.planned_work = "改めた計画です。"
    plan.save()
    replan(evaluation=evaluation, by=User.objects.get(staff_number="D0004"))


def admin_addresses() -> dict[str, str]:
    """{name: address} of every page of the admin that is for somebody, each of a row that is there."""
    admin_data.add_to_demo()
    return {name: admin_data.address_of(name) for name in admin_addresses_table.SHOWN}


def make_late() -> None:
    """A published 調書 of `desk-2016` is one that was accepted later, to be made public yet."""
    late = Evaluation.objects.filter(round__slug="desk-2016").earliest("pk")
    Evaluation.objects.filter(pk=late.pk).update(status=Status.ACCEPTED)


def make_year(slug: str = "year", codes: tuple[str, str] = ("1-1-501", "1-1-502")) -> list[str]:
    """A programme of two actions of the liaison's 課 with no round yet: their codes."""
    program = ProgramFactory.create(slug=slug, title=f"一年を通す試験用プログラム（{slug}）", is_sample=True)
    division = Department.objects.get(code=FIRST_DIVISION)
    return [_action(program, division, code, number).code for number, code in enumerate(codes)]


def make_one() -> int:
    """An open round: id of its first 調書, which is blank."""
    return _opened("kill")[0].pk


def make_at(status: str, slug: str) -> list[int]:
    """An open round (`slug`-2016) with two 調書 at `status`: their ids."""
    people = {user.staff_number: user for user in User.objects.all()}
    rows = _opened(slug)
    for row in rows:
        bring_to(Status(status), row, liaison=people["D0001"], manager=people["D0003"], staff=people["D0004"])
    return [row.pk for row in rows]


def make_last_year() -> None:
    """The round `last-2017` of a programme's last year, its two 調書 accepted; the next programme is not made."""
    people = {user.staff_number: user for user in User.objects.all()}
    make_year("last", ("1-1-701", "1-1-702"))
    round_ = RoundFactory.create(program=Program.objects.get(slug="last"), year=2017, slug="last-2017")
    open_round(round=round_, by=people["D0004"])
    for row in Evaluation.objects.filter(round=round_):
        bring_to(Status.ACCEPTED, row, liaison=people["D0001"], manager=people["D0003"], staff=people["D0004"])


def _opened(slug: str) -> list[Evaluation]:
    """The 調書, all blank, of a round opened for a programme of its own."""
    make_year(slug, ("1-1-601", "1-1-602"))
    round_ = RoundFactory.create(program=Program.objects.get(slug=slug), year=2016, slug=f"{slug}-2016")
    open_round(round=round_, by=User.objects.get(staff_number="D0004"))
    return list(Evaluation.objects.filter(round=round_).order_by("action__code"))


def stored(pk: int) -> dict[str, Any]:
    """What the database has of one 調書: its texts, numbers, version, and the versions of its events and history."""
    found = Evaluation.objects.with_everything().get(pk=pk)
    return {
        "texts": [found.results, found.outcomes, found.problems, found.next_plan],
        "actuals": [None if row.actual is None else int(row.actual) for row in found.indicators.all()],
        "version": found.version,
        "events": list(
            found.events.filter(transition=workflow.SAVE.name).order_by("pk").values_list("version", flat=True)
        ),
        "history": sorted(set(found.history.values_list("version", flat=True))),
    }


def _action(program: Program, department: Department, code: str, number: int) -> Action:
    titles = ["区役所窓口の手続の見直し", "オープンデータの公開の拡大", "防災情報の配信の多重化", "市民向け講座の開催"]
    action = action_of(program, department, code=code, title=f"{titles[number % len(titles)]}（その{number + 1}）")
    plan_of_2016 = action.years.get(year=2016)
    plan_of_2017 = ActionYearFactory.create(
        action=action,
        year=2017,
        planned_work="試行の結果をもとに、すべての区役所に広げます。\n手引を改めます。",
        budget=12000,
    )
    for plan in (plan_of_2016, plan_of_2017):
        MilestoneFactory.create(action_year=plan, month=9, title="試行を始める")
        MilestoneFactory.create(action_year=plan, month=3, title="結果をまとめる", position=2)
    more = IndicatorFactory.create(action=action, name="利用した件数", unit="件")
    less = IndicatorFactory.create(action=action, name="待ち時間", unit="分", improvement=Improvement.DOWN, position=2)
    for year, (up, down) in {2016: (1000, 15), 2017: (1200, 12)}.items():
        IndicatorYearFactory.create(indicator=more, position=year, target=Decimal(up))
        IndicatorYearFactory.create(indicator=less, position=year, target=Decimal(down))
    return action


def _submit(evaluations: Iterable[Evaluation], chain: dict[str, User]) -> None:
    for evaluation in evaluations:
        save_evaluation(
            evaluation=evaluation, answers=Answers(values={"results": RESULTS}), by=chain["liaison"], expected_version=1
        )
        bring_to(Status.SUBMITTED, evaluation, **chain)


def _return(evaluations: Iterable[Evaluation], chain: dict[str, User]) -> None:
    _submit(evaluations, chain)
    for evaluation in evaluations:
        perform(
            evaluation=evaluation,
            transition=workflow.RETURN_BY_MANAGER,
            by=chain["manager"],
            comment="実績の件数が、指標の実績値と合いません。\nどちらが正しいかを確かめて、直してください。",
            fields=[EvaluationField.RESULTS, EvaluationField.INDICATORS],
        )
