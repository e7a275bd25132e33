"""公開 taken off a programme or plan with published rounds: the desk goes on and leads to no page that is gone."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from openpyxl import load_workbook

from accounts.enums import Role
from accounts.models import User
from plan.actions import revise
from progress.actions.publication import publish
from progress.actions.rounds import set_exception
from progress.enums import MailKind, PaperKind, Status
from progress.models import Evaluation, OutboxMail, Paper, Round
from progress.papers.ordering import order_of_plan
from progress.papers.printing import printed
from progress.queries.year_before import year_before
from progress.views.papers import WITHOUT_CHOICES
from tests.factories import UserFactory
from tests.plan.reading import inputs_of, links, main_of, words
from tests.progress.crawling import crawled, desk_addresses, html_of, two_rounds
from tests.progress.factories import entry
from tests.progress.published import Year

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Any], Client]
PERSONAS = ("citizen", "department", "department_manager", "ict_staff", "committee_viewer", "administrator")
OF_PEOPLE = "/desk/", "/admin/", "/accounts/"


@pytest.fixture
def year() -> Year:
    return two_rounds()


@pytest.fixture
def department(year: Year) -> User:
    return UserFactory.create(role=Role.LIAISON, role__department=year.departments[0])


@pytest.fixture
def department_manager(year: Year) -> User:
    return UserFactory.create(role=Role.MANAGER, role__department=year.departments[0])


def withdraw(year: Year, what: str) -> None:
    program = type(year.program).objects.get(pk=year.program.pk)
    root: Any = program if what == "programme" else program.plan
    root.is_published = False
    if what == "plan":
        root.is_current = False
    revise(root=root, by=year.staff, reason="公開の時期を改めるため", expected_version=root.version)


@pytest.mark.parametrize("what", ["programme", "plan"])
@pytest.mark.parametrize("persona", PERSONAS, indirect=False)
def test_every_page_of_the_desk_goes_on(
    request: pytest.FixtureRequest, client_of: ClientOf, year: Year, persona: str, what: str
) -> None:
    reader = client_of(request.getfixturevalue(persona))
    reader.raise_request_exception = False
    withdraw(year, what)
    found = crawled(reader, desk_addresses(), below="/desk/")
    assert {address for address, response in found.items() if response.status_code >= 500} == set()
    leads = {address: _outward(response) for address, response in found.items()}
    gone = _not_found(client_of(AnonymousUser()), set().union(*leads.values()))
    # What the public will see is shown with the links it will have; a note above says that they cannot be opened yet.
    wrong = {address: theirs & gone for address, theirs in leads.items() if theirs & gone}
    assert {address for address in wrong if not address.startswith("/desk/rounds/2017/publish/preview/")} == set()
    assert all("が非公開です。" in words(main_of(found[address])) for address in wrong)


def _outward(response: Any) -> set[str]:
    """Where a page or a redirect leads to outside of what is for people logged in."""
    leads = [*links(html_of(response)), *([response.headers["Location"]] if response.has_header("Location") else [])]
    return {each.split("#")[0] for each in leads if each.startswith("/") and not each.startswith(OF_PEOPLE)}


def _not_found(public: Client, addresses: set[str]) -> set[str]:
    return {each for each in addresses if public.get(each).status_code == 404}


@pytest.mark.parametrize("what", ["programme", "plan"])
def test_every_paper_is_made_of_what_was_published(client_of: ClientOf, year: Year, what: str) -> None:
    def contents() -> dict[str, str]:
        browser, subjects = client_of(year.staff), {"evaluation": year.evaluation("1-1-001").pk, "measure": "1-1"}
        for kind in WITHOUT_CHOICES:
            subject = subjects.get(kind, year.departments[0].pk)
            response = browser.post("/desk/papers/rounds/2016/order/", {"kind": kind, "subject": subject})
            assert response.status_code == 302, kind
        made = {paper.kind: printed(paper) for paper in Paper.objects.order_by("pk")}
        return {kind: each.html.replace(each.version, "") for kind, each in made.items()}

    before = contents()
    withdraw(year, what)
    assert contents() == before
    assert set(before) == set(WITHOUT_CHOICES)
    assert "1,234千円" in before[PaperKind.CORRECTIONS]


def test_the_plan_itself_is_no_paper_while_it_is_not_public(client_of: ClientOf, year: Year) -> None:
    paper, _ = order_of_plan(plan=year.program.plan, by=year.staff)
    withdraw(year, "plan")
    answer = client_of(year.staff).post(f"/desk/papers/{paper.pk}/again/", follow=True)
    assert "このプランはいま公開していないため、冊子を作れません。" in words(main_of(answer))
    assert Paper.objects.get() == paper


def test_a_department_prints_its_own_sheet(client_of: ClientOf, year: Year, department: User) -> None:
    withdraw(year, "programme")
    sent = {"kind": "evaluation", "subject": year.evaluation("1-1-001").pk}
    assert client_of(department).post("/desk/papers/rounds/2016/order/", sent).status_code == 302


def test_a_workbook_tells_the_address_at_which_it_is_found(client_of: ClientOf, year: Year) -> None:
    def address_in_the_book() -> str:
        response = client_of(year.staff).get("/desk/rounds/2016/data.xlsx")
        sheet = load_workbook(BytesIO(response.content))["このデータについて"]
        return str(dict(sheet.iter_rows(min_row=2, max_col=2, values_only=True))["アドレス"])

    assert address_in_the_book() == "http://testserver/progress/2016/"
    withdraw(year, "programme")
    assert address_in_the_book() == "http://testserver/desk/rounds/2016/"


def test_the_year_before_is_told_to_the_committee_as_before(year: Year) -> None:
    round_ = Round.objects.for_reports().get(year=2017)
    before = year_before(round_)
    withdraw(year, "programme")
    assert {key: each.rows for key, each in year_before(round_).items()} == {
        key: each.rows for key, each in before.items()
    }
    assert len(before) == 3


@pytest.mark.parametrize(
    ("what", "told"), [("programme", "プログラムが非公開です。"), ("plan", "プランが非公開です。")]
)
def test_a_correction_says_that_nobody_can_read_it_now(client_of: ClientOf, year: Year, what: str, told: str) -> None:
    browser = client_of(year.staff)
    withdraw(year, what)
    address = "/desk/rounds/2016/corrections/measures/1-1/"
    sent = dict(inputs_of(main_of(browser.get(address))))
    values = {"rating_id": entry(year.round, "A").pk, "reason": "進んだためです。", "correction_reason": "誤り"}
    page = browser.post(address, {**sent, **values, "then": "save"}, follow=True)
    text = words(main_of(page))
    assert f"』を訂正しました。{told}公開に戻すと、公開ページに正誤を示します。" in text
    assert "公開ページに正誤を示しています" not in text
    assert told in words(main_of(browser.get("/desk/rounds/2016/publish/")))


def test_the_mail_of_a_publication_says_so(year: Year) -> None:
    withdraw(year, "programme")
    for row in Evaluation.objects.filter(round__year=2017, status=Status.DRAFT):
        set_exception(evaluation=row, by=year.staff, reason="未確定")
    OutboxMail.objects.all().delete()
    publish(round=Round.objects.get(year=2017), by=year.staff)
    bodies = set(OutboxMail.objects.filter(kind=MailKind.PUBLISHED).values_list("body", flat=True))
    assert bodies
    assert all("プログラムが非公開です。公開した後は、次のページで、だれでも読めます。" in body for body in bodies)


def test_a_liaison_is_told_how_the_public_will_read_an_exception(client_of: ClientOf, year: Year) -> None:
    browser, address = client_of(year.staff), f"/desk/evaluations/{year.evaluation('1-2-001').pk}/"
    assert "公開ページには、計画と次の理由だけを示しています。" in words(main_of(browser.get(address)))
    withdraw(year, "programme")
    told = "プログラムが非公開です。公開に戻すと、公開ページには、計画と次の理由だけを示します。"
    assert told in words(main_of(browser.get(address)))
