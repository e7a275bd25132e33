"""`manage.py send_outbox`: hands the mails that are due to the mail server; for cron, every minute."""

from typing import Any

from django.core.management.base import BaseCommand

from progress.actions.sending import send_due


class Command(BaseCommand):
    help = "送信待ちのメールを送ります。送れなかったメールは残り、時間をおいて送り直します。"

    def handle(self, **options: Any) -> None:
        outcome = send_due()
        if outcome.sent:
            self.stdout.write(f"{outcome.sent}通を送りました。")
        if outcome.unneeded:
            self.stdout.write(f"送る必要のなくなった{outcome.unneeded}通は、送りませんでした。")
        for mail in outcome.failed:
            self.stderr.write(
                f"送れませんでした：{mail.address} {mail.subject}（{mail.attempts}回目）{mail.last_error}"
            )
        if not (outcome.sent or outcome.unneeded or outcome.failed) and options["verbosity"] > 1:
            self.stdout.write("送るメールはありません。")
