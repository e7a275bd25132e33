"""Wherever a grade is shown there is the legend once: on every page of the desk and of the public that is reached."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from accounts.enums import Role
from accounts.models import User
from progress.enums import ScaleKind
from progress.models import ScaleEntry
from tests.factories import UserFactory
from tests.plan.reading import inputs_of, main_of, words
from tests.progress.crawling import crawled, desk_addresses, html_of, two_rounds
from tests.progress.factories import entry
from tests.progress.published import Year
from tests.test_addresses import PUBLIC, PUBLISHED

pytestmark = pytest.mark.django_db
LEGEND, MARK, PATTERN = 'class="grades-legend"', 'class="grade-mark', 'id="grade-hatch"'
# The choices of the form are the whole scale, with its note.
SCALE_TO_CHOOSE_FROM = 'id="scale-note"'


@pytest.fixture
def year() -> Year:
    return two_rounds()


@pytest.fixture
def department(year: Year) -> User:
    return UserFactory.create(role=Role.LIAISON, role__department=year.departments[0])


def without_legend(found: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    """The pages that show a grade, as a mark or in words, and have no legend or more than one: how many."""
    grades = ScaleEntry.objects.filter(kind=ScaleKind.ACHIEVEMENT)
    told = {str(each) for each in grades}
    wrong = {}
    for address, response in found.items():
        html = html_of(response)
        shows = MARK in html or any(grade in words(html) for grade in told)
        counts = html.count(LEGEND), html.count(PATTERN)
        if (shows and counts != (1, 1) and SCALE_TO_CHOOSE_FROM not in html) or max(counts) > 1:
            wrong[address] = counts
    return wrong


@pytest.mark.parametrize("persona", ["ict_staff", "department", "committee_viewer"])
def test_at_the_desk(request: pytest.FixtureRequest, client_of: Callable[[Any], Any], year: Year, persona: str) -> None:
    found = crawled(client_of(request.getfixturevalue(persona)), desk_addresses(), below="/desk/")
    assert without_legend(found) == {}
    assert [address for address, response in found.items() if LEGEND in html_of(response)]


def test_where_something_was_sent(client_of: Callable[[Any], Any], year: Year) -> None:
    browser, found = client_of(year.staff), {}
    address = f"/desk/rounds/2016/corrections/evaluations/{year.evaluation('1-1-001').pk}/"
    form = dict(inputs_of(main_of(browser.get(address))))
    sent = {**form, "grade_id": entry(year.round, "4").pk, "correction_reason": "誤り", "then": "preview"}
    found["correction"] = browser.post(address, sent)
    late = year.evaluation("1-2-001")
    preview = {"reason": "済んだため", "version": late.version, "then": "preview"}
    found["late"] = browser.post(f"/desk/rounds/2016/corrections/late/{late.pk}/", preview)
    found["many"] = browser.post("/desk/rounds/2016/corrections/late/", {"pk": late.pk, "reason": "済んだため"})
    assert without_legend(found) == {}
    assert [LEGEND in html_of(response) for response in found.values()] == [True, True, True]


def test_in_public(client_of: Callable[[Any], Any], year: Year) -> None:
    addresses = [reverse(name, kwargs=kwargs) for name, kwargs in (PUBLIC | PUBLISHED).items()]
    year.correct("1-1-001", grade_id=entry(year.round, "4").pk, grade_reason="見直したためです。")
    found = crawled(client_of(AnonymousUser()), addresses, below="/pro")
    assert without_legend(found) == {}
    assert LEGEND in html_of(found["/progress/2016/corrections/"])
