"""A set moment of 公表 that has gone by while `publish_due` did not run: said wherever the moment is shown."""

import datetime
from collections.abc import Callable

import pytest
import time_machine
from django.test import Client

from accounts.models import Department, User
from progress.actions.evaluations import perform
from progress.actions.publication import publish, schedule
from progress.enums import Status
from progress.models import Round
from progress.workflow import RETURN_BY_STAFF
from tests.plan.reading import main_of, part, words
from tests.progress.factories import bring_to, opened

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
LIST, PAGE = "/desk/rounds/", "/desk/rounds/2016/publish/"
MOMENT = datetime.datetime(2026, 11, 27, 15, 44, tzinfo=datetime.UTC)
NOT_YET, GONE_BY = (
    "に公表する予定です。",
    "予定の時刻（2026年11月28日（土）00:44）を過ぎましたが、まだ公表されていません。",
)
ON_THE_LIST = "公表の予定の時刻を過ぎましたが、まだ公表されていません。"


@pytest.fixture
def planned(division: Department, liaison: User, manager: User, ict_staff: User) -> Round:
    """Ready, and to be published in the minute of 00:44 in Japan."""
    round_ = opened(division, actions=1, by=ict_staff, slug="2016")
    bring_to(Status.ACCEPTED, round_.evaluations.get(), liaison=liaison, manager=manager, staff=ict_staff)
    with time_machine.travel(MOMENT - datetime.timedelta(hours=1), tick=False):
        return schedule(round=round_, by=ict_staff, publish_at=MOMENT)


def _read(client: Client, seconds: int) -> tuple[str, str]:
    """The section of the page of 公表, and the list, so many seconds after the moment."""
    with time_machine.travel(MOMENT + datetime.timedelta(seconds=seconds), tick=False):
        return words(part(main_of(client.get(PAGE)), "planned")), words(main_of(client.get(LIST)))


def test_once_the_minute_is_over_the_pages_say_so_and_what_to_do(
    client_of: ClientOf, ict_staff: User, planned: Round
) -> None:
    client = client_of(ict_staff)
    page, listed = _read(client, 59)
    assert (NOT_YET in page, GONE_BY in page, ON_THE_LIST in listed) == (True, False, False)
    page, listed = _read(client, 60)
    assert (NOT_YET in page, GONE_BY in page, ON_THE_LIST in listed) == (False, True, True)
    assert "下の「今すぐ公表する」を押すと、すぐに公表します。" in page
    assert "manage.py publish_due" in page


def test_what_stands_in_the_way_is_said_as_well(client_of: ClientOf, ict_staff: User, planned: Round) -> None:
    perform(
        evaluation=planned.evaluations.get(), transition=RETURN_BY_STAFF, by=ict_staff, comment="見直してください。"
    )
    page, listed = _read(client_of(ict_staff), 3600)
    assert (GONE_BY in page, "今のままでは公表できません。" in page, "今すぐ公表する" in page) == (True, True, False)
    assert "未確認の調書が1件あり、このままでは公表できません。" in listed


def test_what_was_published_is_not_overdue(client_of: ClientOf, ict_staff: User, planned: Round) -> None:
    publish(round=planned, by=ict_staff)
    stored = Round.objects.get()
    assert (stored.publish_at, stored.is_overdue) == (MOMENT, False)
    assert ON_THE_LIST not in main_of(client_of(ict_staff).get(LIST))
