"""`manage.py load_plan [directory]`: brings a plan's files into the database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from plan.loading import FixtureError, LoadResult, load

DEFAULT = "fixtures/plan-2016"
SHOWN = 60


class Command(BaseCommand):
    help = "プランのデータ（TOML）を読み込みます。職員が編集した行は書き換えず、違いを表示します。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "directory",
            nargs="?",
            type=Path,
            default=Path(settings.BASE_DIR) / DEFAULT,
            help=f"プランのフォルダー（省略すると {DEFAULT}）",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            result = load(options["directory"])
        except FixtureError as error:
            raise CommandError(f"読み込めませんでした。何も変更していません。{error}") from error
        if options["verbosity"] > 0:
            self._report(result)

    def _report(self, result: LoadResult) -> None:
        self.stdout.write(
            f"{result.plan_title}：追加 {result.created}件、更新 {result.updated}件、"
            f"変更なし {result.unchanged}件、職員の編集を残した行 {result.kept}件"
        )
        for difference in result.differences:
            self.stdout.write(f"・{difference.key}（{difference.place}）の{difference.label}")
            self.stdout.write(f"    データ　　：{_shortened(difference.in_file)}")
            self.stdout.write(f"    登録の内容：{_shortened(difference.in_database)}")
        self._list("職員が削除したため、追加しなかった行", result.deleted)
        self._list("データからなくなり、登録に残っている行", result.dropped)

    def _list(self, heading: str, keys: list[str]) -> None:
        if keys:
            self.stdout.write(f"{heading} {len(keys)}件：{'、'.join(keys)}")


def _shortened(text: str) -> str:
    line = text.replace("\n", " ")
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}…"
