"""The desk and the page of a 調書 ask the database the same number of questions, however much there is."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Department, User
from progress.actions.opening import open_round
from progress.actions.rounds import release_to_committee
from progress.enums import Status
from progress.models import Evaluation
from tests.programs.factories import IndicatorFactory, IndicatorYearFactory, MilestoneFactory
from tests.progress.factories import RoundFactory, action_of, bring_to

pytestmark = pytest.mark.django_db

MOST_QUERIES = 12
ClientOf = Callable[[object], Client]


@pytest.fixture
def rounds_of(division: Department, liaison: User, manager: User, ict_staff: User) -> Callable[[int], None]:
    """Opens a round with so many 調書 in every state, each with indicators and milestones; the committee reads it."""

    def rounds_of(count: int) -> None:
        round_ = RoundFactory.create()
        for _ in range(count * 4):
            action = action_of(round_.program, division)
            MilestoneFactory.create(action_year=action.years.get())
            IndicatorYearFactory.create(indicator=IndicatorFactory.create(action=action))
        open_round(round=round_, by=ict_staff)
        states = (Status.DRAFT, Status.SUBMITTED, Status.ENDORSED, Status.ACCEPTED)
        for number, evaluation in enumerate(round_.evaluations.all()):
            bring_to(states[number % 4], evaluation, liaison=liaison, manager=manager, staff=ict_staff)
        release_to_committee(round=round_, by=ict_staff)

    return rounds_of


def queries(client: Client, address: str) -> list[str]:
    client.get("/accounts/me/")  # the first request of a session stores when it was renewed
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in asked]


@pytest.mark.parametrize("persona", ["liaison", "manager", "ict_staff", "committee_viewer"])
@pytest.mark.parametrize("query", ["", "?which=waiting&sort=due&round=all", "?q=試験&state=draft"])
def test_the_desk(
    persona: str, query: str, rounds_of: Callable[[int], None], request: pytest.FixtureRequest, client_of: ClientOf
) -> None:
    client = client_of(request.getfixturevalue(persona))
    rounds_of(1)
    few = queries(client, f"/desk/{query}")
    rounds_of(12)
    many = queries(client, f"/desk/{query}")
    assert (len(few), len(many) <= MOST_QUERIES) == (len(many), True), "\n".join(many)


@pytest.mark.parametrize("status", [Status.DRAFT, Status.RETURNED, Status.SUBMITTED, Status.ACCEPTED])
@pytest.mark.parametrize("persona", ["liaison", "manager", "ict_staff"])
def test_the_page_of_one(
    status: Status,
    persona: str,
    evaluation: Evaluation,
    brought_to: Callable[[Status, Evaluation], Evaluation],
    request: pytest.FixtureRequest,
    client_of: ClientOf,
) -> None:
    client = client_of(request.getfixturevalue(persona))
    brought_to(status, evaluation)
    address = f"/desk/evaluations/{evaluation.pk}/"
    few = queries(client, address)
    for position in range(20):
        indicator = IndicatorFactory.create(action=evaluation.action)
        evaluation.indicators.create(indicator=indicator, position=position)
        evaluation.milestones.create(title=f"節目{position}", position=position)
    many = queries(client, address)
    assert (len(few), len(many) <= MOST_QUERIES) == (len(many), True), "\n".join(many)
