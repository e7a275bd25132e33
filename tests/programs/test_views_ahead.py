"""What was entered ahead of its day: the public reads it from that day on, and nobody has to do anything then."""

import datetime
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.models import Department
from plan.actions import bump_content_version
from programs.enums import OwnerKind
from programs.models import Action
from progress.actions.reorganisation import reorganise
from progress.reorganising import Reorganisation, Successor
from tests.factories import DepartmentFactory, UserFactory
from tests.plan.reading import main_of, words
from tests.programs.factories import ActionOwnerFactory, ProgramFactory
from tests.progress.factories import action_of

pytestmark = pytest.mark.django_db

DAY = datetime.date(2026, 12, 1)
PROGRAM = "/programs/now/"
OLD, NEW = "試験福祉課", "試験地域福祉課"


def _noon(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(3), datetime.UTC)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(_noon(datetime.date(2026, 11, 28)), tick=False) as traveller:
        yield traveller


@pytest.fixture
def action(division: Department) -> Action:
    program = ProgramFactory.create(slug="now", start_year=2026, end_year=2027)
    return action_of(program, division, code="1-1-001", start_year=2026)


def _read(client: Client, address: str) -> str:
    return words(main_of(client.get(address)))


def _pages(client: Client, code: str) -> dict[str, str]:
    """Every public page that names who owns an action; those of lists as their rows."""
    listed = client.get(PROGRAM)
    offered = next(select for select in listed.context["page"].selects if select.name == "department")
    return {
        "filter": "、".join(str(option) for option in offered.options),
        "rows": _read(client, PROGRAM),
        "rows of next year": _read(client, f"{PROGRAM}?year=2027"),
        "action": _read(client, f"{PROGRAM}actions/1-1-001/"),
        "departments": _read(client, f"{PROGRAM}departments/"),
        "department": _read(client, f"{PROGRAM}departments/{code}/"),
        "search": _read(client, "/search/?q=福祉課"),
        "file": client.get(f"{PROGRAM}actions.csv").content.decode(),
    }


def _ends(division: Department, successor: Successor) -> None:
    reorganise(
        reorganisation=Reorganisation(DAY, (division,), (successor,)), by=UserFactory.create(role=Role.ICT_STAFF)
    )


def test_a_new_name_is_read_from_its_day_on(
    client: Client, clock: time_machine.Traveller, action: Action, division: Department
) -> None:
    before = _pages(client, division.code)
    _ends(division, Successor(code=division.code, name=NEW, bureau=division.bureau))
    assert _pages(client, division.code) == before
    assert all(OLD in text and NEW not in text for text in before.values())
    clock.move_to(_noon(DAY))
    assert [name for name, text in _pages(client, division.code).items() if NEW not in text] == []
    heading = _read(client, f"{PROGRAM}departments/{division.code}/")
    assert heading.index(NEW) < heading.index(OLD)
    assert "2026年11月30日" in heading


def test_what_another_department_takes_over_is_read_from_the_day_on(
    client: Client, clock: time_machine.Traveller, action: Action, division: Department
) -> None:
    before = _pages(client, division.code)
    _ends(division, Successor(existing=DepartmentFactory.create(name=NEW)))
    assert _pages(client, division.code) == before
    clock.move_to(_noon(DAY))
    assert [name for name, text in _pages(client, division.code).items() if NEW not in text] == []
    assert f"引き継いだ課：{NEW}" in _read(client, f"{PROGRAM}departments/{division.code}/")


def test_who_will_own_an_action_of_a_later_year_is_told(client: Client, action: Action) -> None:
    """It has had no other owner; but not before the 課 is there."""
    later = action_of(action.program, DepartmentFactory.create(name="当初の課"), code="1-1-002", start_year=2027)
    later.owners.all().delete()
    owners = [
        ActionOwnerFactory.create(
            action=later,
            department=DepartmentFactory.create(name=name, code=name, valid_from=set_up),
            valid_from=datetime.date(2027, 4, 1),
        ).department
        for name, set_up in (("今ある課", datetime.date(2016, 4, 1)), ("これからの課", datetime.date(2027, 4, 1)))
    ]
    for address in (f"{PROGRAM}actions/1-1-002/", f"{PROGRAM}departments/"):
        page = _read(client, address)
        assert ("今ある課" in page, "これからの課" in page) == (True, False)
    assert [client.get(f"{PROGRAM}departments/{each.code}/").status_code for each in owners] == [200, 404]
    addresses = client.get("/sitemap.xml").content.decode()
    pages = [reverse("programs:department", args=["now", each.code]) for each in owners]
    assert [page in addresses for page in pages] == [True, False]


@pytest.fixture
def later(action: Action) -> Action:
    """Of next year, begun by a 課 of its own; `action` is this year's, of another."""
    first = DepartmentFactory.create(name="はじめの課", code="00-1")
    return action_of(action.program, first, code="1-1-002", start_year=2027)


def _listed(client: Client, query: str) -> list[tuple[str, ...]]:
    return [row.leads for row in client.get(f"{PROGRAM}?{query}").context["page"].rows]


def test_the_first_owner_of_an_action_of_a_later_year_stands_in_the_lists(client: Client, later: Action) -> None:
    later.owners.update(valid_from=datetime.date(2027, 4, 1))
    mine, other = ("はじめの課",), (later.program.actions.get(code="1-1-001").owners.get().department.name,)
    assert _listed(client, "year=2027") == _listed(client, "") == [other, mine]
    assert _listed(client, "year=2027&sort=department") == [mine, other]
    file = client.get(f"{PROGRAM}actions.csv?year=2027").content.decode()
    assert "はじめの課" in file
    Department.objects.filter(code="00-1").update(valid_from=datetime.date(2027, 4, 1))
    bump_content_version()
    assert _listed(client, "year=2027") == [other, ()]


@pytest.mark.parametrize(("begins", "is_told"), [("2027-02-01", True), ("2027-04-01", True), ("2027-04-02", False)])
@pytest.mark.parametrize("kind", OwnerKind)
def test_who_follows_the_first_owner_is_not_told_with_it(
    client: Client, later: Action, begins: str, is_told: bool, kind: str
) -> None:
    """The first of April of an action's first year parts who begins it from who takes over."""
    follower = DepartmentFactory.create(name="次の課", code="99-1")
    start = datetime.date.fromisoformat(begins)
    later.owners.update(valid_to=start - datetime.timedelta(days=1))
    ActionOwnerFactory.create(action=later, department=follower, valid_from=start, kind=kind)
    pages = [_read(client, f"{PROGRAM}{path}") for path in ("actions/1-1-002/", "departments/")]
    assert ["次の課" in page for page in pages] == [is_told, is_told]
    assert ("departments/99-1/" in client.get("/sitemap.xml").content.decode()) is is_told
    assert ("はじめの課",) in _listed(client, "year=2027")  # who leads on the day
