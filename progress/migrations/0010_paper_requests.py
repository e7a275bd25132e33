from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def keep_those_before(apps: Any, schema_editor: Any) -> None:
    """Of papers made before this was kept, the order they were made for."""
    paper, request = (apps.get_model("progress", name) for name in ("Paper", "PaperRequest"))
    request.objects.bulk_create(
        (
            request(
                paper=each,
                by_id=each.ordered_by_id,
                at=each.ordered_at,
                content_version=each.content_version,
                recipient=each.recipient,
            )
            for each in paper.objects.order_by("ordered_at", "pk")
        ),
        batch_size=500,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("progress", "0009_exceptions_of_a_round_index"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PaperRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="依頼した日時")),
                ("content_version", models.CharField(max_length=40, verbose_name="内容の版")),
                ("recipient", models.CharField(blank=True, max_length=100, verbose_name="提供先")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="依頼した人",
                    ),
                ),
                (
                    "paper",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requests",
                        to="progress.paper",
                        verbose_name="資料",
                    ),
                ),
            ],
            options={
                "verbose_name": "資料の依頼",
                "verbose_name_plural": "資料の依頼",
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.RunPython(keep_those_before, migrations.RunPython.noop),
    ]
