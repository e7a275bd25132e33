"""`manage.py make_papers [--yearly SLUG] [--plan SLUG]`: makes the papers that wait, at the lowest priority."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from plan.models import Plan
from progress.enums import PaperKind
from progress.models import Round
from progress.papers.making import be_humble, make_waiting
from progress.papers.ordering import order_of_plan, order_of_round
from progress.papers.selection import Selection


class Command(BaseCommand):
    help = "順番を待っている資料（PDF）を作ります。ほかの処理が優先されます。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--yearly", metavar="SLUG", help="公表した年度の年次報告書を、先に依頼します。")
        parser.add_argument("--plan", metavar="SLUG", help="公開しているプランの冊子を、先に依頼します。")

    def handle(self, **options: Any) -> None:
        be_humble()
        if slug := options["yearly"]:
            round_ = Round.objects.published().for_reports().get(slug=slug)
            order_of_round(round_=round_, selection=Selection.of(PaperKind.YEARLY), by=None)
        if slug := options["plan"]:
            order_of_plan(plan=Plan.objects.published().get(slug=slug), by=None)
        made = make_waiting()
        self.stdout.write(f"資料を{made}件作りました。")
