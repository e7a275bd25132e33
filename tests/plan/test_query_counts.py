"""Any public page takes at most 12 queries, and the same number for 1 and 100 times the content."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from plan.models import DirectionItem, Plan
from plan.queries.kept import forget_kept_plans
from tests.plan.enlarging import add_revisions, enlarge
from tests.test_addresses import PUBLIC

pytestmark = pytest.mark.django_db

MOST = 12
SEARCHES = ("/search/?q=情報", "/search/?q=の&kind=direction", "/search/?q=ICT&measure=1-2")


def queries(client: Client, address: str, *, is_new: bool = True) -> int:
    """How many queries the page takes (one with a query string is never stored), in a new process unless said."""
    if is_new:
        forget_kept_plans()
    separator = "&" if "?" in address else "?"
    with CaptureQueriesContext(connection) as captured:
        response = client.get(f"{address}{separator}anew=1")
    assert response.status_code == (503 if address.endswith(".pdf") else 200)  # these are made on demand
    return len(captured)


def test_no_page_takes_more_queries_for_100_times_the_content(client: Client) -> None:
    pages = [reverse(name, kwargs=kwargs) for name, kwargs in PUBLIC.items() if name.startswith("plan:")]
    addresses = [*pages, *SEARCHES]
    plan = Plan.objects.get(slug="2016")
    add_revisions(plan, 1)
    once = {address: queries(client, address) for address in addresses}
    items = DirectionItem.objects.count()
    enlarge(plan, 100)
    assert DirectionItem.objects.count() >= 10 * items
    enlarged = {address: queries(client, address) for address in addresses}
    assert enlarged == once
    assert {address: count for address, count in once.items() if count > MOST} == {}
