"""Who may take the workbooks of a round away, and where pages offer them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.enums import AuditKind
from accounts.models import AuditEntry, Department, User
from programs.models import Action
from progress.actions.publication import publish
from progress.actions.rounds import release_to_committee
from progress.enums import Status
from progress.models import Evaluation, PublishedEvaluation, Round
from tests.plan.enlarging import copies
from tests.plan.reading import links, main_of, words
from tests.progress.books import committee, opened
from tests.progress.books import rows as rows_of
from tests.progress.factories import bring_to
from tests.progress.factories import opened as opened_round
from tests.progress.published import accepted_year, published_year

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | AnonymousUser], Client]
BOOKS = ("committee.xlsx", "data.xlsx")


def test_staff_take_a_draft_away_and_it_is_on_record(client_of: ClientOf, ict_staff: User) -> None:
    made = accepted_year()
    client = client_of(ict_staff)
    for page in ("/desk/rounds/2016/", "/desk/rounds/2016/publish/"):
        text = words(main_of(client.get(page)))
        assert "委員会用の表（Excel、取組3件）" in text
        assert "機械判読に適したデータ（Excel、取組3件）" in text
    responses = [client.get(f"/desk/rounds/2016/{book}") for book in BOOKS]
    assert [len(opened(response.content).sheetnames) for response in responses] == [7, 6]
    assert responses[0].headers["Cache-Control"].startswith("max-age=0")
    address = opened(responses[0].content)["総括"]["A4"].value
    assert address.endswith("http://testserver/desk/rounds/2016/")
    entries = AuditEntry.objects.filter(kind=AuditKind.EXPORTED).order_by("number")
    assert [(entry.about, entry.person) for entry in entries] == [
        (f"{made.round}の委員会用の表（取組の評価_2016_案_見本データ.xlsx）", ict_staff),
        (f"{made.round}の機械判読用のデータ（draft-progress-2016-data.xlsx）", ict_staff),
    ]


def test_the_public_gets_the_data_once_they_are_published(client: Client) -> None:
    made = accepted_year()
    assert client.get("/progress/2016/data.xlsx").status_code == 404
    publish(round=made.round, by=made.staff)
    assert "この年度のデータ" in (page := words(main_of(client.get("/progress/2016/"))))
    assert "機械判読に適したデータ（Excel、取組3件）" in page
    assert "平成28(2016)年度 機械判読に適したデータ（Excel、取組3件）" in words(main_of(client.get("/data/")))
    first = rows_of(opened(client.get("/progress/2016/data.xlsx").content)["取組の結果の一覧"], 2)[0]
    assert (first["決算額"], first["版"]) == (1000, 1)
    made.correct("1-1-001", settlement=1234)
    corrected = rows_of(opened(client.get("/progress/2016/data.xlsx").content)["取組の結果の一覧"], 2)[0]
    assert (corrected["決算額"], corrected["版"]) == (1234, 2)


def test_the_committee_gets_its_workbook_when_all_in_it_is_for_it(
    client_of: ClientOf,
    committee_viewer: User,
    division: Department,
    liaison: User,
    manager: User,
    ict_staff: User,
    citizen: AnonymousUser,
) -> None:
    round_ = opened_round(division, actions=2, by=ict_staff, slug="2016")
    first, second = round_.evaluations.order_by("action__code")
    bring_to(Status.ACCEPTED, first, liaison=liaison, manager=manager, staff=ict_staff)
    release_to_committee(round=round_, by=ict_staff)
    client = client_of(committee_viewer)
    assert client.get("/desk/committee/2016/committee.xlsx").status_code == 404
    page = main_of(client.get("/desk/committee/2016/"))
    assert "/desk/committee/2016/committee.xlsx" not in links(page)
    assert "委員会用の表（Excel）は、すべての調書の確認が済むか、この年度を公表すると、ここで受け取れます。" in words(
        page
    )
    bring_to(Status.ACCEPTED, second, liaison=liaison, manager=manager, staff=ict_staff)
    page = main_of(client.get("/desk/committee/2016/"))
    assert "/desk/committee/2016/committee.xlsx" in links(page)
    assert "委員会用の表（Excel、取組2件）" in words(page)
    content = client.get("/desk/committee/2016/committee.xlsx").content
    assert rows_of(opened(content)["取組一覧"]) == rows_of(opened(committee(round_))["取組一覧"])
    others = [client_of(person).get("/desk/committee/2016/committee.xlsx") for person in (liaison, manager, citizen)]
    assert [response.status_code for response in others] == [403, 403, 302]


@pytest.mark.parametrize("is_published", [False, True])
def test_the_number_of_queries_does_not_grow(client_of: ClientOf, ict_staff: User, is_published: bool) -> None:
    made = published_year() if is_published else accepted_year()
    client = client_of(ict_staff)
    client.get("/accounts/me/")
    once = _queries(client)
    _double(made.round)
    assert _queries(client) == once
    assert max(once) <= 20


def _queries(client: Client) -> list[int]:
    counts = []
    for book in BOOKS:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/desk/rounds/2016/{book}").status_code == 200
        counts.append(len(queries))
    return counts


def _double(round_: Round) -> None:
    """Every action of the round once more, with its 調書 and what is published of it."""

    def twin(row: Any, copy: int) -> int:
        return twins[f"{row.action.code}-{copy}"]

    copies(Action.objects.filter(program=round_.program), 2, code=lambda row, copy: f"{row.code}-{copy}")
    twins = {action.code: action.pk for action in Action.objects.all()}
    copies(Evaluation.objects.filter(round=round_).select_related("action"), 2, action_id=twin)
    evaluations = {row.action_id: row.pk for row in Evaluation.objects.all()}
    copies(
        PublishedEvaluation.objects.select_related("action"),
        2,
        action_id=twin,
        evaluation_id=lambda row, copy: evaluations[twin(row, copy)],
    )
