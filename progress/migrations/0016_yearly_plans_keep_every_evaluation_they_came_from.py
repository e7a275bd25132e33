from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def keep_those_before(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """One origin for each proposal that became a yearly plan."""
    origin = apps.get_model("progress", "PlanOrigin")
    confirmed = apps.get_model("progress", "NextYearProposal").objects.filter(action_year__isnull=False)
    rows = confirmed.values_list("pk", "action_year", "planned_work", "budget").order_by("pk")
    origin.objects.bulk_create(
        (
            origin(proposal_id=pk, action_year_id=plan, planned_work=work, budget=budget)
            for pk, plan, work, budget in rows.iterator()
        ),
        batch_size=500,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("programs", "0004_yearly_plans_of_a_year_have_an_index"),
        ("progress", "0015_additions_are_told_from_corrections"),
    ]

    operations = [
        migrations.CreateModel(
            name="PlanOrigin",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("planned_work", models.TextField(blank=True, verbose_name="計画")),
                ("budget", models.BigIntegerField(null=True, verbose_name="予算額（千円）")),
                (
                    # The name "origins" is taken until the next migration.
                    "action_year",
                    models.ForeignKey(
                        on_delete=models.deletion.PROTECT, related_name="+", to="programs.actionyear"
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=models.deletion.CASCADE, related_name="plans", to="progress.nextyearproposal"
                    ),
                ),
            ],
            options={
                "verbose_name": "年度別計画の元の調書",
                "verbose_name_plural": "年度別計画の元の調書",
                "ordering": ["proposal_id", "action_year_id"],
                "constraints": [models.UniqueConstraint(fields=("proposal", "action_year"), name="plan_origin_unique")],
            },
        ),
        migrations.RunPython(keep_those_before, migrations.RunPython.noop),
    ]
