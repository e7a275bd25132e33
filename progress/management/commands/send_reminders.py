"""`manage.py send_reminders [--today YYYY-MM-DD]`: queues the reminders of the day; for cron, every morning."""

import datetime
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from plan.fiscal import date_label
from progress.actions.reminders import send_reminders
from progress.business_days import is_business_day


def _date(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"『{text}』は日付として読めません。2017-05-31 のように書いてください。") from None


class Command(BaseCommand):
    help = "提出期限のお知らせを用意します（1人に1日1通まで。送るのは send_outbox）。同じ日に何度実行しても増えません。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--today", type=_date, help="この日のお知らせを用意します（例：2017-05-31）。ふつうは省きます。"
        )

    def handle(self, **options: Any) -> None:
        day = options["today"] or timezone.localdate()
        if not is_business_day(day):
            self.stdout.write(f"{date_label(day)}は閉庁日のため、お知らせはありません。")
            return
        queued = send_reminders(day)
        self.stdout.write(f"{date_label(day)}のお知らせを{len(queued)}通用意しました。")
        for mail in queued:
            self.stdout.write(f"・{mail.to.name}（{mail.to.email}）：{mail.subject}")
