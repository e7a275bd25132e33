"""The files of a year before it is public hold what the public ones will hold, and say that they are not public."""

import csv
import io
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.enums import AuditKind
from accounts.models import AuditEntry, User
from progress.actions.publication import publish
from tests.plan.reading import links, main_of, words
from tests.progress.books import opened
from tests.progress.published import Year, accepted_year

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
PREVIEW, PUBLIC = "/desk/rounds/2016/publish/preview/", "/progress/2016/"
FILES = (
    *("actions.csv", "results.csv", "measures.csv", "codes.csv", "dictionary.csv"),
    *("actions.csv?measure=1-1", "actions.csv?grade=undecided", "actions.csv?sort=-code", "actions.csv?q=札幌"),
)

MOST_QUERIES = 12


@pytest.fixture
def year() -> Year:
    return accepted_year()


@pytest.fixture
def client(client_of: ClientOf, ict_staff: User) -> Client:
    return client_of(ict_staff)


def _rows(client: Client, address: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(client.get(address).content.decode("utf-8-sig"))))


def test_files_hold_what_the_public_ones_will_hold(client: Client, year: Year) -> None:
    before = {file: _rows(client, PREVIEW + file) for file in FILES}
    marks = [(rows[0][0], *{row[0] for row in rows[1:]}) for rows in before.values()]
    assert marks == [("公表の状態", "公表前")] * len(FILES)
    publish(round=year.round, by=year.staff)
    after = {file: _rows(Client(), PUBLIC + file) for file in FILES}
    assert {file: [row[1:] for row in rows] for file, rows in before.items()} == after
    assert [len(after[file]) - 1 for file in FILES if file.startswith("actions")] == [3, 2, 1, 3, 2]


def _cells(sheet: Any) -> list[tuple[object, ...]]:
    return list(sheet.iter_rows(values_only=True))


def test_the_workbook_holds_what_the_public_one_will_hold(client: Client, year: Year) -> None:
    before = opened(client.get(f"{PREVIEW}data.xlsx").content)
    publish(round=year.round, by=year.staff)
    after = opened(Client().get(f"{PUBLIC}data.xlsx").content)
    first, *others = after.sheetnames
    assert before.sheetnames == after.sheetnames
    assert {name: _cells(before[name]) for name in others} == {name: _cells(after[name]) for name in others}
    assert ("公表の状態", "公表する前の案。取扱注意") in _cells(before[first])


def test_a_file_is_named_kept_by_nobody_and_on_record(client: Client, year: Year) -> None:
    for file in ("actions.csv", "data.xlsx"):
        response = client.get(PREVIEW + file)
        assert f"公表前_progress-2016-{file}" in unquote(response.headers["Content-Disposition"])
        assert "no-store" in response.headers["Cache-Control"]
        entry = AuditEntry.objects.latest("number")
        assert (entry.kind, f"公表前_progress-2016-{file}" in entry.about) == (AuditKind.EXPORTED, True)
        assert (entry.facts["件数"], Client().get(PUBLIC + file).status_code) == (3, 404)


def test_the_page_of_the_year_leads_to_them(client: Client, year: Year) -> None:
    found = links(main_of(client.get(PREVIEW)))
    files = [link for link in found if link.startswith(PREVIEW) and link.rpartition(".")[2] in {"csv", "xlsx", "pdf"}]
    assert sorted(link.removeprefix(PREVIEW) for link in files) == sorted([*FILES[:5], "data.xlsx", "report.pdf"])
    assert [client.get(link).status_code for link in files] == [200] * 7
    told = main_of(client.get(f"{PREVIEW}report.pdf"))
    assert ("公表した後に作ります。" in words(told), "/desk/papers/rounds/2016/" in links(told)) == (True, True)


def test_what_the_public_will_not_find_is_not_found(client: Client, year: Year) -> None:
    missing = ("other.csv", "other/", "measures/1-1/first/", "actions/1-1-001/first/")
    assert [client.get(PREVIEW + page).status_code for page in missing] == [404] * 4


def test_once_public_they_lead_to_the_public_files(client: Client, year: Year) -> None:
    publish(round=year.round, by=year.staff)
    files = ("actions.csv?grade=2", "data.xlsx", "report.pdf")
    assert [client.get(PREVIEW + file).headers["Location"] for file in files] == [PUBLIC + file for file in files]


def test_files_take_few_queries(client: Client, year: Year) -> None:
    client.get(f"{PREVIEW}codes.csv")  # prolongs the session
    counts = {}
    for file in FILES:
        with CaptureQueriesContext(connection) as captured:
            client.get(PREVIEW + file)
        counts[file] = len(captured)
    assert {file: count for file, count in counts.items() if count > MOST_QUERIES} == {}
