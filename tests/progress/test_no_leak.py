"""Nothing of a 調書 is public before its round is, by no address; and what is published does not change by itself."""

import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from plan import actions as plan_actions
from plan.models import Direction, Measure, SearchDocument
from programs.models import UpperItem
from progress.actions.publication import publish_due, schedule
from progress.models import PublishedEvaluation, Round, ScaleEntry
from tests.plan.reading import links, main_of
from tests.progress.published import MEASURE_WORDS, SECRETS, Year, accepted_year, published_year
from tests.test_addresses import PUBLIC, PUBLISHED

pytestmark = pytest.mark.django_db

FILES = ("actions.csv", "results.csv", "measures.csv")
PAGES = (
    "",
    "measures/1-1/",
    "measures/1-1/first/",
    "actions/",
    "actions/1-1-001/",
    "actions/1-1-001/first/",
    "departments/",
    "corrections/",
    "changes/",
    *FILES,
)


def _public_addresses() -> list[str]:
    """Every public address, those of the year and its programme, and searches for the secret words."""
    listed = [reverse(name, kwargs=kwargs) for name, kwargs in PUBLIC.items() if name.startswith("plan:")]
    of_programme = [reverse(name, kwargs=kwargs) for name, kwargs in PUBLISHED.items() if name.startswith("programs:")]
    of_year = [f"/progress/2016/{page}" for page in PAGES]
    return [*listed, *of_programme, "/progress/", "/progress/feed.xml", *of_year, "/progress/2016/departments/T-0101/"]


def _leaks(client: Client) -> dict[str, list[str]]:
    found = {}
    for address in _public_addresses():
        text = client.get(address).content.decode(errors="replace")
        if told := [secret for secret in SECRETS if secret in text]:
            found[address] = told
    return found


def _hits(client: Client) -> list[str]:
    """What a search for any of the words leads to; the page repeats what was asked for, so links are compared."""
    return [url for word in SECRETS for url in links(main_of(client.get(f"/search/?q={word}"))) if "/progress/" in url]


def test_nothing_is_told_while_the_round_is_open(client: Client) -> None:
    accepted_year()
    assert (_leaks(client), _hits(client)) == ({}, [])
    assert [client.get(f"/progress/2016/{page}").status_code for page in PAGES] == [404] * len(PAGES)
    assert "/progress/2016/" not in client.get("/sitemap.xml").content.decode()
    assert SearchDocument.objects.filter(kind="evaluation").count() == 0


def test_nothing_is_told_before_the_set_minute_and_everything_after_it(client: Client) -> None:
    year = accepted_year()
    at = timezone.now() + datetime.timedelta(hours=1)
    schedule(round=year.round, by=year.staff, publish_at=at)
    assert (_leaks(client), _hits(client)) == ({}, [])
    with time_machine.travel(at - datetime.timedelta(seconds=1), tick=False):
        publish_due()
        assert (_leaks(client), _hits(client)) == ({}, [])
    with time_machine.travel(at, tick=False):
        publish_due()
        assert [client.get(f"/progress/2016/{page}").status_code for page in PAGES] == [200] * len(PAGES)
        told = _leaks(client)
    assert set(told) >= {f"/progress/2016/{page}" for page in ("actions/1-1-001/", "results.csv", "measures/1-1/")}
    assert {word for words in told.values() for word in words} == set(SECRETS)
    assert _hits(client)


def test_page_from_before_publication_is_not_served_after_it(client: Client) -> None:
    """Stored pages are named after the content version, which publication raises."""
    year = accepted_year()
    before = client.get("/programs/2016/actions/1-1-001/")
    stored = client.get("/programs/2016/actions/1-1-001/")
    assert before.headers["ETag"] == stored.headers["ETag"]
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=2)):
        Round.objects.filter(pk=year.round.pk).update(publish_at=timezone.now(), published_by=year.staff)
        publish_due()
    after = client.get("/programs/2016/actions/1-1-001/", headers={"If-None-Match": before.headers["ETag"]})
    assert (after.status_code, SECRETS[0] in after.content.decode()) == (200, True)


def test_unreleased_next_round_of_a_published_programme_stays_hidden(client: Client) -> None:
    year = published_year()
    accepted_year(year=2017, program=year.program, grade="5")
    story = client.get("/programs/2016/actions/1-1-001/").content.decode()
    assert "目標を大きく下回った</span>" in story  # the legend knows the word
    assert story.count('class="grade-mark grade-5">5</span>') == 1  # in the legend, and nowhere else
    assert client.get("/progress/2017/").status_code == 404
    assert {row.round.year for row in PublishedEvaluation.objects.select_related("round")} == {2016}


def test_measures_words_wait_as_well(client: Client) -> None:
    accepted_year()
    assert MEASURE_WORDS not in client.get("/plans/2016/measures/1-1/").content.decode()


@pytest.mark.parametrize("page", PAGES)
def test_later_edits_do_not_change_what_was_published(client: Client, page: str, ict_staff: User) -> None:
    year = published_year()
    before = _stable(client, page)
    _edit_everything(year, ict_staff)
    assert _stable(client, page) == before


def _stable(client: Client, page: str) -> str:
    """The part of the page that is of the year; the frame of the site names the plan and the day."""
    response = client.get(f"/progress/2016/{page}?anew={timezone.now().timestamp()}")
    return response.content.decode() if page in FILES else main_of(response).split('<section class="citation"')[0]


def _edit_everything(year: Year, by: User) -> None:
    action: Any = year.actions["1-1-001"]
    action.title, action.purpose, action.content = "別の題名", "別の目的", "別の内容"
    plan_actions.revise(root=action, by=by, reason="見本", expected_version=action.version)
    for department in year.departments:
        type(department).objects.filter(pk=department.pk).update(name="別の課")
    ScaleEntry.objects.update(label="別の尺度の言葉")
    Measure.objects.update(title="別の施策")
    Direction.objects.update(title="別の基本方向")
    UpperItem.objects.update(title="別の政策")
    indicator = action.indicators.get()
    indicator.name = "別の指標"
    plan_actions.revise(root=indicator, by=by, reason="見本", expected_version=indicator.version)
    plan_actions.bump_content_version()
