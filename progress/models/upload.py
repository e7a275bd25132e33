"""A workbook of 調書 that waits between its preview and being taken in."""

from django.conf import settings
from django.db import models

from programs.models.upload import KeptFile
from progress.models.round import Round


class EvaluationUpload(KeptFile):
    """調書のファイル."""

    round = models.ForeignKey(Round, verbose_name="評価年度", on_delete=models.CASCADE, related_name="uploads")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="選んだ人", on_delete=models.PROTECT, related_name="evaluation_uploads"
    )

    class Meta(KeptFile.Meta):
        verbose_name = "調書のファイル"
        verbose_name_plural = "調書のファイル"
