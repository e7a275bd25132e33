"""`manage.py remove_old_papers [--days N]`: removes the files of papers that newer ones replaced; for cron, daily."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from progress.papers.removal import remove_old


class Command(BaseCommand):
    help = "新しい内容で作り直されてから日がたった資料（PDF）のファイルを削除します。資料の記録は残ります。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--days",
            type=int,
            default=settings.PAPERS_KEPT_DAYS,
            help="作り直されてから残しておく日数。ふつうは省きます（設定 PAPERS_KEPT_DAYS の日数になります）。",
        )

    def handle(self, **options: Any) -> None:
        self.stdout.write(f"古い資料のファイルを{remove_old(days=options['days'])}件削除しました。")
