from typing import Any

from django.db import migrations, models
from django.db.models import Exists, OuterRef


def name_additions(apps: Any, schema_editor: Any) -> None:
    """追加公表 made before they had a kind of their own stand as corrections: those whose 調書 became public then."""
    publication, event = (apps.get_model("progress", name) for name in ("Publication", "EvaluationEvent"))
    became_public = event.objects.filter(
        evaluation=OuterRef("correction__evaluation"), at=OuterRef("made_at"), transition="publish"
    )
    late = publication.objects.filter(Exists(became_public), kind="correction").order_by()
    publication.objects.filter(pk__in=list(late.values_list("pk", flat=True))).update(kind="addition")


def keep_what_was_sent(apps: Any, schema_editor: Any) -> None:
    """A mail that was sent although it was found not to be needed: it was sent."""
    mail = apps.get_model("progress", "OutboxMail")
    mail.objects.filter(sent_at__isnull=False, unneeded_at__isnull=False).update(unneeded_at=None)


class Migration(migrations.Migration):
    dependencies = [("progress", "0017_yearly_plans_tell_of_their_origins")]

    operations = [
        migrations.RunPython(name_additions, migrations.RunPython.noop),
        migrations.RunPython(keep_what_was_sent, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="outboxmail",
            constraint=models.CheckConstraint(
                condition=models.Q(("sent_at__isnull", True), ("unneeded_at__isnull", True), _connector="OR"),
                name="outbox_mail_sent_or_not_needed",
            ),
        ),
    ]
