"""公表した施策評価 keeps what the 施策 was called: at its publication, as far as that is on record."""

from typing import Any

from django.db import migrations, models
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce


def fill_in(apps: Any, schema_editor: Any) -> None:
    rows = apps.get_model("progress", "PublishedMeasure").objects
    made_at = Subquery(
        apps.get_model("progress", "Publication").objects.filter(pk=OuterRef("publication")).values("made_at")
    )
    dated = rows.annotate(made_at=made_at).values_list("pk", "measure", "made_at")
    history = apps.get_model("plan", "HistoricalMeasure").objects.order_by("-history_date", "-history_id")
    for key, measure, moment in list(dated):
        then = history.filter(id=measure, history_date__lte=moment).values("title")[:1]
        now = apps.get_model("plan", "Measure").objects.filter(pk=measure).values("title")
        rows.filter(pk=key).update(title=Coalesce(Subquery(then), Subquery(now)))


class Migration(migrations.Migration):
    dependencies = [
        ("plan", "0014_what_was_withdrawn_is_not_listed"),
        ("progress", "0024_publication_made"),
    ]

    operations = [
        migrations.AddField(
            model_name="publishedmeasure",
            name="title",
            field=models.CharField(db_default="", max_length=200, verbose_name="施策の題名"),
        ),
        migrations.RunPython(fill_in, migrations.RunPython.noop),
    ]
