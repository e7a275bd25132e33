"""`manage.py publish_due`: for cron, every minute; publishes the rounds whose set moment has come, once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from progress.actions.publication import publish_due
from progress.errors import CannotPublish
from progress.management.reporting import all_or_nothing, report_to


class Command(BaseCommand):
    help = "公表の日時が来た評価年度を公表します。毎分動かします。何度動かしても、公表は一度だけです。"

    def handle(self, **options: Any) -> None:
        with all_or_nothing():
            done = publish_due(report=report_to(self.stderr))
        refused = [(round_, error) for round_, error in done if isinstance(error, CannotPublish)]
        for round_, outcome in done:
            if not isinstance(outcome, CannotPublish):
                self.stdout.write(f"『{round_}』を公表しました。調書は{outcome.evaluations.count():,}件です。")
        if refused:
            raise CommandError(
                "\n".join(
                    f"『{round_}』は公表していません。{error}" + "".join(f"\n- {problem}" for problem in error.problems)
                    for round_, error in refused
                )
            )
