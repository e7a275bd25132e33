"""`manage.py publish_round 2016 --by D0004`: publishes a round, as the button at the desk does."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from accounts.permissions import Permission
from progress.actions.publication import publish
from progress.management.reporting import all_or_nothing, person_of, report_to, round_of


class Command(BaseCommand):
    help = "評価を公表します。途中の進み具合は標準エラーに出します。Ctrl-Cで中断すると、何も変わりません。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="評価年度のアドレス（例：2016）")
        parser.add_argument("--by", required=True, metavar="職員番号", help="公表する人（ICT推進課）の職員番号")

    def handle(self, **options: Any) -> None:
        by = person_of(options["by"], Permission.PUBLISH)
        round_ = round_of(options["slug"])
        with all_or_nothing():
            publication = publish(round=round_, by=by, report=report_to(self.stderr))
        self.stdout.write(f"『{round_}』を公表しました。調書は{publication.evaluations.count():,}件です。")
