"""`manage.py load_sample_rounds [directory]`: the rounds of the sample programme, for demos only."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from plan.loading import FixtureError
from progress.loading import load_sample_rounds

DEFAULT = "fixtures/sample-program-2016"
SLUG = "2016"


class Command(BaseCommand):
    help = "見本の照会（公表済みと照会中）を読み込みます。すでにあるときは何もしません。見本環境でだけ使えます。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "directory",
            nargs="?",
            type=Path,
            default=Path(settings.BASE_DIR) / DEFAULT,
            help=f"見本データのフォルダー（省略すると {DEFAULT}）",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.MODE == "production":
            raise CommandError("見本データは、見本環境（PORTAL_MODE=demo、make run）でだけ読み込めます。")
        try:
            result = load_sample_rounds(options["directory"], SLUG)
        except FixtureError as error:
            raise CommandError(f"読み込めませんでした。何も変更していません。{error}") from error
        if options["verbosity"] == 0:
            return
        if result.is_new:
            self.stdout.write(f"見本データ：{result.program}の照会を読み込みました（調書 {result.evaluations}件）。")
        else:
            self.stdout.write(f"見本データ：{result.program}には照会がすでにあります。何も変更していません。")
