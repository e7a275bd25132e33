"""The top page: the current plan at a glance."""

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from plan import actions
from plan.models import Plan, Term
from tests.plan.reading import items_of, links, main_of, part, words
from tests.plan.second_plan import make_plan

pytestmark = pytest.mark.django_db


def test_home_shows_goal_structure_and_every_measure(client: Client) -> None:
    page = main_of(client.get("/"))
    assert Plan.objects.get(slug="2016").goal in words(page)
    structure = part(page, "structure")
    assert items_of(structure, "dd") == ["3", "7", "23", "62"]
    codes = ("1-1", "1-2", "1-3", "2-1", "2-2", "3-1", "3-2")
    assert [url for url in links(structure) if "/measures/" in url] == [
        f"/plans/2016/measures/{code}/" for code in codes
    ]


@pytest.mark.parametrize(
    ("now", "states", "sentence"),
    [
        (
            "2016-03-31T23:59:00+09:00",
            ["今後"] * 5,
            "このプランの期間は、平成28(2016)年度に始まります。",
        ),
        (
            "2019-04-01T00:00:00+09:00",
            ["終了", "終了", "終了", "今年度", "今後"],
            "今は令和元(2019)年度です。5年間の計画期間の4年目です。",
        ),
        (
            "2021-04-01T00:00:00+09:00",
            ["終了"] * 5,
            "このプランの期間は、令和2(2020)年度に終了しました。",
        ),
    ],
)
def test_band_says_where_in_the_five_years_we_are(client: Client, now: str, states: list[str], sentence: str) -> None:
    with time_machine.travel(now, tick=False):
        band = part(main_of(client.get("/")), "period")
    assert [item[-len(state) :] for item, state in zip(items_of(band), states, strict=True)] == states
    assert sentence in words(band)


def test_word_of_the_day_is_the_same_all_day_and_another_the_next(client: Client) -> None:
    seen = []
    for now in ("2026-11-23T00:01:00+09:00", "2026-11-23T23:59:00+09:00", "2026-11-24T00:01:00+09:00"):
        with time_machine.travel(now, tick=False):
            seen.append(items_of(part(main_of(client.get("/")), "word"), "p")[0])
    assert (seen[0] == seen[1], seen[1] == seen[2]) == (True, False)
    assert Term.objects.filter(plan__slug="2016", name__in=seen).count() == 2


def test_newest_changes_are_news(client: Client, ict_staff: User) -> None:
    term = Term.objects.get(plan__slug="2016", number=1)
    term.explanation += "（追記）"
    actions.revise(root=term, by=ict_staff, reason="見本", expected_version=term.version)
    assert "/plans/2016/glossary/1/" in links(part(main_of(client.get("/")), "news"))


def test_downloads_say_their_type_and_size(client: Client) -> None:
    page = part(main_of(client.get("/")), "downloads")
    for url in [url for url in links(page) if url.endswith(".csv")]:
        size = len(client.get(url).content)
        assert f"（CSV、{size / 1024:.1f}KB）" in words(page)


def test_home_is_the_current_plan_whichever_it_is(client: Client) -> None:
    Plan.objects.filter(slug="2016").update(is_current=False)
    make_plan(is_current=True)
    assert "次の基本目標" in words(main_of(client.get("/")))


def test_without_a_current_plan_home_says_so(client: Client) -> None:
    Plan.objects.update(is_current=False)
    assert "現行のプランは、まだ公開していません" in words(main_of(client.get("/")))
