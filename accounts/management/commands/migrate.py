"""`manage.py migrate`: Django's own; on SQLite it ends with the counting that the choice of an index rests on."""

from typing import Any

from django.core.management.commands import migrate
from django.db import connections


class Command(migrate.Command):
    has_changed = False

    def migration_progress_callback(self, action: str, migration: Any = None, fake: bool = False) -> None:
        self.has_changed = self.has_changed or action in {"apply_success", "unapply_success"}
        super().migration_progress_callback(action, migration, fake)

    def handle(self, *args: Any, **options: Any) -> None:
        """SQLite chooses an index by what it counted last, and of a new one it has counted nothing.

        PostgreSQL counts by itself; where nothing was migrated nothing is counted.
        """
        super().handle(*args, **options)
        connection = connections[options["database"]]
        if self.has_changed and connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
