"""`manage.py realign_departments`: daily; gives open 調書 of 課 that have ended to who leads their action now."""

from typing import Any

from django.core.management.base import BaseCommand

from progress.actions.reorganisation import realign


class Command(BaseCommand):
    help = "改組の日が来た所管課の、公表前の調書を、引き継いだ課へ移します。毎日動かします。"

    def handle(self, **options: Any) -> None:
        self.stdout.write(f"移した調書：{realign()}件")
