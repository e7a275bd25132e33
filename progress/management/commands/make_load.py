"""`manage.py make_load --plans N --actions N --years N`: made-up data to measure with; never in production."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.enums import Role
from accounts.models import User
from progress.load import make_load


class Command(BaseCommand):
    help = "速さを測るためのデータを作ります（見本データ。本番では使えません）。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--plans", type=int, default=1, help="プログラムの数（2つ目からはプランも作ります）")
        parser.add_argument("--actions", type=int, default=60, help="1プログラムの取組の数")
        parser.add_argument("--years", type=int, default=2, help="評価年度の数（プログラムはもう1年度続きます）")

    def handle(self, **options: Any) -> None:
        if not (settings.DEMO or settings.MODE == "test"):
            raise CommandError("make_load は PORTAL_MODE=demo のときだけ使えます。")
        if min(options["plans"], options["actions"], options["years"]) < 1:
            raise CommandError("--plans、--actions、--years には1以上の数を指定してください。")
        by = User.objects.filter(memberships__role=Role.ICT_STAFF).first()
        if by is None:
            raise CommandError("ICT推進課職員がいません。先に make_demo_accounts を実行してください。")
        make_load(
            plans=options["plans"],
            actions=options["actions"],
            years=options["years"],
            by=by,
            say=self.stdout.write,
        )
