"""Taking the tables of the tests back to what they were before a migration, and forth."""

from typing import Any

from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def migrate(*targets: tuple[str, str]) -> Any:
    """The models as they are then."""
    return MigrationExecutor(connection).migrate(list(targets)).apps


def migrate_to_newest() -> None:
    migrate(*MigrationExecutor(connection).loader.graph.leaf_nodes())
