"""`manage.py remove_old_uploads`: deletes files that were chosen for an import long ago; for cron, daily."""

from typing import Any

from django.core.management.base import BaseCommand

from programs.actions.uploads import remove_old_uploads
from programs.models import ProgramUpload
from programs.models.upload import KEPT_FOR
from progress.models import EvaluationUpload


class Command(BaseCommand):
    help = (
        f"取り込むために選ばれてから{KEPT_FOR.days}日を過ぎたファイル（プログラム、調書）を削除します。毎日動かします。"
    )

    def handle(self, **options: Any) -> None:
        removed = remove_old_uploads(ProgramUpload, EvaluationUpload)
        self.stdout.write(f"選ばれてから{KEPT_FOR.days}日を過ぎたファイルを{removed}件削除しました。")
