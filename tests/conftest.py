"""What all tests share: the plan in the database, personas, quick hashing, and the guards."""

from collections.abc import Generator, Iterator
from importlib import import_module
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.cache import caches
from django.core.management import call_command, get_commands
from django.db import connection
from django.test import Client
from pytest_django import DjangoDbBlocker

from plan.queries.kept import forget_kept_plans
from tests import guards
from tests.migrating import migrate_to_newest

pytest_plugins = ["tests.personas"]

# Set before any test runs, not per test: these do not differ between tests.
django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
for _alias in ("default", "pages"):
    django_settings.CACHES[_alias] = {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": f"tests-{_alias}",
    }


# What these look at, no database changes: pages in a browser, papers, workbooks, settings, the text of the code.
# Locks, constraints, searches, queries, saving and every view are tried on both.
SQLITE_ONLY = {
    "e2e": (
        "test_accounts",
        "test_admin",
        "test_admin_axe",
        "test_desk",
        "test_desk_back",
        "test_desk_marks",
        "test_desk_moved",
        "test_desk_phone",
        "test_public_pages",
        "test_sheets",
        "test_staff_pages",
        "test_steps",
    ),
    "progress": (
        "test_books_committee",
        "test_books_data",
        "test_papers_golden",
        "test_papers_pdf",
        "test_sheets_locating",
    ),
    "programs": ("test_excel_safety", "test_workbook_cells"),
    "config": ("test_settings", "test_settings_documented", "test_environment"),
    "tests": ("test_architecture", "test_file_links", "test_html_validity", "test_manual"),
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    once = pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite only: the same on any database")
    for item in items:
        if item.path.stem in SQLITE_ONLY.get(item.path.parent.name, ()):
            item.add_marker(once)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The test database holds the real plan, loaded once per worker."""
    with django_db_blocker.unblock():
        call_command("createcachetable", "shared_cache")
        _let_tests_empty_the_audit_trail()
        _load_plan()


def _let_tests_empty_the_audit_trail() -> None:
    """After a test with real transactions, Django empties all tables: the triggers against that stay out here."""
    migration = import_module("accounts.migrations.0002_audit")
    with connection.cursor() as cursor:
        for statement in migration.removals(connection.vendor, migration.AGAINST_EMPTYING[connection.vendor]):
            cursor.execute(statement)


def _load_plan() -> None:
    if "load_plan" in get_commands():
        call_command("load_plan", verbosity=0)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, Any, Any]:
    """A test with real transactions empties the database when it ends: load the plan again, if a test follows."""
    outcome = yield
    if nextitem is None:
        return outcome
    marker = item.get_closest_marker("django_db")
    transactional = marker is not None and marker.kwargs.get("transaction", False)
    if transactional or {"transactional_db", "live_server"} & set(getattr(item, "fixturenames", ())):
        with item.session.config.stash[_blocker_key].unblock():
            _load_plan()
    return outcome


_blocker_key = pytest.StashKey[DjangoDbBlocker]()


@pytest.fixture(scope="session", autouse=True)
def _keep_blocker(request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker) -> None:
    request.config.stash[_blocker_key] = django_db_blocker


@pytest.fixture(autouse=True)
def _empty_caches() -> Iterator[None]:
    yield
    for cache in caches.all():
        cache.clear()
    forget_kept_plans()


@pytest.fixture(autouse=True)
def _guards(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(Client, "request", guards.guarded_request(Client.request))
    with guards.undefined_variables_raise():
        yield


@pytest.fixture
def to_the_newest() -> Iterator[None]:
    """For a test that migrates back: whatever becomes of it, the next one finds the tables of now."""
    yield
    migrate_to_newest()
