"""What the sums of a round read stands on the 調書 itself, and is filled in here for those that stand."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce


def fill_in(apps: Any, schema_editor: Any) -> None:
    """As `progress.actions.kept_sums` does today; a migration stays as it is when that changes."""
    action = apps.get_model("programs", "Action")
    indicator = apps.get_model("progress", "EvaluationIndicator")
    falls = Q(indicator__improvement="down")
    met = (falls & Q(actual__lte=F("target"))) | (~falls & Q(actual__gte=F("target")))

    def count(which: Q) -> Coalesce:
        rows = indicator.objects.filter(which, evaluation=OuterRef("pk"), target__isnull=False, actual__isnull=False)
        counted = rows.order_by().values("evaluation").annotate(count=Count("pk")).values("count")
        return Coalesce(Subquery(counted), 0)

    apps.get_model("progress", "Evaluation").objects.update(
        direction=Subquery(action.objects.filter(pk=OuterRef("action")).values("main_direction")),
        indicators_total=count(Q()),
        indicators_reached=count(met),
    )


class Migration(migrations.Migration):
    dependencies = [
        ("plan", "0005_document_kinds_of_later_apps"),
        ("programs", "0002_program_upload"),
        ("progress", "0007_paper_failures"),
    ]

    operations = [
        migrations.AddField(
            model_name="evaluation",
            name="direction",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="plan.direction",
                verbose_name="主な基本方向",
            ),
        ),
        migrations.AddField(
            model_name="evaluation",
            name="indicators_total",
            field=models.PositiveSmallIntegerField(
                default=0, editable=False, verbose_name="実績を比べられる指標の数"
            ),
        ),
        migrations.AddField(
            model_name="evaluation",
            name="indicators_reached",
            field=models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="目標に達した指標の数"),
        ),
        migrations.RunPython(fill_in, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="evaluation",
            name="direction",
            field=models.ForeignKey(
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="plan.direction",
                verbose_name="主な基本方向",
            ),
        ),
        migrations.RemoveIndex(model_name="evaluation", name="evaluation_sums"),
        migrations.AddIndex(
            model_name="evaluation",
            index=models.Index(
                fields=[
                    "round",
                    "direction",
                    "status",
                    "grade",
                    "planned_budget",
                    "settlement",
                    "indicators_total",
                    "indicators_reached",
                ],
                name="evaluation_sums",
            ),
        ),
    ]
