"""Which 調書 of departments /desk/papers/ offers to print: no button leads to a year in which a 課 has none."""

import datetime
from collections.abc import Callable

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import Department, User
from plan.fiscal import date_label
from progress.models import Paper
from progress.papers.making import make_waiting
from progress.queries.papers import PapersPage
from tests.factories import DepartmentFactory, UserFactory
from tests.plan.reading import main_of, part, words
from tests.progress.factories import opened
from tests.progress.published import Year, accepted_year, published_year

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
PAGE = reverse("desk:papers")


@pytest.fixture
def year() -> Year:
    return published_year()


@pytest.fixture
def successor(year: Year) -> Department:
    """A 課 of this year, made by a 組織改編 of the first one; the other one goes on."""
    today, before = timezone.localdate(), year.departments[0]
    made = DepartmentFactory.create(code="T-0101", name="試験協働課", valid_from=today)
    before.successors.add(made)
    before.valid_to = today - datetime.timedelta(days=1)
    before.save()
    return made


def _person(department: Department) -> User:
    return UserFactory.create(role=Role.LIAISON, role__department=department)


def _offered(client: Client) -> dict[str, list[str]]:
    """Round → the departments that have a button there."""
    page: PapersPage = client.get(PAGE).context["found"]
    return {round_.slug: [each.name for each in departments] for round_, departments in page.printable}


def test_a_new_department_prints_those_of_the_one_before_it(
    year: Year, successor: Department, client_of: ClientOf, ict_staff: User
) -> None:
    opened(successor, by=ict_staff, slug="now", opens_on=(day := timezone.localdate()), deadline=day)
    client = client_of(_person(successor))
    assert _offered(client) == {"now": ["試験協働課"], "2016": ["試験公開課"]}
    last_day = date_label(timezone.localdate() - datetime.timedelta(days=1))
    assert f"試験公開課（{last_day}まで）の評価調書を作る" in words(part(main_of(client.get(PAGE)), "make"))
    order = reverse("desk:paper_order", args=["2016"])
    assert client.post(order, {"kind": "department", "subject": successor.pk}).status_code == 404
    response = client.post(order, {"kind": "department", "subject": year.departments[0].pk})
    paper = Paper.objects.get()
    assert (paper.department, response.headers["Location"]) == (year.departments[0], f"{PAGE}{paper.pk}/")
    assert make_waiting() == 1
    assert paper.title in words(part(main_of(client.get(PAGE)), "made"))
    assert b"".join(client.get(reverse("desk:paper_pdf", args=[paper.pk])).streaming_content)[:5] == b"%PDF-"  # type: ignore[attr-defined]
    other = client_of(_person(year.departments[1]))
    assert other.post(order, {"kind": "department", "subject": year.departments[0].pk}).status_code == 403
    assert other.get(f"{PAGE}{paper.pk}/").status_code == 404


def test_who_has_nothing_to_print_is_told(year: Year, client_of: ClientOf) -> None:
    client = client_of(_person(DepartmentFactory.create()))
    assert _offered(client) == {}
    make = part(main_of(client.get(PAGE)), "make")
    assert ("<button" in make, "所管課の調書は、まだありません。" in words(make)) == (False, True)


def test_the_number_of_queries_does_not_grow(year: Year, successor: Department, client_of: ClientOf) -> None:
    client = client_of(_person(successor))
    client.get(PAGE)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE)
        return len(queries)

    once = asked()
    with time_machine.travel("2018-04-20"):
        accepted_year(year=2017, program=year.program)
    assert list(_offered(client)) == ["2017", "2016"]
    assert asked() == once <= 12
