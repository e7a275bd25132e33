from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("progress", "0008_evaluation_keeps_what_sums_read")]

    operations = [
        migrations.AddIndex(
            model_name="evaluation",
            index=models.Index(
                fields=["round", "department", "status"],
                condition=~models.Q(exception_reason=""),
                name="evaluation_exceptions",
            ),
        ),
    ]
