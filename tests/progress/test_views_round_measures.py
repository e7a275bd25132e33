"""施策評価: the sums at hand, saving, and two people at once."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Department, User
from programs.models import Indicator
from progress import workflow
from progress.actions.evaluations import perform
from progress.actions.kept_sums import keep_sums
from progress.actions.opening import open_round
from progress.actions.publication import publish
from progress.actions.rounds import release_to_committee
from progress.enums import ScaleKind, Status
from progress.models import Evaluation, MeasureEvaluation, PublishedMeasure, Round
from progress.queries.measure_rollups import sums_by_measure
from progress.rollup import Money
from tests.factories import DepartmentFactory
from tests.plan.reading import main_of, words
from tests.programs.factories import IndicatorFactory, IndicatorYearFactory, direction_of
from tests.progress.factories import RoundFactory, action_of, bring_to, entry, fill_in
from tests.progress.pages import messages_of

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
PAGE = "/desk/rounds/2016/measures/1-1/"


@pytest.fixture
def round_(division: Department, liaison: User, manager: User, ict_staff: User) -> Round:
    """施策1-1: accepted (settlement 700), endorsed (1000), drafted; 施策2-1: one blank 調書."""
    round_ = RoundFactory.create(slug="2016")
    actions = [action_of(round_.program, division, code=f"1-1-00{number}") for number in (1, 2, 3)]
    action_of(round_.program, division, code="2-1-001", main_direction=direction_of("2-1-1"))
    for action, improvement in zip(actions[:2], ("up", "down"), strict=True):
        indicator = IndicatorFactory.create(action=action, improvement=improvement)
        IndicatorYearFactory.create(indicator=indicator, position=2016, target=10)
    open_round(round=round_, by=ict_staff)
    first, second, third = round_.evaluations.filter(action__code__startswith="1-1").order_by("action__code")
    bring_to(Status.ACCEPTED, first, liaison=liaison, manager=manager, staff=ict_staff)
    Evaluation.objects.filter(pk=first.pk).update(settlement=700)
    bring_to(Status.ENDORSED, second, liaison=liaison, manager=manager, staff=ict_staff)
    fill_in(third, liaison, settlement=None)
    return round_


def data(round_: Round, **values: str) -> dict[str, str]:
    rating = entry(round_, "B", ScaleKind.MEASURE)
    return {
        "version": "1",
        "whole": "1",
        "rating_id": str(rating.pk),
        "reason": "指標の半数が目標に達した。",
        "results": "窓口の待ち時間が減った。",
        "problems": "",
        "outlook": "次年度も続ける。",
    } | values


# ── Sums ──────────────────────────────────────────────────────────────────────


def test_decided_and_undecided_are_added_up_apart(round_: Round) -> None:
    sums = sums_by_measure(round_)[direction_of("1-1-1").measure_id]
    assert (sums.decided.total, sums.handed_over.total, sums.waiting.total, sums.total) == (1, 1, 1, 3)
    assert (dict(sums.decided.grades), dict(sums.handed_over.grades)) == ({"3": 1}, {"3": 1})
    assert (sums.decided.settlement, sums.handed_over.settlement, sums.waiting.settlement) == (
        Money(700, 1, 0),
        Money(1000, 1, 0),
        Money(None, 0, 1),
    )
    assert (sums.decided.indicators_reached, sums.decided.indicators_total) == (1, 1)


@pytest.mark.parametrize(
    ("improvement", "actual", "reached"),
    [("up", 10, 1), ("up", 9, 0), ("down", 10, 1), ("down", 11, 0), ("up", None, None)],
)
def test_indicators_are_counted_as_they_are_rated(
    round_: Round, improvement: str, actual: int | None, reached: int | None
) -> None:
    row = round_.evaluations.get(action__code="1-1-001").indicators.get()
    Indicator.objects.filter(pk=row.indicator_id).update(improvement=improvement)
    row.actual = None if actual is None else Decimal(actual)
    row.save()
    keep_sums(round_.evaluations.all())  # what the actions do, which this test goes around
    decided = sums_by_measure(round_)[direction_of("1-1-1").measure_id].decided
    expected = (0, 0) if reached is None else (reached, 1)
    assert (decided.indicators_reached, decided.indicators_total) == expected


def test_what_is_published_is_the_sum_that_was_shown(round_: Round, ict_staff: User) -> None:
    """Decided sums are those of `rollups_by_measure`, once the rest are exceptions."""
    round_.evaluations.exclude(status=Status.ACCEPTED).update(exception_reason="未確定")
    shown = sums_by_measure(round_)[direction_of("1-1-1").measure_id].decided
    publish(round=round_, by=ict_staff)
    published = PublishedMeasure.objects.get(round=round_, measure=direction_of("1-1-1").measure_id)
    rollup = published.data["rollup"]
    assert (rollup["grades"], rollup["settlement"], rollup["indicators_reached"], rollup["indicators_total"]) == (
        dict(shown.grades),
        shown.settlement.amount,
        shown.indicators_reached,
        shown.indicators_total,
    )


def test_of_a_public_round_staff_see_what_is_accepted_beyond_and_what_is_left(
    client_of: ClientOf, ict_staff: User, committee_viewer: User, round_: Round
) -> None:
    client, address = client_of(ict_staff), "/desk/rounds/2016/measures/"
    assert "取組確認済み目標" in words(main_of(client.get(address)))
    round_.evaluations.exclude(status=Status.ACCEPTED).update(exception_reason="未確定")
    release_to_committee(round=round_, by=ict_staff)
    publish(round=round_, by=ict_staff)
    perform(evaluation=round_.evaluations.get(status=Status.ENDORSED), transition=workflow.ACCEPT, by=ict_staff)
    page = words(main_of(client.get(PAGE)))
    assert "項目公表済み" in page
    assert "まだ公表していない調書：確認済み 1件、確認前 1件。" in page
    assert "取組公表済み確認済み（公表前）確認前目標" in words(main_of(client.get(address)))
    row = client.get(address).context["rows"][0].sums
    assert (row.decided.total, row.accepted, row.unfinished) == (1, 1, 1)
    committee = words(main_of(client_of(committee_viewer).get("/desk/committee/2016/measures/1-1/")))
    assert "取組3件のうち、公表済みの1件です。" in committee
    assert [word in committee for word in ("項目公表済み", "まだ公表していない調書", "確認")] == [True, False, False]


def test_the_page_lists_the_actions_of_the_measure_alone(client_of: ClientOf, ict_staff: User, round_: Round) -> None:
    response = client_of(ict_staff).get(PAGE)
    assert [each.action.code for each in response.context["page"]] == ["1-1-001", "1-1-002", "1-1-003"]


def test_pages_take_no_more_queries_for_more(client_of: ClientOf, ict_staff: User, round_: Round) -> None:
    client = client_of(ict_staff)

    def queries() -> list[int]:
        counts = []
        for address in ("/desk/rounds/2016/measures/", PAGE):
            with CaptureQueriesContext(connection) as captured:
                client.get(address)
            counts.append(len(captured))
        return counts

    queries()  # prolongs the session
    once = queries()
    for department in DepartmentFactory.create_batch(30):
        action = action_of(round_.program, department)
        Evaluation.objects.create(
            round=round_, action=action, direction=action.main_direction, department=department, status=Status.DRAFT
        )
    assert (queries(), max(once) <= 12) == (once, True)


# ── Saving ────────────────────────────────────────────────────────────────────


def test_an_evaluation_is_saved_as_far_as_it_is_written(client_of: ClientOf, ict_staff: User, round_: Round) -> None:
    response = client_of(ict_staff).post(PAGE, data(round_, rating_id=""), follow=True)
    stored = MeasureEvaluation.objects.get(round=round_, measure=direction_of("1-1-1").measure_id)
    assert (stored.rating, stored.reason, stored.version, stored.saved_by) == (
        None,
        "指標の半数が目標に達した。",
        2,
        ict_staff,
    )
    assert messages_of(response)[0].endswith("の評価を保存しました。")


def test_a_rating_of_another_kind_cannot_be_chosen(client_of: ClientOf, ict_staff: User, round_: Round) -> None:
    grade = entry(round_, "3")
    response = client_of(ict_staff).post(PAGE, data(round_, rating_id=str(grade.pk)))
    assert response.context["form"].errors == {
        "rating_id": [f"『{grade.pk}』は選べません。表示されている中から選んでください。"]
    }


def test_the_second_of_two_saves_shows_both_and_loses_neither(
    client_of: ClientOf, ict_staff: User, other_staff: User, round_: Round
) -> None:
    client_of(other_staff).post(PAGE, data(round_, reason="同僚の理由", outlook="同僚の見通し"))
    client = client_of(ict_staff)
    response = client.post(PAGE, data(round_, reason="わたしの理由", outlook=""))
    assert response.status_code == 409
    assert [(each.name, each.theirs, each.mine) for each in response.context["differences"]] == [
        ("reason", "同僚の理由", "わたしの理由")
    ]
    stored = MeasureEvaluation.objects.get(round=round_, measure=direction_of("1-1-1").measure_id)
    assert (stored.reason, stored.outlook) == ("同僚の理由", "同僚の見通し")
    client.post(PAGE, {"version": "2", "reason": "わたしの理由", "choice-reason": "both"})
    stored.refresh_from_db()
    assert (stored.reason, stored.outlook, stored.results) == (
        "同僚の理由\nわたしの理由",
        "同僚の見通し",
        "窓口の待ち時間が減った。",
    )
    assert stored.rating == entry(round_, "B", ScaleKind.MEASURE)


def test_the_same_text_sent_again_is_no_conflict(client_of: ClientOf, ict_staff: User, round_: Round) -> None:
    client = client_of(ict_staff)
    client.post(PAGE, data(round_))
    assert client.post(PAGE, data(round_)).status_code == 302


def test_what_is_published_meanwhile_keeps_what_was_typed(client_of: ClientOf, ict_staff: User, round_: Round) -> None:
    round_.evaluations.exclude(status=Status.ACCEPTED).update(exception_reason="未確定")
    publish(round=round_, by=ict_staff)
    response = client_of(ict_staff).post(PAGE, data(round_))
    assert (response.status_code, response.context["closed"]) == (
        409,
        "施策評価を書けるのは、照会中の年度だけです。公表した後は訂正します。",
    )
    assert "指標の半数が目標に達した。" in response.content.decode()
