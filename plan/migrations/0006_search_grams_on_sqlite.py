"""On SQLite, a full-text index of single characters and pairs of them makes searches fast.

Its tokens are the hexadecimal UTF-8 of every character and of every two that
stand side by side in `folded`, so that no tokenizer divides them anew and signs
are found like letters. Triggers keep it in step with every writer. It stores no
text: a token is taken out by giving the old text once more.

A later migration that changes a column of the table has Django make the table
anew on SQLite, which drops the triggers: it must call `create_triggers` after.
"""

from typing import Any

from django.db import migrations

TABLE = "plan_searchgram"
CHARACTERS_A_STEP = 16
TOKENS = " || ' ' || ".join(
    f"hex(substr(piece, {at}, {length}))" for at in range(1, CHARACTERS_A_STEP + 1) for length in (1, 2)
)


def grams(column: str) -> str:
    """SQL for the tokens of a column; pieces overlap by a character, so that no pair is lost between them."""
    piece, rest = f"1, {CHARACTERS_A_STEP + 1}", CHARACTERS_A_STEP + 1
    return f"""(SELECT group_concat({TOKENS}, ' ') FROM (
        WITH RECURSIVE pieces(piece, rest) AS (
            SELECT substr({column}, {piece}), substr({column}, {rest})
            UNION ALL SELECT substr(rest, {piece}), substr(rest, {rest}) FROM pieces WHERE rest <> ''
        ) SELECT piece FROM pieces
    ))"""


ADD = f"INSERT INTO {TABLE}(rowid, grams) VALUES (new.id, {grams('new.folded')});"
TAKE_OUT = f"INSERT INTO {TABLE}({TABLE}, rowid, grams) VALUES ('delete', old.id, {grams('old.folded')});"
TRIGGERS = (
    f"CREATE TRIGGER {TABLE}_insert AFTER INSERT ON plan_searchdocument BEGIN {ADD} END",
    f"CREATE TRIGGER {TABLE}_delete AFTER DELETE ON plan_searchdocument BEGIN {TAKE_OUT} END",
    f"CREATE TRIGGER {TABLE}_update AFTER UPDATE OF folded ON plan_searchdocument "
    f"WHEN old.folded <> new.folded BEGIN {TAKE_OUT} {ADD} END",
)
CREATE = (
    f"CREATE VIRTUAL TABLE {TABLE} USING fts5(grams, content='', columnsize=0, detail=none, tokenize='ascii')",
    f"INSERT INTO {TABLE}(rowid, grams) SELECT id, {grams('folded')} FROM plan_searchdocument",
)
DROP = (*(f"DROP TRIGGER IF EXISTS {TABLE}_{event}" for event in ("insert", "delete", "update")), f"DROP TABLE {TABLE}")


def _execute_on_sqlite(schema_editor: Any, statements: tuple[str, ...]) -> None:
    if schema_editor.connection.vendor == "sqlite":
        for statement in statements:
            schema_editor.execute(statement)


def create(apps: Any, schema_editor: Any) -> None:
    _execute_on_sqlite(schema_editor, CREATE)
    create_triggers(apps, schema_editor)


def create_triggers(apps: Any, schema_editor: Any) -> None:
    _execute_on_sqlite(schema_editor, TRIGGERS)


def drop(apps: Any, schema_editor: Any) -> None:
    _execute_on_sqlite(schema_editor, DROP)


class Migration(migrations.Migration):
    dependencies = [("plan", "0005_document_kinds_of_later_apps")]
    operations = [migrations.RunPython(create, drop)]
