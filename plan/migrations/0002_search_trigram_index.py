"""On PostgreSQL, a trigram index makes searches of three or more characters fast.

SQLite has no counterpart that finds Japanese words of two characters, so it
compares every document (see plan/search/finding.py).
"""

from typing import Any

from django.db import migrations

CREATE = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX search_document_folded_trigram ON plan_searchdocument USING gin (folded gin_trgm_ops)",
)
DROP = ("DROP INDEX IF EXISTS search_document_folded_trigram",)


def _execute_on_postgresql(schema_editor: Any, statements: tuple[str, ...]) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for statement in statements:
            schema_editor.execute(statement)


def create(apps: Any, schema_editor: Any) -> None:
    _execute_on_postgresql(schema_editor, CREATE)


def drop(apps: Any, schema_editor: Any) -> None:
    _execute_on_postgresql(schema_editor, DROP)


class Migration(migrations.Migration):
    dependencies = [("plan", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
