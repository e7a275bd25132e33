"""What was planned at first and where the plan came from: beside the form of a 調書, and on what is published of it."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from plan.actions import bump_content_version, revise
from programs.models import ActionYear, IndicatorYear
from progress.actions.proposals import confirm
from progress.actions.publication import publish
from progress.enums import RoundState
from progress.models import Evaluation, NextYearProposal, PublishedEvaluation
from progress.queries.evaluation_page import plan_story
from progress.queries.snapshot_rows import snapshot_rows
from progress.snapshots import evaluation_data
from tests.plan.reading import links, main_of, part, words
from tests.programs.factories import MilestoneFactory
from tests.progress.desk_pages import address
from tests.progress.published import Year, accepted_year, published_year
from tests.progress.test_desk_queries import MOST_QUERIES, queries

pytestmark = pytest.mark.django_db
ClientOf = Callable[[object], Client]
RESULT = "/progress/2017/actions/1-1-001/"


@pytest.fixture
def before() -> Year:
    """The published year 2016, whose 1-1-001 became the plan of 2017."""
    year = published_year()
    confirm(proposal=NextYearProposal.objects.get(evaluation__action__code="1-1-001"), by=year.staff)
    return year


def _plan(year: Year) -> ActionYear:
    return ActionYear.objects.get(action=year.actions["1-1-001"], year=2017)


def _change(year: Year, reason: str, **values: Any) -> None:
    plan = _plan(year)
    for name, value in values.items():
        setattr(plan, name, value)
    revise(root=plan, by=year.staff, reason=reason, expected_version=plan.version)


def change_everything(year: Year) -> None:
    _change(year, "全区に広げるため", planned_work="全区で進めます。")
    _change(year, "補正予算のため", budget=2500)
    plan = _plan(year)
    milestone = MilestoneFactory.build(action_year=plan, position=2, month=1, title="本格実施")
    revise(root=plan, by=year.staff, reason="準備が早まったため", expected_version=plan.version, rows=[milestone])
    value = IndicatorYear.objects.get(indicator__action=plan.action, position=2017)
    value.target = Decimal(200)
    root = value.indicator
    revise(root=root, by=year.staff, reason="申込みが多いため", expected_version=root.version, rows=[value])


def _originals(page: str) -> dict[str, str]:
    """Label → what is said of it."""
    rows = re.findall(r"<dt>([^<]*当初の[^<]*)</dt>\s*<dd>(.*?)</dd>", page, re.DOTALL)
    return {words(label): words(text) for label, text in rows}


def _expected() -> dict[str, str]:
    today = f"（{timezone.localdate():%Y年%-m月%-d日}）"
    return {
        "当初の計画": f"公開するデータの拡充を2017年度に進めます。変更の理由：全区に広げるため{today}",
        "当初の予算額": f"1,000千円変更の理由：補正予算のため{today}",
        "当初のマイルストーン": f"9月 試行の開始変更の理由：準備が早まったため{today}",
        "指標「公開した件数」の当初の目標値": f"150件変更の理由：申込みが多いため{today}",
    }


# ── The form ──────────────────────────────────────────────────────────────────


def test_the_form_shows_what_was_planned_at_first_and_why_it_was_changed(before: Year, client_of: ClientOf) -> None:
    change_everything(before)
    year = accepted_year(year=2017, program=before.program)
    _change(before, "年度の途中の変更", planned_work="後から変えた計画です。")
    page = main_of(client_of(year.staff).get(address(year.evaluation("1-1-001"))))
    assert _originals(page) == _expected()


def test_a_plan_that_was_not_changed_has_no_original_beside_it(client_of: ClientOf) -> None:
    year = published_year()
    page = main_of(client_of(year.staff).get(address(year.evaluation("1-1-001"))))
    assert _originals(page) == {}
    assert "この計画は、プログラムの年度別計画の写しです。" in words(page)
    assert "/programs/2016/actions/1-1-001/" in links(page)


@pytest.mark.parametrize("is_changed", [False, True])
def test_the_form_leads_to_the_whole_evaluation_that_the_plan_came_from(
    before: Year, client_of: ClientOf, is_changed: bool
) -> None:
    if is_changed:
        _change(before, "補正予算のため", budget=2500)
    year = accepted_year(year=2017, program=before.program)
    page = main_of(client_of(year.staff).get(address(year.evaluation("1-1-001"))))
    end = "をもとに作りました。評価のときに書いた次年度の計画とは、異なるところがあります。"
    assert f"この計画は、平成28(2016)年度の評価（調書の全体）{end if is_changed else 'から作りました。'}" in words(page)
    assert address(before.evaluation("1-1-001")) in links(page)


def test_who_may_not_see_the_evaluation_of_before_is_led_to_what_is_published(
    before: Year, liaison: User, client_of: ClientOf
) -> None:
    year = accepted_year(year=2017, program=before.program)
    Evaluation.objects.filter(pk=year.evaluation("1-1-001").pk).update(department=liaison.memberships.get().department)
    page = main_of(client_of(liaison).get(address(year.evaluation("1-1-001"))))
    assert "/progress/2016/actions/1-1-001/" in links(part(page, "part-plan"))
    assert address(before.evaluation("1-1-001")) not in links(page)


def test_the_form_takes_few_queries_whatever_was_changed(before: Year, client_of: ClientOf) -> None:
    change_everything(before)
    year = accepted_year(year=2017, program=before.program)
    asked = queries(client_of(year.staff), address(year.evaluation("1-1-001")))
    assert len(asked) <= MOST_QUERIES, "\n".join(asked)


# ── What is published ─────────────────────────────────────────────────────────


def test_what_is_published_keeps_the_original_and_the_origin(before: Year, client: Client) -> None:
    change_everything(before)
    published_year(year=2017, program=before.program)
    page = part(main_of(client.get(RESULT)), "plan")
    assert _originals(page) == _expected()
    assert "平成28(2016)年度の評価をもとに作りました。" in words(page)
    assert "/progress/2016/actions/1-1-001/" in links(page)
    _change(before, "元に戻したため", planned_work="公開するデータの拡充を2017年度に進めます。", budget=1000)
    _plan(before).origins.all().delete()
    bump_content_version()
    assert part(main_of(client.get(RESULT)), "plan") == page


def test_a_plan_as_it_was_taken_over_says_so(before: Year, client: Client) -> None:
    published_year(year=2017, program=before.program)
    page = words(part(main_of(client.get(RESULT)), "plan"))
    assert "この計画は、平成28(2016)年度の評価から作りました。" in page


def test_an_origin_that_is_not_published_is_not_frozen(before: Year, client: Client) -> None:
    year = accepted_year(year=2017, program=before.program)
    # As before a publication that was set for a later hour.
    type(before.round).objects.filter(pk=before.round.pk).update(state=RoundState.OPEN, published_at=None)
    publish(round=year.round, by=year.staff)
    plan = PublishedEvaluation.objects.get(round=year.round, code="1-1-001").data["plan"]
    assert (plan["origins"], "この計画は" in words(part(main_of(client.get(RESULT)), "plan"))) == ([], False)


def test_a_correction_keeps_what_was_frozen(before: Year, client: Client) -> None:
    change_everything(before)
    year = published_year(year=2017, program=before.program)
    told = part(main_of(client.get(RESULT)), "plan")
    _change(before, "後からの変更", planned_work="後から変えた計画です。", budget=1)
    year.correct("1-1-001", results="訂正した実績です。")
    page = main_of(client.get(RESULT))
    assert (part(page, "plan"), "訂正した実績です。" in words(page)) == (told, True)


def test_what_was_published_before_this_was_kept_still_shows(before: Year, client: Client) -> None:
    change_everything(before)
    year = published_year(year=2017, program=before.program)
    row = PublishedEvaluation.objects.get(round=year.round, code="1-1-001")
    row.data = evaluation_data(snapshot_rows(Evaluation.objects.filter(pk=row.evaluation_id)).get())
    assert set(row.data["plan"]) == {"planned_work", "planned_budget", "plan_change"}
    PublishedEvaluation.objects.filter(pk=row.pk).update(data=row.data)
    bump_content_version()
    page = words(part(main_of(client.get(RESULT)), "plan"))
    assert ("全区で進めます。" in page, "当初" in page) == (True, False)
    year.correct("1-1-001", results="訂正した実績です。")
    page = words(part(main_of(client.get(RESULT)), "plan"))
    assert ("全区で進めます。" in page, "当初" in page) == (True, False)


def test_no_story_without_a_yearly_plan(before: Year) -> None:
    evaluation = before.evaluation("1-1-002")
    ActionYear.objects.filter(action=evaluation.action, year=2016).delete()
    story = plan_story(evaluation, [])
    assert (story.origins, story.originals, story.is_changed_since) == ([], (), False)
