"""What follows every migration of the database."""

from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

pytestmark = pytest.mark.django_db


def test_sqlite_counts_for_its_choice_of_indexes_when_something_was_migrated() -> None:
    """Nothing is counted here: SQLite would answer the queries of later tests in other ways."""
    counted: list[str] = []

    def instead(execute: Any, sql: str, *arguments: Any) -> Any:
        return counted.append(sql) if sql == "ANALYZE" else execute(sql, *arguments)

    once = ["ANALYZE"] if connection.vendor == "sqlite" else []
    with connection.execute_wrapper(instead):
        call_command("migrate", "sessions", "zero", fake=True, verbosity=0)
        assert counted == once
        call_command("migrate", "sessions", fake=True, verbosity=0)
        assert counted == once * 2
        call_command("migrate", "sessions", verbosity=0)
    assert counted == once * 2
