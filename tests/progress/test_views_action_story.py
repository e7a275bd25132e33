"""The page of an action beside what was evaluated: a plan that is another one now, and the day of the last change."""

import datetime

import pytest
from django.test import Client
from django.utils import timezone

from plan import actions as plan_actions
from plan.actions import revise
from plan.fiscal import date_label
from programs.models import ActionYear, IndicatorYear
from progress.models import Publication
from tests.plan.reading import links, main_of, part, words
from tests.progress.published import Year, published_year

pytestmark = pytest.mark.django_db
ACTION = "/programs/2016/actions/1-1-001/"


@pytest.fixture
def year(db: None) -> Year:
    return published_year()


def test_the_plan_that_was_evaluated_stands_beside_another_one(client: Client, year: Year) -> None:
    intact = words(main_of(client.get(ACTION)))
    assert "評価した計画" not in intact
    plan = ActionYear.objects.get(action=year.actions["1-1-001"], year=2016)
    evaluated = plan.planned_work
    plan.planned_work, plan.budget = "後から変えた計画です。", None
    revise(root=plan, by=year.staff, reason="事情が変わったため", expected_version=plan.version)
    plan.milestones.all().delete()
    shown = words(part(main_of(client.get(ACTION)), "years"))
    assert "後から変えた計画です。" in shown
    assert "評価は、今の計画とは異なる、次の計画について行いました。" in shown
    assert (
        f"評価した計画 {evaluated} 評価した計画の予算額 1,000千円 評価した計画のマイルストーン 9月 試行の開始" in shown
    )


def test_a_target_that_changed_after_the_evaluation_is_told_with_its_reason(client: Client, year: Year) -> None:
    target = IndicatorYear.objects.get(indicator__action=year.actions["1-1-001"], position=2016)
    assert "評価した後に変わった目標値" not in words(main_of(client.get(ACTION)))
    IndicatorYear.objects.filter(pk=target.pk).update(target=77)
    plan_actions.bump_content_version()
    shown = words(part(main_of(client.get(ACTION)), "indicators"))
    assert "平成28(2016)年度：評価した目標値は100、今の目標値は77" in shown


def test_the_day_of_the_last_change_is_that_of_what_was_published(client: Client, year: Year) -> None:
    day = timezone.localdate() + datetime.timedelta(days=10)
    at = datetime.datetime.combine(day, datetime.time(12), tzinfo=timezone.get_current_timezone())
    correction = year.correct("1-1-001", results="直した実績です。")
    Publication.objects.filter(pk=correction.publication_id).update(made_at=at)
    plan_actions.bump_content_version()
    response = client.get(ACTION)
    assert f"このページの最終更新日：{date_label(day)}" in words(main_of(response))
    assert f"、{date_label(day)}更新。" in response.context["citation"]
    other = words(main_of(client.get("/programs/2016/actions/1-2-001/")))
    assert f"このページの最終更新日：{date_label(timezone.localdate())}" in other
    assert "このページの最終更新日：" in words(main_of(client.get("/programs/2016/departments/")))


def test_the_contents_lead_to_the_corrections(client: Client, year: Year) -> None:
    pages = (ACTION, "/progress/2016/actions/1-1-001/")
    assert ["#corrections" in links(main_of(client.get(page))) for page in pages] == [False, False]
    year.correct("1-1-001", results="直した実績です。")
    shown = [client.get(page).content.decode() for page in pages]
    assert [page.count('href="#corrections"') for page in shown] == [1, 1]
