"""Years are held by the database, too; a row that breaks this is named."""

from typing import Any

from django.db import migrations, models

YEARS = {"Plan": ("start_year", "end_year"), "RelatedPlan": ("start_year", "end_year")}


def name_what_stands_in_the_way(apps: Any, _schema_editor: Any) -> None:
    """A year that the constraint refuses is put right by people: nobody else knows which one is meant."""
    found = []
    for name, fields in YEARS.items():
        model = apps.get_model("plan", name)
        for field in fields:
            wrong = model.objects.filter(**{f"{field}__isnull": False}).exclude(**{f"{field}__range": (1900, 2099)})
            found += [f"{name} {pk}.{field} = {year}" for pk, year in wrong.values_list("pk", field)]
    if found:
        raise ValueError(f"Years outside 1900-2099, put them right in the admin first: {'; '.join(found)}")


class Migration(migrations.Migration):

    dependencies = [
        ('plan', '0010_programmes_are_found_and_their_publication_is_told'),
    ]

    operations = [
        migrations.RunPython(name_what_stands_in_the_way, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(('start_year__range', (1900, 2099)), ('end_year__range', (1900, 2099))), name='plan_years_known', violation_error_message='西暦の年度を4けたで入力してください（1900から2099まで。例：2016）。'),
        ),
        migrations.AddConstraint(
            model_name='relatedplan',
            constraint=models.CheckConstraint(condition=models.Q(('start_year__range', (1900, 2099)), ('end_year__range', (1900, 2099))), name='related_plan_years_known', violation_error_message='西暦の年度を4けたで入力してください（1900から2099まで。例：2016）。'),
        ),
    ]
