"""Every address about a round × every persona: unknown to you is 404, known but not yours 403, and nothing is done."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Department, User
from progress.actions.opening import open_round
from progress.actions.publication import publish
from progress.actions.rounds import release_to_committee
from progress.enums import RoundState, Status
from progress.models import Evaluation, Extension, NextYearProposal, OutboxMail, Publication, Round
from tests.html_validity import validate
from tests.progress.factories import RoundFactory, action_of, bring_to
from tests.progress.round_addresses import COMMITTEE, DEEDS, LIST, OF_PLANNED, OF_PUBLISHED, PAGES, statuses

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Any], Client]
# Who knows of an open round, of one in preparation; everybody else gets 404. The administrator looks at both in the
# admin, so they are known to them and not theirs.
OPEN_TO = {"citizen": 302, "liaison": 403, "manager": 403, "ict_staff": 200, "administrator": 403}
PLANNED_TO = {"citizen": 302, "ict_staff": 200, "administrator": 403}
COMMITTEE_TO = {"citizen": 302, "committee_viewer": 200, "ict_staff": 200}
# How the names of addresses end that are no page.
FILES = ("_csv", "_xlsx")
# What is sent without a session is shown again, to be copied (accounts.middleware).
SESSION_OVER = 403
LOG_IN_FIRST = "/accounts/login/?next=/desk/rounds/2016/"
PERSONAS = ("citizen", "liaison", "other_liaison", "manager", "committee_viewer", "ict_staff", "administrator")


@pytest.fixture
def round_(division: Department, liaison: User, manager: User, ict_staff: User) -> Round:
    """Open: one 調書 in draft, one accepted with its proposal, an extension."""
    Department.objects.filter(pk=division.pk).update(code="T-0001")
    round_ = RoundFactory.create(slug="2016")
    for code in ("1-1-900", "1-1-901"):
        action_of(round_.program, division, code=code)
    open_round(round=round_, by=ict_staff)
    accepted = round_.evaluations.order_by("action__code").last()
    assert accepted is not None
    bring_to(Status.ACCEPTED, accepted, liaison=liaison, manager=manager, staff=ict_staff)
    Extension.objects.create(
        round=round_, department=division, deadline=datetime.date(2017, 6, 7), reason="災害対応のため"
    )
    return round_


@pytest.fixture
def published(round_: Round, ict_staff: User) -> Round:
    Evaluation.objects.filter(round=round_, status=Status.DRAFT).update(exception_reason="未確定")
    publish(round=round_, by=ict_staff)
    return Round.objects.get(pk=round_.pk)


def address_of(name: str, kwargs: dict[str, Any], slug: str = "2016") -> str:
    keys = {
        "evaluation": Evaluation.objects.filter(status=Status.DRAFT),
        "published": Evaluation.objects.filter(status=Status.PUBLISHED),
        "extension": Extension.objects.all(),
        "proposal": NextYearProposal.objects.all(),
    }
    filled = {key: keys[value].get().pk if value in keys else value for key, value in kwargs.items()}
    return reverse(name, kwargs={"slug": slug, **filled})


def expected(persona: str, known: dict[str, int]) -> int:
    """Another department's liaison knows of open rounds as well."""
    return known.get("liaison" if persona == "other_liaison" else persona, 404)


@pytest.fixture
def client(request: pytest.FixtureRequest, client_of: ClientOf, persona_name: str) -> Client:
    return client_of(request.getfixturevalue(persona_name))


@pytest.mark.parametrize("persona_name", PERSONAS)
def test_page_of_an_open_round(persona_name: str, client: Client, round_: Round) -> None:
    responses = {name: client.get(address_of(name, kwargs)) for name, kwargs in PAGES.items()}
    assert statuses(responses) == dict.fromkeys(PAGES, expected(persona_name, OPEN_TO))
    if persona_name == "citizen":
        leading = {response.headers["Location"][: len(LOG_IN_FIRST)] for response in responses.values()}
        assert leading == {LOG_IN_FIRST}


@pytest.mark.parametrize("persona_name", PERSONAS)
def test_page_of_no_round(persona_name: str, client: Client) -> None:
    def unknown(kwargs: dict[str, Any]) -> dict[str, Any]:
        return {"slug": "1999", **{key: 1 if key == "pk" else value for key, value in kwargs.items()}}

    names = {**PAGES, **OF_PLANNED, **OF_PUBLISHED}
    responses = {name: client.get(reverse(name, kwargs=unknown(kwargs))) for name, kwargs in names.items()}
    assert statuses(responses) == dict.fromkeys(names, 302 if persona_name == "citizen" else 404)


@pytest.mark.parametrize("persona_name", PERSONAS)
def test_a_round_in_preparation_is_known_to_who_keeps_rounds(persona_name: str, client: Client) -> None:
    RoundFactory.create(slug="2016")
    response = client.get(address_of("desk:round_open", {}))
    assert response.status_code == expected(persona_name, PLANNED_TO)


@pytest.mark.parametrize("persona_name", PERSONAS)
def test_page_of_a_published_round(persona_name: str, client: Client, published: Round) -> None:
    responses = {name: client.get(address_of(name, kwargs)) for name, kwargs in OF_PUBLISHED.items()}
    assert statuses(responses) == dict.fromkeys(OF_PUBLISHED, expected(persona_name, OPEN_TO))


@pytest.mark.parametrize("persona_name", PERSONAS)
def test_the_list_of_rounds_is_for_staff(persona_name: str, client: Client) -> None:
    read = {"citizen": 302, "ict_staff": 200}.get(persona_name, 403)
    sent = SESSION_OVER if persona_name == "citizen" else read
    assert [client.get(reverse(LIST)).status_code, client.post(reverse(LIST)).status_code] == [read, sent]


@pytest.mark.parametrize("persona_name", PERSONAS)
def test_page_of_the_committee(persona_name: str, client: Client, round_: Round, ict_staff: User) -> None:
    release_to_committee(round=round_, by=ict_staff)
    responses = {name: client.get(reverse(name, kwargs=kwargs)) for name, kwargs in COMMITTEE.items()}
    assert statuses(responses) == dict.fromkeys(COMMITTEE, COMMITTEE_TO.get(persona_name, 403))


@pytest.mark.parametrize("persona_name", [each for each in PERSONAS if each != "ict_staff"])
def test_deed_of_staff_is_done_by_nobody_else(persona_name: str, client: Client, round_: Round) -> None:
    before = _state_of_everything()
    sent = {"all": "1", "late": "1", "confirmed": "on"}
    responses = {name: client.post(address_of(name, kwargs), sent) for name, kwargs in DEEDS.items()}
    wanted = SESSION_OVER if persona_name == "citizen" else expected(persona_name, OPEN_TO)
    assert (statuses(responses), _state_of_everything()) == (dict.fromkeys(DEEDS, wanted), before)


@pytest.mark.parametrize("persona_name", ["ict_staff"])
def test_nothing_is_done_by_looking(client: Client, round_: Round) -> None:
    before = _state_of_everything()
    responses = {name: client.get(address_of(name, kwargs)) for name, kwargs in DEEDS.items()}
    # These are addresses of pages, too: they lead to their lists.
    pages = ("accept", "confirm", "exceptions", "publish_late_many", "publish_now", "schedule")
    wanted = dict.fromkeys(DEEDS, 405) | {f"desk:round_{name}": 302 for name in pages}
    assert (statuses(responses), _state_of_everything()) == (wanted, before)


def _state_of_everything() -> tuple[object, ...]:
    return (
        list(Round.objects.values_list("state", "released_at", "publish_at")),
        list(Evaluation.objects.order_by("pk").values_list("status", "exception_reason")),
        list(NextYearProposal.objects.values_list("state")),
        Extension.objects.count(),
        Publication.objects.count(),
        OutboxMail.objects.filter(kind="chase").count(),
    )


def test_every_page_is_valid(client_of: ClientOf, ict_staff: User, round_: Round) -> None:
    release_to_committee(round=round_, by=ict_staff)
    browser = client_of(ict_staff)
    addresses = [
        reverse(LIST),
        *(address_of(name, kwargs) for name, kwargs in PAGES.items() if not name.endswith(FILES)),
    ]
    addresses += [reverse(name, kwargs=kwargs) for name, kwargs in COMMITTEE.items()]
    pages = {address: browser.get(address).content.decode() for address in addresses}
    RoundFactory.create(slug="2017", year=2017)
    planned = [address_of(name, {}, "2017") for name in ("desk:round_open", "desk:round_edit", "desk:round_guidance")]
    pages |= {address: browser.get(address).content.decode() for address in planned}
    assert validate(pages) == []


def test_every_page_of_a_published_round_is_valid(client_of: ClientOf, ict_staff: User, published: Round) -> None:
    browser = client_of(ict_staff)
    names = {**OF_PUBLISHED, "desk:round": {}, "desk:round_publish": {}, "desk:round_measure": {"code": "1-1"}}
    addresses = [address_of(name, kwargs) for name, kwargs in names.items()]
    assert published.state == RoundState.PUBLISHED
    assert validate({address: browser.get(address).content.decode() for address in addresses}) == []
