"""The committee sees what was released to it, and nothing else."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Department, User
from progress import workflow
from progress.actions.evaluations import perform
from progress.actions.publication import publish
from progress.actions.rounds import release_to_committee, set_exception, withdraw_from_committee
from progress.enums import ScaleKind, Status
from progress.models import Evaluation, MeasureEvaluation, Round
from tests.plan.reading import links, main_of, words
from tests.progress.factories import bring_to, entry, opened

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
PAGES = ("/desk/committee/2016/", "/desk/committee/2016/measures/1-1/")


@pytest.fixture
def round_(division: Department, liaison: User, manager: User, ict_staff: User) -> Round:
    """Two 調書 of 施策1-1, one accepted after a 差戻し, one endorsed; not released yet."""
    round_ = opened(division, actions=2, by=ict_staff, slug="2016")
    first, second = round_.evaluations.order_by("action__code")
    bring_to(Status.RETURNED, first, liaison=liaison, manager=manager, staff=ict_staff)
    bring_to(Status.ACCEPTED, first, liaison=liaison, manager=manager, staff=ict_staff)
    bring_to(Status.ENDORSED, second, liaison=liaison, manager=manager, staff=ict_staff)
    MeasureEvaluation.objects.filter(round=round_, measure__policy__number=1, measure__number=1).update(
        reason="施策の理由"
    )
    return round_


@pytest.fixture
def accepted(round_: Round) -> Evaluation:
    return round_.evaluations.get(status=Status.ACCEPTED)


@pytest.fixture
def released(round_: Round, ict_staff: User) -> Round:
    return release_to_committee(round=round_, by=ict_staff)


def test_before_the_release_there_is_nothing(
    client_of: ClientOf, committee_viewer: User, round_: Round, accepted: Evaluation
) -> None:
    client = client_of(committee_viewer)
    assert "会議に公開された資料はありません。" in words(main_of(client.get("/desk/committee/")))
    addresses = (*PAGES, f"/desk/evaluations/{accepted.pk}/")
    assert [client.get(address).status_code for address in addresses] == [404, 404, 404]


def test_what_is_accepted_is_listed_and_nothing_else(
    client_of: ClientOf, committee_viewer: User, released: Round, accepted: Evaluation
) -> None:
    client = client_of(committee_viewer)
    assert "/desk/committee/2016/" in links(main_of(client.get("/desk/committee/")))
    response = client.get("/desk/committee/2016/")
    assert [each.pk for each in response.context["page"]] == [accepted.pk]
    waiting = released.evaluations.get(status=Status.ENDORSED)
    assert waiting.action.title not in response.content.decode()
    measure = client.get("/desk/committee/2016/measures/1-1/")
    page = words(main_of(measure))
    assert "施策の理由" in page
    assert "確認前" not in page
    assert [each.pk for each in measure.context["page"]] == [accepted.pk]
    assert client.get(f"/desk/evaluations/{waiting.pk}/").status_code == 404


def test_the_sums_say_how_many_of_the_actions_they_are_of(
    client_of: ClientOf, committee_viewer: User, released: Round
) -> None:
    client = client_of(committee_viewer)
    said = ["取組2件のうち、確認済みの1件です。" in words(main_of(client.get(address))) for address in PAGES]
    assert said == [True, True]


def test_what_is_not_there_yet_is_said_to_come_and_when(
    client_of: ClientOf, committee_viewer: User, ict_staff: User, released: Round
) -> None:
    client = client_of(committee_viewer)

    def told() -> list[bool]:
        page = words(main_of(client.get(PAGES[0])))
        return [text in page for text in (paper, book, no_rating, some_ratings)]

    paper = "委員会資料（PDF）は、ICT推進課が会議に公開すると、ここで受け取れます。"
    book = "委員会用の表（Excel）は、すべての調書の確認が済むか、この年度を公表すると、ここで受け取れます。"
    no_rating = "施策評価は、まだ決まっていません。ICT推進課が決めると、ここに出ます。"
    some_ratings = "「評価」が「－」の施策は、施策評価がまだ決まっていません。"
    assert told() == [True, True, True, False]

    measures = MeasureEvaluation.objects.filter(round=released)
    rating = entry(released, "B", ScaleKind.MEASURE)
    measures.filter(pk=measures.order_by("pk").values("pk")[:1]).update(rating=rating)
    waiting = released.evaluations.get(status=Status.ENDORSED)
    perform(evaluation=waiting, transition=workflow.ACCEPT, by=ict_staff)
    assert told() == [True, False, False, True]

    measures.update(rating=rating, reason="施策の理由")
    publish(round=released, by=ict_staff)
    assert told() == [False, False, False, False]


def test_the_evaluation_is_read_without_who_returned_what(
    client_of: ClientOf, committee_viewer: User, released: Round, accepted: Evaluation, liaison: User
) -> None:
    page = client_of(committee_viewer).get(f"/desk/evaluations/{accepted.pk}/").content.decode()
    assert "計画どおりに実施しました。" in page
    assert [text in page for text in ("実績の数値を確かめてください。", liaison.name, "経過")] == [False, False, False]
    own = client_of(liaison).get(f"/desk/evaluations/{accepted.pk}/").content.decode()
    assert "実績の数値を確かめてください。" in own


def test_nothing_can_be_sent(
    client_of: ClientOf, committee_viewer: User, released: Round, accepted: Evaluation
) -> None:
    client = client_of(committee_viewer)
    assert [client.post(address).status_code for address in ("/desk/committee/", *PAGES)] == [405, 405, 405]
    before = (accepted.version, accepted.status)
    sent = client.post(f"/desk/evaluations/{accepted.pk}/", {"version": accepted.version, "results": "書き換え"})
    accepted.refresh_from_db()
    assert (sent.status_code, (accepted.version, accepted.status)) == (403, before)


def test_after_the_withdrawal_there_is_nothing_again(
    client_of: ClientOf, committee_viewer: User, ict_staff: User, released: Round, accepted: Evaluation
) -> None:
    withdraw_from_committee(round=released, by=ict_staff)
    client = client_of(committee_viewer)
    addresses = (*PAGES, f"/desk/evaluations/{accepted.pk}/")
    assert [client.get(address).status_code for address in addresses] == [404, 404, 404]


def test_a_sample_says_so(client_of: ClientOf, committee_viewer: User, released: Round) -> None:
    released.program.is_sample = True
    released.program.save()
    client = client_of(committee_viewer)
    pages = [main_of(client.get(address)) for address in ("/desk/committee/", *PAGES)]
    assert ["見本データ" in page for page in pages] == [True, True, True]


def test_what_is_published_without_its_evaluation_is_counted_and_stands_as_undecided(
    client_of: ClientOf, committee_viewer: User, ict_staff: User, released: Round
) -> None:
    client = client_of(committee_viewer)
    client.get(PAGES[0])  # the session is written once
    waiting = released.evaluations.select_related("action").get(status=Status.ENDORSED)
    set_exception(evaluation=waiting, by=ict_staff, reason="決算が確定していないため")
    pages = []
    for address in PAGES:
        with CaptureQueriesContext(connection) as captured:
            pages.append(words(main_of(client.get(address))))
        assert len(captured) <= 12
    assert ["評価が未確定のため公表から除く取組が、1件あります。" in page for page in pages] == [True, True]
    assert f"{waiting.action}試験福祉課未確定決算が確定していないため" in pages[0]
    publish(round=released, by=ict_staff)
    assert "未確定の取組（1件）" in words(main_of(client.get(PAGES[0])))
