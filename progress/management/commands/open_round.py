"""`manage.py open_round 2016 --by D0004`: opens a round, as the button at the desk does."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from accounts.permissions import Permission
from progress.actions.opening import open_round
from progress.management.reporting import all_or_nothing, person_of, report_to, round_of


class Command(BaseCommand):
    help = "照会を始めます。途中の進み具合は標準エラーに出します。Ctrl-Cで中断すると、何も変わりません。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="評価年度のアドレス（例：2016）")
        parser.add_argument("--by", required=True, metavar="職員番号", help="照会を始める人（ICT推進課）の職員番号")

    def handle(self, **options: Any) -> None:
        by = person_of(options["by"], Permission.OPEN_ROUND)
        with all_or_nothing():
            opened = open_round(round=round_of(options["slug"]), by=by, report=report_to(self.stderr))
        self.stdout.write(f"『{opened}』の照会を始めました。調書は{opened.evaluations.count():,}件です。")
