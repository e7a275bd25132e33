"""Every page of two rounds, one published and one open: the addresses that are listed, and all that they lead to."""

import datetime
from collections.abc import Iterable, Iterator
from typing import Any

from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from progress.actions.rounds import release_to_committee
from progress.enums import Status
from progress.models import Evaluation, Extension, NextYearProposal, Round
from tests.factories import UserFactory
from tests.plan.reading import links
from tests.progress.factories import bring_to
from tests.progress.published import Year, accepted_year, published_year
from tests.progress.round_addresses import COMMITTEE, COMMITTEE_FILES, LIST, OF_PUBLISHED, PAGES

AROUND = (LIST, "desk:home", "desk:papers", "desk:committee", "programs_desk:programs")
OF_DESK: dict[str, dict[str, Any]] = {"desk:paper_choose": {}, "desk:sheets": {}}


def two_rounds() -> Year:
    """2016 published, with a correction and an exception that was accepted since; 2017 open and accepted."""
    made = published_year()
    made.correct("1-1-001", settlement=1234)
    late = made.evaluation("1-2-001")
    liaison, manager = (
        UserFactory.create(role=role, role__department=late.department) for role in (Role.LIAISON, Role.MANAGER)
    )
    bring_to(Status.ACCEPTED, late, liaison=liaison, manager=manager, staff=made.staff)
    accepted_year(year=2017, program=made.program)
    for round_ in Round.objects.all():
        release_to_committee(round=round_, by=made.staff)
        Extension.objects.create(
            round=round_,
            department=made.departments[0],
            deadline=datetime.date(round_.year + 1, 6, 7),
            reason="災害対応のため",
        )
    return made


def desk_addresses() -> Iterator[str]:
    """Those of tests.progress.round_addresses, of both rounds, and the pages around them."""
    yield from map(reverse, AROUND)
    yield from (reverse("desk:evaluation", args=[row.pk]) for row in Evaluation.objects.all())
    of_committee = {name: kwargs for name, kwargs in {**COMMITTEE, **COMMITTEE_FILES}.items() if kwargs}
    names = {**PAGES, **OF_PUBLISHED, **of_committee, **OF_DESK}
    for round_ in Round.objects.all():
        for name, kwargs in names.items():
            yield reverse(name, kwargs={**_filled(round_, kwargs), "slug": round_.slug})


def _filled(round_: Round, kwargs: dict[str, Any]) -> dict[str, Any]:
    """Keys of the round; what it has none of gets one that nothing has."""
    of_round = Evaluation.objects.filter(round=round_)
    rows: dict[str, Any] = {
        "evaluation": of_round.order_by("-pk"),
        "published": of_round.order_by("pk"),
        "extension": Extension.objects.filter(round=round_),
        "proposal": NextYearProposal.objects.filter(evaluation__round=round_),
    }
    known = {"1-1-900": "1-1-001", "T-0001": "T-0101"}
    return {
        key: (rows[value].values_list("pk", flat=True).first() or 0) if value in rows else known.get(value, value)
        for key, value in kwargs.items()
    }


def crawled(client: Client, addresses: Iterable[str], *, below: str) -> dict[str, Any]:
    """What each of the addresses answers, and each page `below` an address that they link to."""
    waiting, found = list(dict.fromkeys(addresses)), dict[str, Any]()
    while waiting:
        address = waiting.pop()
        found[address] = client.get(address)
        leads = {link.split("#")[0] for link in links(html_of(found[address]))}
        waiting += [each for each in leads if each.startswith(below) and each not in found and each not in waiting]
    return found


def html_of(response: Any) -> str:
    """Of a page; "" of a file or where it leads elsewhere."""
    is_page = response.status_code == 200 and response.headers["Content-Type"].startswith("text/html")
    return response.content.decode() if is_page else ""
