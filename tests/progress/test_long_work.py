"""Long work tells how far it is while it is done, and leaves nothing half done when nobody watches any more."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import AuditEntry, Department, User
from progress import long_work
from progress.actions import opening
from progress.actions.opening import Report, open_round
from progress.enums import RoundState
from progress.errors import NotNow
from progress.long_work import Outcome, Task, streamed
from progress.models import Evaluation, Round
from tests.plan.reading import items_of, words
from tests.progress.factories import RoundFactory, action_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def planned(division: Department) -> Round:
    """A round in preparation with three actions."""
    round_ = RoundFactory.create(slug="2016")
    for _ in range(3):
        action_of(round_.program, division)
    return round_


@pytest.fixture
def _one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every row is long work, and every row is reported."""
    monkeypatch.setattr(opening, "BATCH", 1)
    monkeypatch.setattr(long_work, "DIRECTLY_BELOW", 0)


def _text(response: Any) -> str:
    return b"".join(response.streaming_content).decode()


@pytest.fixture
def page_of(client_of: Callable[[User], Client], ict_staff: User) -> Callable[[Task], Any]:
    """The answer to a request of ICT推進課 that carries the task out."""

    def page_of(task: Task) -> Any:
        request = client_of(ict_staff).get("/desk/rounds/").wsgi_request
        return streamed(request, task)

    return page_of


@pytest.mark.usefixtures("_one_by_one")
def test_opening_tells_how_far_it_is_and_how_it_ended(
    client_of: Callable[[User], Client], ict_staff: User, planned: Round
) -> None:
    response = client_of(ict_staff).post("/desk/rounds/2016/open/start/", REMOTE_ADDR="192.0.2.7")
    page = _text(response)
    lines = items_of(page[page.index('class="work-lines"') : page.index("</ul>", page.index('class="work-lines"'))])
    assert lines == ["0 / 3件", "1 / 3件", "2 / 3件", "3 / 3件"]
    assert "『平成28(2016)年度の評価』の照会を始めました。" in words(page)
    assert '<a class="button" href="/desk/rounds/2016/">状況を見る</a>' in page
    assert page.rstrip().endswith("</html>")
    assert (Round.objects.get().state, Evaluation.objects.count()) == (RoundState.OPEN, 3)
    opened = AuditEntry.objects.get(about__startswith="照会")
    assert opened.client == "192.0.2.7"


@pytest.mark.usefixtures("_one_by_one")
def test_who_goes_away_leaves_nothing_half_done(
    page_of: Callable[[Task], Any], ict_staff: User, planned: Round
) -> None:
    def work(report: Report) -> Outcome:
        def slowly(done: int, total: int) -> None:
            report(done, total)
            time.sleep(0.3)

        open_round(round=planned, by=ict_staff, report=slowly)
        return Outcome("済み", "/", "次へ")

    response = page_of(Task("照会を始めています", work, "/desk/rounds/"))
    for part in response.streaming_content:
        if "1 / 3件" in part.decode():
            break
    response.close()
    stored = Round.objects.get()
    assert (stored.state, stored.opened_at, Evaluation.objects.count()) == (RoundState.PLANNED, None, 0)


@pytest.mark.usefixtures("_one_by_one")
def test_a_server_that_stops_asking_has_left_as_well(
    page_of: Callable[[Task], Any], ict_staff: User, planned: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_work, "_ABANDONED_AFTER", 0.2)
    ended: list[bool] = []

    def work(report: Report) -> Outcome:
        def slowly(done: int, total: int) -> None:
            time.sleep(0.3)
            report(done, total)

        try:
            open_round(round=planned, by=ict_staff, report=slowly)
        finally:
            ended.append(True)
        return Outcome("済み", "/", "次へ")

    parts: Iterator[bytes] = iter(page_of(Task("照会を始めています", work, "/desk/rounds/")).streaming_content)
    next(parts), next(parts)
    deadline = time.monotonic() + 10
    while not ended and time.monotonic() < deadline:
        time.sleep(0.05)
    assert (ended, Round.objects.get().state, Evaluation.objects.count()) == ([True], RoundState.PLANNED, 0)


def test_a_blank_line_goes_out_while_nothing_is_reported(
    page_of: Callable[[Task], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_work, "_BLANK_LINE_AFTER", 0.05)

    def work(report: Report) -> Outcome:
        time.sleep(0.3)
        return Outcome("済み", "/", "次へ")

    parts = list(page_of(Task("仕事", work, "/")).streaming_content)
    assert b"\n" in parts


def test_a_refusal_is_told_with_the_way_back(page_of: Callable[[Task], Any]) -> None:
    def work(report: Report) -> Outcome:
        raise NotNow("『平成28(2016)年度の評価』の照会は、すでに始まっています。")

    page = _text(page_of(Task("仕事", work, "/desk/rounds/2016/")))
    assert "照会は、すでに始まっています。" in words(page)
    assert '<a class="button" href="/desk/rounds/2016/">前の画面に戻る</a>' in page


@pytest.mark.parametrize(
    ("is_whole", "kept"), [(True, "何も変わっていません。"), (False, "それまでに済んだ分は、残っています。")]
)
def test_a_fault_is_told_without_its_innards(page_of: Callable[[Task], Any], is_whole: bool, kept: str) -> None:
    def work(report: Report) -> Outcome:
        raise RuntimeError("disk on fire")

    page = _text(page_of(Task("仕事", work, "/", is_whole=is_whole)))
    assert f"途中で誤りが起きたため、中止しました。{kept}" in words(page)
    assert "disk on fire" not in page


def test_the_work_has_a_connection_of_its_own(page_of: Callable[[Task], Any], planned: Round) -> None:
    mine = connection.connection
    theirs: list[Any] = []

    def work(report: Report) -> Outcome:
        Round.objects.count()
        theirs.append(connection.connection)
        return Outcome("済み", "/", "次へ")

    _text(page_of(Task("仕事", work, "/")))
    assert theirs != [mine]
    assert Round.objects.count() == 1
