"""Every address of the admin × every persona, and what its pages ask of the database."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from accounts.models import User
from tests.admin_addresses import ADMINISTRATOR, STAFF, STATUSES, names
from tests.personas import PERSONAS
from tests.progress.admin_data import address_of, fill

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12
# Whether a term may go is read in every text of the plan, one query for each kind: the index may be behind.
READS_ALL_TEXTS = {"admin:plan_term_delete"}
# Where a transaction begins and ends nothing is asked for.
TRANSACTIONS = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")


def test_every_address_is_listed() -> None:
    assert set(STATUSES) == names()


@pytest.mark.parametrize("persona_name", PERSONAS)
def test_address_is_open_to_whom_the_table_says(
    persona_name: str, client_of: Callable[[Any], Client], ict_staff: User, request: pytest.FixtureRequest
) -> None:
    fill(ict_staff)
    client = client_of(request.getfixturevalue(persona_name))
    at = {STAFF: 0, ADMINISTRATOR: 1}.get(persona_name)
    found = {name: client.get(address_of(name)).status_code for name in sorted(STATUSES)}
    wanted = {name: 302 if at is None else statuses[at] for name, statuses in STATUSES.items()}
    if at is None and persona_name != "citizen":
        wanted["admin:login"] = 403  # where who is logged in and may not enter is led, and told so
    assert {name: status for name, status in found.items() if status != wanted[name]} == {}


@pytest.mark.parametrize("persona_name", [STAFF, ADMINISTRATOR])
def test_no_page_takes_more_than_12_queries(
    persona_name: str, client_of: Callable[[Any], Client], ict_staff: User, request: pytest.FixtureRequest
) -> None:
    fill(ict_staff)
    client = client_of(request.getfixturevalue(persona_name))
    client.get("/accounts/me/")  # the first request of a session stores when it was renewed
    shown = [name for name, who in STATUSES.items() if who[0 if persona_name == STAFF else 1] == 200]
    # Filters do not count their rows, whatever the address asks for.
    addresses = {f"{address_of(name)}?_facets=True" for name in shown if name.endswith("_changelist")}
    addresses |= {address_of(name) for name in shown if name not in READS_ALL_TEXTS}
    counted = {address: _queries(client, address) for address in sorted(addresses)}
    assert {address: count for address, count in counted.items() if count > MOST_QUERIES} == {}


@pytest.mark.parametrize("persona_name", [STAFF, ADMINISTRATOR])
def test_no_page_leads_where_its_reader_may_not_go(
    persona_name: str, client_of: Callable[[Any], Client], ict_staff: User, request: pytest.FixtureRequest
) -> None:
    """Else who follows a link stands on the audit trail with a refused deed."""
    fill(ict_staff)
    client, at = client_of(request.getfixturevalue(persona_name)), 0 if persona_name == STAFF else 1
    refused = {name for name, statuses in STATUSES.items() if statuses[at] == 403}
    links: dict[str, set[str]] = {}
    for name in (name for name, statuses in STATUSES.items() if statuses[at] == 200):
        page = client.get(address_of(name)).content.decode()
        found = {resolve(path).view_name for path in re.findall(r'href="(/admin/[^"?#]*)', page)}
        links[name] = found & refused
    assert {name: found for name, found in links.items() if found} == {}


def _queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    return len([each for each in captured if not each["sql"].startswith(TRANSACTIONS)])
