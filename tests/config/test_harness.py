"""What the tests themselves rely on: the real plan is in the database, whatever the test before did."""

import os

import pytest
from django.db import connection

from plan.models import Plan


@pytest.mark.django_db
def test_plan_is_loaded() -> None:
    assert list(Plan.objects.values_list("slug", flat=True)) == ["2016"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", ["first", "after a flush"])
def test_plan_is_loaded_again_after_real_transactions(turn: str) -> None:
    assert Plan.objects.filter(slug="2016").exists(), turn


@pytest.mark.django_db
def test_database_is_the_one_asked_for() -> None:
    scheme = os.environ["DATABASE_URL"].split(":")[0]
    assert connection.vendor == {"sqlite": "sqlite"}.get(scheme, "postgresql")


@pytest.mark.django_db
def test_foreign_keys_are_enforced() -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            assert cursor.execute("PRAGMA foreign_keys").fetchone() == (1,)
    assert connection.features.supports_foreign_keys


@pytest.mark.django_db
def test_postgresql_knows_japanese_letters() -> None:
    """With the locale C, pg_trgm would find no Japanese word."""
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL only")
    with connection.cursor() as cursor:
        cursor.execute("SELECT show_trgm('防災') <> '{}'")
        assert cursor.fetchone() == (True,)
