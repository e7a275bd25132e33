from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.demo import ensure_accounts


class Command(BaseCommand):
    help = "Makes an account for every persona of the demo and prints how to log in. Refuses outside the demo."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("見本アカウントは、見本環境（PORTAL_MODE=demo、make run）でだけ作成できます。")
        self.stdout.write("見本アカウント（この環境だけで使えます）")
        self.stdout.write("職員番号  パスワード        役割と氏名")
        for account in ensure_accounts():
            persona = account.persona
            self.stdout.write(
                f"{persona.staff_number:<8}  {account.password:<16}  {persona.role.label}：{persona.name}"
            )
