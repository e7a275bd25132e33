from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.audit import verify


class Command(BaseCommand):
    help = "監査記録に書き換え・抜け・切り詰めがないかを確かめます。あれば、終了コード1で終わります。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--known",
            nargs=2,
            metavar=("番号", "ハッシュ値"),
            help="前に控えておいた番号とハッシュ値。そこまでの記録が、そのまま残っているかも確かめます。",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = verify(_known(options["known"]))
        if not found.is_sound:
            raise CommandError(f"監査記録に異常があります。{found.fault}正しいと確かめた記録：{found.checked}件")
        self.stdout.write(f"監査記録 {found.checked}件を確かめました。異常はありません。")
        self.stdout.write(f"最後の番号とハッシュ値：{found.number} {found.hash}")


def _known(given: list[str] | None) -> tuple[int, str] | None:
    if given is None:
        return None
    number, digest = given
    if not (number.isascii() and number.isdecimal()):
        raise CommandError(f"--known の番号「{number}」は数として読めません（例：--known 123 0a1b…）。", returncode=2)
    if int(number) == 0:
        raise CommandError("--known の番号は1からです。控えておいた番号を入力してください。", returncode=2)
    return int(number), digest.lower()
