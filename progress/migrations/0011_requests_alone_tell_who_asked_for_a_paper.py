from django.db import migrations


class Migration(migrations.Migration):
    """Who asked for a paper and for whom stands in its requests, those of before as well (0010): nothing reads it here."""

    dependencies = [("progress", "0010_paper_requests")]

    operations = [
        migrations.RemoveField(model_name="paper", name="ordered_by"),
        migrations.RemoveField(model_name="paper", name="recipient"),
    ]
