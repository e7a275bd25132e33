"""/healthz and /readyz: what a load balancer asks."""

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client


def test_process_is_well_without_asking_the_database(client: Client) -> None:
    """No database mark: a query would be refused."""
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_ready_with_every_migration(client: Client) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_not_ready_while_a_migration_is_pending(client: Client) -> None:
    newest = MigrationRecorder.Migration.objects.filter(app="admin").latest("name")
    MigrationRecorder.Migration.objects.filter(pk=newest.pk).delete()
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (503, {"status": "unavailable", "pending_migrations": 1})


@pytest.mark.django_db
def test_not_ready_without_the_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable() -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(connection, "ensure_connection", unreachable)
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (503, {"status": "unavailable", "database": "unreachable"})


def test_load_balancer_may_call_by_ip_address(client: Client) -> None:
    response = client.get("/healthz", headers={"Host": "10.0.0.7:8000"})
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
@pytest.mark.django_db
def test_answers_are_never_cached(client: Client, address: str) -> None:
    assert client.get(address).headers["Cache-Control"] == ("max-age=0, no-cache, no-store, must-revalidate, private")
