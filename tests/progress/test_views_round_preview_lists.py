"""The preview of what compares a year: by department, with the year before, with all years."""

import datetime
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Department, User
from plan.models import Plan
from progress.actions.adding import add_evaluations
from progress.actions.publication import publish
from progress.models import Evaluation, Round
from tests.factories import DepartmentFactory
from tests.plan.reading import links, main_of, part, words
from tests.programs.factories import ActionYearFactory, direction_of
from tests.progress.factories import action_of, entry
from tests.progress.previewed import text_of
from tests.progress.published import Year, accepted_year, published_year

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
PREVIEW, PUBLIC = "/desk/rounds/2017/publish/preview/", "/progress/2017/"
KINDS = {
    "better": ["1-1-001"],
    "worse": [],
    "decided": [],
    "new": ["2-1-001"],
    "ended": ["1-1-002"],
    "same": [],
    "undecided": ["1-2-001"],
    "replanned": ["1-1-001"],
}
PAGES = (
    "departments/",
    "departments/T-0101/",
    "departments/T-0102/",
    "changes/",
    *(f"changes/?kind={k}" for k in KINDS),
)


@pytest.fixture
def year(division: Department) -> Year:
    """2017, ready beside a public 2016: a better grade after a change of plan, a new action, one that ended."""
    program = published_year().program
    program.actions.filter(code="1-1-002").update(end_year=2016)
    action = action_of(program, division, code="2-1-001", main_direction=direction_of("2-1-1"), start_year=2017)
    ActionYearFactory.create(action=action, year=2017)
    year = accepted_year(year=2017, program=program, grade="1")
    year.round.evaluations.filter(action__code="1-1-001").update(plan_change="対象を広げました。", settlement=1234)
    return year


@pytest.fixture
def client(client_of: ClientOf, ict_staff: User) -> Client:
    return client_of(ict_staff)


def test_lists_say_what_the_public_ones_will_say(client: Client, year: Year) -> None:
    before = {page: client.get(PREVIEW + page) for page in PAGES}
    assert {page for page, response in before.items() if "公表前の確認です。" not in words(main_of(response))} == set()
    told = {page: text_of(response) for page, response in before.items()}
    publish(round=year.round, by=year.staff)
    assert told == {page: text_of(Client().get(PUBLIC + page)) for page in PAGES}
    assert "決算額 1,234千円" in told["departments/"]


def test_changes_are_those_from_the_year_that_is_public(client: Client, year: Year) -> None:
    shown = {kind: links(main_of(client.get(f"{PREVIEW}changes/?kind={kind}"))) for kind in KINDS}
    listed = {
        kind: sorted({link.split("/")[-2] for link in found if "/actions/" in link}) for kind, found in shown.items()
    }
    assert listed == KINDS
    assert {f"{PREVIEW}actions/1-1-001/", "/progress/2016/actions/1-1-001/"} <= set(shown["better"])


def test_what_is_not_decided_counts_as_such(client: Client, year: Year) -> None:
    """Neither its grade nor its settlement nor its indicators are told before it is accepted."""
    before = text_of(client.get(f"{PREVIEW}departments/T-0102/"))
    year.round.evaluations.filter(action__code="1-2-001").update(
        grade=entry(year.round, "3"), settlement=98765, indicators_total=4, indicators_reached=4, plan_change="変更"
    )
    assert text_of(client.get(f"{PREVIEW}departments/T-0102/")) == before
    assert "1-2-001" not in main_of(client.get(f"{PREVIEW}changes/?kind=replanned"))


def test_nothing_is_kept_for_the_public(client: Client, year: Year) -> None:
    """Neither is what the public reads shown here, nor the other way round."""
    for page in PAGES:
        client.get(PREVIEW + page)
        assert Client().get(PUBLIC + page).status_code == 404
    before = text_of(client.get(f"{PREVIEW}departments/"))
    year.round.evaluations.filter(action__code="1-1-001").update(settlement=4321)
    after = text_of(client.get(f"{PREVIEW}departments/"))
    assert (before.replace("1,234", "4,321"), client.get(f"{PREVIEW}departments/").headers["Cache-Control"]) == (
        after,
        "max-age=0, no-cache, no-store, must-revalidate, private",
    )


def test_the_progress_of_the_plan_is_told_with_the_year_to_come(client: Client, year: Year) -> None:
    before = text_of(client.get(f"{PREVIEW}progress/"))
    assert before != text_of(Client().get("/progress/"))
    publish(round=year.round, by=year.staff)
    assert text_of(Client().get("/progress/")) == before
    assert client.get(f"{PREVIEW}progress/").headers["Location"] == "/progress/"


def test_the_home_page_is_told_at_a_glance(client: Client, year: Year) -> None:
    before = words(part(main_of(client.get(f"{PREVIEW}home/")), "progress"))
    assert "平成29(2017)年度" in before
    assert before != words(part(main_of(Client().get("/")), "progress"))
    publish(round=year.round, by=year.staff)
    assert words(part(main_of(Client().get("/")), "progress")) == before
    assert client.get(f"{PREVIEW}home/").headers["Location"] == "/"


@pytest.mark.parametrize("why", ["a later year", "another plan"])
def test_a_year_that_the_home_page_will_not_show_is_told_so(client: Client, year: Year, why: str) -> None:
    if why == "a later year":
        Round.objects.filter(slug="2016").update(year=2018)
    else:
        Plan.objects.update(is_current=False)
    html = main_of(client.get(f"{PREVIEW}home/"))
    assert ("トップページの「取組の進捗」は変わりません。" in html, 'id="progress"' in html) == (True, False)


def test_links_to_all_years_lead_to_the_preview(client: Client, year: Year) -> None:
    found = {page: links(client.get(PREVIEW + page).content.decode()) for page in ("", "home/", "changes/")}
    assert [page for page, addresses in found.items() if f"{PREVIEW}progress/" not in addresses] == []
    assert [page for page, addresses in found.items() if "/progress/" in addresses] == []
    assert {PREVIEW, "/progress/2016/"} <= set(links(main_of(client.get(f"{PREVIEW}progress/"))))


def test_a_department_without_actions_has_no_page(client: Client, year: Year) -> None:
    assert client.get(f"{PREVIEW}departments/T-9999/").status_code == 404


def test_many_departments_are_paged_as_in_public(client: Client, year: Year) -> None:
    """One of the codes was given to a second department later."""
    departments = [DepartmentFactory.create(code=f"T-{number:04}", name=f"第{number}課") for number in range(201, 213)]
    departments.append(DepartmentFactory.create(code="T-0212", name="新しい課", valid_from=datetime.date(2017, 4, 1)))
    late = [
        action_of(year.program, each, code=f"3-{place:03}", start_year=2017) for place, each in enumerate(departments)
    ]
    add_evaluations(round=year.round, actions=[each.pk for each in late], by=year.staff)
    year.round.evaluations.filter(action__in=late).update(exception_reason="後から加わったため")
    pages = ("departments/", "departments/?page=2", "departments/T-0212/")
    before = {page: text_of(client.get(f"{PREVIEW}{page}")) for page in pages}
    assert [before["departments/?page=2"].count(name) for name in ("第212課", "新しい課")] == [1, 1]
    publish(round=year.round, by=year.staff)
    assert before == {page: text_of(Client().get(f"{PUBLIC}{page}")) for page in pages}


def test_more_actions_take_no_more_queries(client: Client, year: Year, division: Department) -> None:
    def queries() -> list[int]:
        counts = []
        for page in (*PAGES, "progress/", "home/"):
            with CaptureQueriesContext(connection) as captured:
                client.get(PREVIEW + page)
            counts.append(len(captured))
        return counts

    queries()  # prolongs the session, keeps the plan
    once = queries()
    for _ in range(20):
        action = action_of(year.program, division)
        Evaluation.objects.create(
            round=year.round, action=action, direction=action.main_direction, department=division, exception_reason="未"
        )
    assert queries() == once
