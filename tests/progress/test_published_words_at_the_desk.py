"""The terms of the scale are changed after 公表: the desk, too, tells what was published in the words of then."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from progress.models import Evaluation, ScaleEntry
from tests.plan.reading import words
from tests.progress.crawling import crawled, desk_addresses, html_of, two_rounds

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Any], Client]
NEW = "改めた尺度の言葉"


@pytest.fixture
def year() -> Any:
    made = two_rounds()
    for entry in ScaleEntry.objects.all():
        entry.label = f"{NEW}{entry.pk}"
        entry.save()
    return made


@pytest.mark.parametrize("persona", ["ict_staff", "committee_viewer"])
def test_no_page_of_a_published_round_tells_them(
    request: pytest.FixtureRequest, client_of: ClientOf, year: Any, persona: str
) -> None:
    of_2017 = [f"/desk/evaluations/{row.pk}/" for row in Evaluation.objects.filter(round__year=2017)]
    found = crawled(client_of(request.getfixturevalue(persona)), desk_addresses(), below="/desk/")
    about_2016 = {key: words(html_of(answer)) for key, answer in found.items() if not key.startswith(tuple(of_2017))}
    of_rounds = {key: text for key, text in about_2016.items() if "2017" not in key}
    told = [key for key, text in of_rounds.items() if NEW in text]
    # The lists across the years tell what is open in the words of now.
    assert [key for key in told if not key.startswith("/desk/?") and key != "/desk/"] == []
    assert any("目標を上回って達成" in text for text in of_rounds.values())


def test_nor_does_the_file_of_the_list(client_of: ClientOf, year: Any) -> None:
    browser = client_of(year.staff)
    of_2016, of_2017 = (
        b"".join(browser.get(f"/desk/rounds/{slug}/evaluations/csv/").streaming_content).decode()  # type: ignore[attr-defined]
        for slug in ("2016", "2017")
    )
    assert (NEW in of_2016, NEW in of_2017) == (False, True)
    assert "目標を上回って達成" in of_2016


def test_the_year_before_is_quoted_in_its_own_words(client_of: ClientOf, year: Any) -> None:
    of_2017 = Evaluation.objects.get(round__year=2017, action__code="1-1-001")
    page = words(html_of(client_of(year.staff).get(f"/desk/evaluations/{of_2017.pk}/")))
    assert "2 目標を上回って達成" in page
    assert f"2 {NEW}" in page
