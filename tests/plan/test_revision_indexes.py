"""改定履歴 of very many entries: what pages ask of it is answered by an index that leads to the rows."""

import datetime
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from plan.enums import RevisionKind
from plan.models import Plan, Revision
from plan.queries import changed_on
from plan.queries.revisions import latest_at, latest_of, parts_of, revisions_of
from plan.queries.sitemap import changed_on_by_path

pytestmark = pytest.mark.django_db

PAGES, A_PAGE = 200, 10
ADDRESSES = ("/", "/plans/2016/", "/plans/2016/revisions/")
PATHS = [f"/programs/2016/actions/{number:03}/" for number in range(PAGES)]
WHOLE = "まとめた変更"
# So many rows of five pages there are, or in a page of a list: far below what is in the table.
MOST_ROWS = 100


@pytest.fixture
def plan() -> Plan:
    """The plan with 2,000 revisions, ten of each of 200 pages, as many that are not shown, and one of 200 parts."""
    plan = Plan.objects.get(slug="2016")
    moment = timezone.now()
    Revision.objects.bulk_create(
        Revision(
            plan=plan,
            kind=RevisionKind.CHANGED,
            object_type="programs.action",
            object_id=number,
            title=path,
            path=f"{path}#years" if turn % 2 else path,
            made_at=moment - datetime.timedelta(minutes=turn * PAGES + number),
            is_hidden=is_hidden,
        )
        for number, path in enumerate(PATHS)
        for turn in range(A_PAGE)
        for is_hidden in (False, True)
    )
    common: dict[str, Any] = {
        "plan": plan,
        "kind": RevisionKind.CHANGED,
        "made_at": moment - datetime.timedelta(days=9),
    }
    whole = Revision.objects.create(object_type="programs.program", object_id=1, title=WHOLE, **common)
    Revision.objects.bulk_create(
        Revision(object_type="programs.action", object_id=number, title="一部", part_of=whole, **common)
        for number in range(PAGES)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return plan


def _statement(ask: Callable[[], object]) -> str:
    with CaptureQueriesContext(connection) as captured:
        ask()
    *_, statement = (each["sql"] for each in captured if "plan_revision" in each["sql"])
    return statement


def _rows_touched(node: dict[str, Any]) -> int:
    """By a plan of PostgreSQL that was carried out: the rows found and those thrown away."""
    own = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
    return max([own if "Scan" in node["Node Type"] else 0, *map(_rows_touched, node.get("Plans", []))])


def _explained(statement: str) -> tuple[str, int]:
    """How the database goes about it, and how many rows it touched (SQLite does not say: 0)."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Of so few rows it would rather read them all.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}")
            (found,) = cursor.fetchone()[0]
            return json.dumps(found), _rows_touched(found["Plan"])
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}")
        return "\n".join(row[3] for row in cursor.fetchall()), 0


# What is asked → the index that answers, with the columns by which SQLite looks up in it.
TIME, PAGE = ("revision_listed_time", "(plan_id=?)"), ("revision_shown_page", "(plan_id=? AND page=?)")
PARTS = ("revision_shown_parts", "(part_of_id=?)")
ASKED: dict[str, tuple[tuple[str, str], Callable[[Plan], object]]] = {
    "home": (TIME, lambda plan: changed_on(plan)),
    "page": (PAGE, lambda plan: changed_on(plan, PATHS[7])),
    "pages": (PAGE, lambda plan: changed_on(plan, *PATHS[7:12])),
    "newest": (TIME, lambda plan: latest_of(plan)),
    "newest of pages": (PAGE, lambda plan: latest_at(plan, PATHS[7:12])),
    "list": (TIME, lambda plan: list(revisions_of(plan)[:20])),
    "list of a page": (PAGE, lambda plan: list(revisions_of(plan, PATHS[7])[:20])),
    "parts": (PARTS, lambda plan: list(parts_of(plan.revisions.get(title=WHOLE))[:20])),
    "file of the sitemap": (PAGE, lambda plan: changed_on_by_path(PATHS[7:12])),
}


@pytest.mark.parametrize("what", ASKED)
def test_what_a_page_asks_is_answered_by_an_index(plan: Plan, what: str) -> None:
    (index, columns), ask = ASKED[what]
    _assert_answered(_statement(lambda: ask(plan)), index, columns)


@pytest.mark.usefixtures("plan")
def test_the_admins_list_is_read_in_the_order_of_an_index(ict_staff: User, client_of: Callable[[Any], Client]) -> None:
    client = client_of(ict_staff)
    with CaptureQueriesContext(connection) as captured:
        assert client.get("/admin/plan/revision/").status_code == 200
    listing, counting = (
        [each["sql"] for each in captured if "plan_revision" in each["sql"] and ("COUNT(" in each["sql"]) is counts]
        for counts in (False, True)
    )
    assert (len(listing), len(counting)) == (1, 1)
    _assert_answered(listing[0], "revision_time")


def _assert_answered(statement: str, index: str, columns: str = "") -> None:
    told, touched = _explained(statement)
    if connection.vendor == "sqlite":
        assert re.search(rf"INDEX {index}\b ?{re.escape(columns)}", told), told
    assert (index in told, touched <= MOST_ROWS) == (True, True), told


def test_what_is_shown_on_a_page_is_found_wherever_on_it(plan: Plan) -> None:
    found = [revision.path for revision in revisions_of(plan, PATHS[7])]
    assert found == [PATHS[7], f"{PATHS[7]}#years"] * (A_PAGE // 2)
    assert [revision.path for revision in revisions_of(plan, f"{PATHS[7]}#years")] == found


@pytest.mark.usefixtures("plan")
def test_revisions_are_counted_once_for_a_state_of_the_content(client: Client) -> None:
    client.get("/")
    with CaptureQueriesContext(connection) as captured:
        pages = [client.get(f"{address}?anew=1").content.decode() for address in ADDRESSES]
    assert [each["sql"] for each in captured if "COUNT(" in each["sql"] and "plan_revision" in each["sql"]] == []
    assert (f"改定履歴（{PAGES * A_PAGE + 1}件）" in pages[1], f"{PAGES * A_PAGE // 20 + 1}ページ中" in pages[2]) == (
        True,
        True,
    )
