"""Every address × every persona. A new address fails here until it is listed."""

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.enums import Role
from accounts.models import Department, User
from progress.actions.sheets import keep_upload
from tests.progress import round_addresses
from tests.progress.factories import opened
from tests.progress.published import accepted_year, published_year
from tests.progress.round_addresses import statuses
from tests.progress.sheets import downloaded

pytestmark = pytest.mark.django_db

PLAN = {"slug": "2016"}
PROGRAM = {"slug": "2016"}
YEAR = {"slug": "2016"}
# Name of each public address → how to fill it in.
PUBLIC: dict[str, dict[str, Any]] = {
    "plan:home": {},
    "plan:search": {},
    "plan:data": {},
    "plan:sitemap": {},
    "plan:sitemap_xml": {},
    "plan:sitemap_part_xml": {"part": 1},
    "plan:robots": {},
    "plan:accessibility": {},
    "plan:about": {},
    "plan:plans": {},
    "plan:plan": PLAN,
    "plan:summary": PLAN,
    "plan:chapter": {**PLAN, "chapter": 2},
    "plan:section": {**PLAN, "chapter": 2, "section": 3},
    "plan:policy": {**PLAN, "number": 1},
    "plan:measure": {**PLAN, "code": "1-1"},
    "plan:direction": {**PLAN, "code": "1-1-1"},
    "plan:figures": PLAN,
    "plan:figure": {**PLAN, "number": "2-13"},
    "plan:figure_csv": {**PLAN, "number": "2-13"},
    "plan:surveys": PLAN,
    "plan:survey": {**PLAN, "number": 1},
    "plan:survey_csv": {**PLAN, "number": 1},
    "plan:glossary": PLAN,
    "plan:glossary_by_number": PLAN,
    "plan:term": {**PLAN, "number": 1},
    "plan:glossary_csv": PLAN,
    "plan:structure_csv": PLAN,
    "plan:periods": PLAN,
    "plan:periods_csv": PLAN,
    "plan:revisions": PLAN,
    "plan:mendings": PLAN,
    "papers:plan_pdf": PLAN,
    "healthz": {},
    "readyz": {},
}
# Public once there is a published programme and year (tests.progress.published).
PUBLISHED: dict[str, dict[str, Any]] = {
    "programs:programs": {},
    "programs:program": PROGRAM,
    "programs:actions_csv": PROGRAM,
    "programs:years_csv": PROGRAM,
    "programs:indicators_csv": PROGRAM,
    "programs:action": {**PROGRAM, "code": "1-1-001"},
    "programs:departments": PROGRAM,
    "programs:department": {**PROGRAM, "code": "T-0101"},
    "programs:direction": {**PROGRAM, "code": "1-1-1"},
    "progress:progress": {},
    "progress:feed_xml": {},
    "progress:history": {},
    "progress:year": YEAR,
    "progress:year_first": YEAR,
    "progress:measures_csv": YEAR,
    "progress:measure": {**YEAR, "code": "1-1"},
    "progress:measure_first": {**YEAR, "code": "1-1"},
    "progress:actions": YEAR,
    "progress:actions_csv": YEAR,
    "progress:results_csv": YEAR,
    "progress:codes_csv": YEAR,
    "progress:entries_csv": YEAR,
    "progress:data_xlsx": YEAR,
    "progress:action": {**YEAR, "code": "1-1-001"},
    "progress:action_first": {**YEAR, "code": "1-1-001"},
    "progress:departments": YEAR,
    "progress:department": {**YEAR, "code": "T-0101"},
    "progress:corrections": YEAR,
    "progress:changes": YEAR,
    "progress:report_pdf": YEAR,
}
# Addresses cut short: where they lead to for ever, once it is published.
CUT_SHORT: dict[str, str] = {
    "plan:no_chapter": "plan:plan",
    "plan:no_policy": "plan:plan",
    "plan:no_measure": "plan:plan",
    "plan:no_direction": "plan:plan",
    "programs:no_action": "programs:program",
    "programs:no_direction": "programs:program",
    "progress:no_measure": "progress:year",
}
# Files that are made when somebody first asks: 503 until then, with a page that says so.
MADE_ON_DEMAND = {"papers:plan_pdf": 503, "progress:report_pdf": 503}
# Public in the demo, for people who may edit elsewhere.
STAFF_ONLY = {"plan:gallery"}
OWN_PAGES = {"accounts:me", "accounts:session", "accounts:email"}
ADMINISTRATORS_ONLY = {"accounts:audit", "accounts:audit_csv", "accounts:roles"}
# For those who may edit programmes: everybody may know of them.
PROGRAM_DESK: dict[str, dict[str, Any]] = {
    "programs_desk:programs": {},
    "programs_desk:template": {"slug": "2016"},
    "programs_desk:export": {"slug": "2016"},
    "programs_desk:import": {"slug": "2016"},
    "programs_desk:preview": {"slug": "2016", "number": 1},
}
# The pages at /desk/ of one 調書 being filled in by `liaison`: persona → status of a GET.
_READERS = {
    "citizen": 302,
    "liaison": 200,
    "manager": 200,
    "committee_viewer": 404,
    "ict_staff": 200,
    "administrator": 404,
}
DESK: dict[str, dict[str, int]] = {
    "desk:home": {**dict.fromkeys(_READERS, 200), "citizen": 302, "administrator": 302},
    "desk:evaluation": _READERS,
    "desk:autosave": _READERS,
    # 差戻し of the manager: not theirs is 403, not now a message on the page itself.
    "desk:transition": {**_READERS, "liaison": 403, "manager": 302, "ict_staff": 403},
}
# Workbooks of 調書: of a round that is open, for ICT推進課 and the department; what `liaison` chose is theirs alone.
_TAKERS = {**_READERS}
_OWN = {**_READERS, "manager": 404, "ict_staff": 404}
DESK |= {
    "desk:sheets": _TAKERS,
    "desk:sheets_download": _TAKERS,
    "desk:sheets_preview": _OWN,
    "desk:sheets_marked": _OWN,
}
PERSONAS = ("citizen", "liaison", "manager", "committee_viewer", "ict_staff", "administrator")


def names_below(resolver: URLResolver, namespace: str = "") -> set[str]:
    found: set[str] = set()
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            if entry.namespace != "admin" and "allauth" not in str(entry.urlconf_name):
                found |= names_below(entry, inner)
        elif isinstance(entry, URLPattern) and entry.name:
            found.add(namespace + entry.name)
    return found


@pytest.fixture
def browser_of(request: pytest.FixtureRequest) -> Any:
    def log_in(persona: str) -> Client:
        client = Client()
        person = request.getfixturevalue(persona)
        if isinstance(person, User):
            client.force_login(person)
        return client

    return log_in


def test_every_address_is_listed() -> None:
    public = set(PUBLIC) | set(PUBLISHED) | set(CUT_SHORT)
    assert names_below(get_resolver()) == (
        public | STAFF_ONLY | OWN_PAGES | ADMINISTRATORS_ONLY | set(PROGRAM_DESK) | set(DESK) | round_addresses.ALL
    )


def _leads_to_the_log_in(response: Any) -> bool:
    """And from there back to the address that was asked for."""
    return bool(response.headers["Location"] == f"/accounts/login/?next={response.wsgi_request.path}")


@pytest.fixture
def of_a_draft(division: Department, liaison: User) -> dict[str, dict[str, Any]]:
    """How to fill in the addresses at the desk: a blank 調書 of `liaison`'s department, and its workbook."""
    evaluation = opened(division).evaluations.get()
    slug, content = evaluation.round.slug, downloaded(evaluation, liaison)
    upload = keep_upload(round_=evaluation.round, by=liaison, name="調書.xlsx", content=content)
    return {
        "desk:sheets": {"slug": slug},
        "desk:sheets_download": {"slug": slug, "department": division.pk, "shape": "list"},
        "desk:sheets_preview": {"slug": slug, "number": upload.pk},
        "desk:sheets_marked": {"slug": slug, "number": upload.pk},
        "desk:evaluation": {"pk": evaluation.pk},
        "desk:autosave": {"pk": evaluation.pk},
        "desk:transition": {"pk": evaluation.pk, "name": "return_by_manager"},
    }


@pytest.mark.parametrize("persona", PERSONAS)
def test_address_at_the_desk_is_open_to_whom_it_concerns(
    persona: str, of_a_draft: dict[str, dict[str, Any]], browser_of: Any
) -> None:
    browser = browser_of(persona)
    responses = {name: browser.get(reverse(name, kwargs=of_a_draft.get(name, {}))) for name in DESK}
    assert statuses(responses) == {name: known[persona] for name, known in DESK.items()}
    if persona == "citizen":
        assert all(_leads_to_the_log_in(response) for response in responses.values())


@pytest.mark.parametrize("persona", PERSONAS)
def test_public_address_is_open_to_everybody(persona: str, browser_of: Any) -> None:
    browser = browser_of(persona)
    responses = {name: browser.get(reverse(name, kwargs=kwargs)) for name, kwargs in PUBLIC.items()}
    assert statuses(responses) == {name: MADE_ON_DEMAND.get(name, 200) for name in PUBLIC}
    assert [name for name, response in responses.items() if not response.content] == []


def test_address_of_an_unknown_plan_is_not_found(client: Client) -> None:
    everything = PUBLIC | PUBLISHED | dict.fromkeys(CUT_SHORT, PLAN)
    of_a_plan = [name for name, kwargs in everything.items() if kwargs.get("slug")]
    responses = {name: client.get(reverse(name, kwargs=everything[name] | {"slug": "1999"})) for name in of_a_plan}
    assert statuses(responses) == dict.fromkeys(of_a_plan, 404)
    assert [name for name, found in responses.items() if "見つかりません" not in found.content.decode()] == []


def test_address_cut_short_leads_to_the_list_once_that_is_published(client: Client) -> None:
    def answers() -> dict[str, tuple[int, str]]:
        responses = {name: client.get(reverse(name, kwargs=PLAN)) for name in CUT_SHORT}
        return {name: (found.status_code, found.headers.get("Location", "")) for name, found in responses.items()}

    to_plan = {name: (301, reverse(whole, kwargs=PLAN)) for name, whole in CUT_SHORT.items() if "plan:" in whole}
    assert answers() == dict.fromkeys(CUT_SHORT, (404, "")) | to_plan
    published_year()
    assert answers() == {name: (301, reverse(whole, kwargs=PLAN)) for name, whole in CUT_SHORT.items()}


@pytest.mark.parametrize("persona", PERSONAS)
def test_published_results_are_open_to_everybody(persona: str, browser_of: Any) -> None:
    published_year()
    browser = browser_of(persona)
    responses = {name: browser.get(reverse(name, kwargs=kwargs)) for name, kwargs in PUBLISHED.items()}
    assert statuses(responses) == {name: MADE_ON_DEMAND.get(name, 200) for name in PUBLISHED}


@pytest.mark.parametrize("persona", PERSONAS)
def test_results_not_published_are_open_to_nobody(persona: str, browser_of: Any) -> None:
    accepted_year()
    browser = browser_of(persona)
    names = [name for name in PUBLISHED if name.startswith("progress:") and PUBLISHED[name]]
    assert {browser.get(reverse(name, kwargs=PUBLISHED[name])).status_code for name in names} == {404}


@pytest.mark.parametrize("persona", PERSONAS)
def test_own_page_needs_a_login(persona: str, browser_of: Any) -> None:
    response = browser_of(persona).get(reverse("accounts:me"))
    if persona == "citizen":
        assert (response.status_code, response.headers["Location"]) == (302, "/accounts/login/?next=/accounts/me/")
    else:
        assert response.status_code == 200


@pytest.mark.parametrize("persona", PERSONAS)
def test_page_for_administrators_is_open_to_them_alone(persona: str, browser_of: Any) -> None:
    browser = browser_of(persona)
    responses = {name: browser.get(reverse(name)) for name in ADMINISTRATORS_ONLY}
    expected = {"citizen": 302, Role.ADMINISTRATOR.value: 200}.get(persona, 403)
    assert statuses(responses) == dict.fromkeys(ADMINISTRATORS_ONLY, expected)
    if persona == "citizen":
        assert all(_leads_to_the_log_in(response) for response in responses.values())


@pytest.mark.parametrize("persona", PERSONAS)
def test_the_desk_of_programmes_is_for_those_who_may_edit_them(persona: str, browser_of: Any) -> None:
    """There is no programme yet: who may edit one is told so, and nobody else learns whether there is."""
    browser = browser_of(persona)
    responses = {name: browser.get(reverse(name, kwargs=kwargs)) for name, kwargs in PROGRAM_DESK.items()}
    if persona == "citizen":
        assert all(_leads_to_the_log_in(response) for response in responses.values())
    elif persona == "ict_staff":
        assert statuses(responses) == {name: 404 if kwargs else 200 for name, kwargs in PROGRAM_DESK.items()}
    else:
        assert statuses(responses) == dict.fromkeys(PROGRAM_DESK, 403)


# Which personas may open the list of which admin models; the table behind it: accounts/permissions.py.
def _may_open(persona: str, model_label: str) -> bool:
    if persona == Role.ICT_STAFF.value:
        return model_label.startswith(("plan.", "programs.", "progress.")) or model_label == "accounts.department"
    if persona == Role.ADMINISTRATOR.value:
        return model_label.startswith(("plan.", "programs.", "progress.", "accounts."))
    return False


@pytest.mark.parametrize("persona", PERSONAS)
def test_admin_list_is_open_to_whom_the_role_table_says(persona: str, browser_of: Any) -> None:
    browser = browser_of(persona)
    otherwise = 403 if persona in {Role.ICT_STAFF.value, Role.ADMINISTRATOR.value} else 302
    names = {model._meta.label_lower: f"admin:{model._meta.label_lower}_changelist" for model in admin.site._registry}
    responses = {label: browser.get(reverse(name.replace(".", "_"))) for label, name in names.items()}
    assert statuses(responses) == {label: 200 if _may_open(persona, label) else otherwise for label in names}
