"""`manage.py publish_due`: for cron, every minute; publishes the rounds whose set moment has come, once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from progress.actions.publication import publish_due
from progress.errors import CannotPublish
from progress.management.reporting import all_or_nothing, report_to
from progress.models import Publication, Round


class Command(BaseCommand):
    help = "公表の日時が来た評価年度を公表します。毎分動かします。何度動かしても、公表は一度だけです。"

    def handle(self, **options: Any) -> None:
        with all_or_nothing():
            done = publish_due(report=report_to(self.stderr))
        for round_, outcome in done:
            if isinstance(outcome, Publication):
                self.stdout.write(f"『{round_}』を公表しました。調書は{outcome.evaluations.count():,}件です。")
        refused = [_refusal(round_, error) for round_, error in done if isinstance(error, Exception)]
        if refused:
            raise CommandError("\n".join(refused))


def _refusal(round_: Round, error: Exception) -> str:
    if isinstance(error, CannotPublish):
        return f"『{round_}』は公表していません。{error}" + "".join(f"\n- {problem}" for problem in error.problems)
    return (
        f"『{round_}』は公表していません。公表の処理が失敗しました（{type(error).__name__}）。"
        "何も公表していません。エラーの記録を確かめてください。次に動いたときに、もう一度公表します。"
    )
