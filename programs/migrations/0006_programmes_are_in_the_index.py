"""Published programmes are found by their title from now on; those that are there already get their document here."""

from typing import Any

from django.db import migrations

from plan.text.folding import fold
from plan.text.markup import plain


def add_documents(apps: Any, _schema_editor: Any) -> None:
    """As `programs.documents.of_program` makes them when a programme is saved."""
    documents = apps.get_model("plan", "SearchDocument")
    for program in apps.get_model("programs", "Program").objects.filter(is_published=True):
        title = f"{program.title}{'（見本データ）' if program.is_sample else ''}"
        text = plain(program.summary)
        documents.objects.update_or_create(
            source_model="programs.program",
            source_id=program.pk,
            defaults={
                "plan_id": program.plan_id,
                "kind": "program",
                "title": title[:300],
                "path": f"/programs/{program.slug}/",
                "text": text,
                "folded_title": fold(title),
                "folded": f"{fold(title)}\n" + "\n".join(fold(line) for line in text.splitlines()),
                "position": program.start_year,
            },
        )


def remove_documents(apps: Any, _schema_editor: Any) -> None:
    apps.get_model("plan", "SearchDocument").objects.filter(source_model="programs.program").delete()


class Migration(migrations.Migration):
    dependencies = [
        ("plan", "0010_programmes_are_found_and_their_publication_is_told"),
        ("programs", "0005_years_are_those_that_are_known"),
    ]
    operations = [migrations.RunPython(add_documents, remove_documents)]
