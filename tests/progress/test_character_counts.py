"""Every text with a limit says so below itself, and the control names that place; counting needs JavaScript."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Department, User
from progress.enums import Status
from progress.models import Evaluation, PublishedEvaluation
from tests.html_validity import validate
from tests.progress.factories import bring_to, opened, published_with_an_exception

pytestmark = pytest.mark.django_db
ClientOf = Callable[[object], Client]


def limits(html: str) -> dict[str, str]:
    """Name of each control with a limit → what stands below it. What a control names must be on the page."""
    found = {}
    for tag in re.findall(r"<(?:input|textarea)[^>]*data-longest[^>]*>", html):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        places = attributes["aria-describedby"].split()
        assert [place for place in places if f'id="{place}"' not in html] == [], tag
        assert attributes.get("maxlength") is None  # would cut a pasted text without a word
        told = re.search(rf'<p class="count" id="{places[-1]}" data-count-of="{attributes["id"]}">(.*?)</p>', html)
        assert told is not None, tag
        found[attributes["name"]] = re.sub("<[^>]+>", "", told[1])
    return found


def test_the_form_of_an_evaluation(full: Evaluation, liaison: User, client_of: ClientOf) -> None:
    html = client_of(liaison).get(f"/desk/evaluations/{full.pk}/").content.decode()
    told = limits(html)
    milestone, indicator = full.milestones.get().pk, full.indicators.get().pk
    notes = {
        f"milestone-{milestone}-note",
        f"indicator-{indicator}-no_actual_reason",
        f"indicator-{indicator}-target_change_reason",
    }
    assert {name for name, words in told.items() if words == "文字数の目安：300字まで"} == notes
    assert {name for name, words in told.items() if words == "文字数の目安：4,000字まで"} == {
        *("plan_change", "results", "grade_reason", "outcomes", "problems", "environment_change"),
        *("outlook_reason", "next_plan"),
    }
    assert validate({"/": html}) == []


def test_steps_of_the_chain(
    full: Evaluation, liaison: User, manager: User, ict_staff: User, client_of: ClientOf
) -> None:
    bring_to(Status.SUBMITTED, full, liaison=liaison, manager=manager, staff=ict_staff)
    address = f"/desk/evaluations/{full.pk}/"
    for page in (address, f"{address}return_by_manager/"):
        html = client_of(manager).get(page).content.decode()
        assert limits(html) == {"comment": "文字数の目安：4,000字まで"}
        assert validate({page: html}) == []


def test_pages_of_a_round(
    division: Department, liaison: User, manager: User, ict_staff: User, full: Evaluation, client_of: ClientOf
) -> None:
    staff = client_of(ict_staff)
    bring_to(Status.ACCEPTED, full, liaison=liaison, manager=manager, staff=ict_staff)
    slug, blank = full.round.slug, opened(division, by=ict_staff).evaluations.get()
    published_with_an_exception(division, liaison=liaison, manager=manager, staff=ict_staff)
    corrected = PublishedEvaluation.objects.get(round__slug="2016", grade_symbol="3").evaluation_id
    short, long = "文字数の目安：300字まで", "文字数の目安：4,000字まで"
    texts = dict.fromkeys(("reason", "results", "problems", "outlook"), long)
    pages = {
        reverse("desk:round_measure", args=[slug, "1-1"]): texts,
        reverse("desk:round_exception", args=[blank.round.slug, blank.pk]): {"reason": short},
        reverse("desk:round_proposal", args=[slug, full.proposal.pk]): {"reason": short},
        reverse("desk:round_correct_measure", args=["2016", "1-1"]): texts | {"correction_reason": long},
    }
    for page, told in pages.items():
        html = staff.get(page).content.decode()
        assert limits(html) == told, page
        assert validate({page: html}) == []
    html = staff.get(reverse("desk:round_correct_evaluation", args=["2016", corrected])).content.decode()
    assert limits(html)["correction_reason"] == long
