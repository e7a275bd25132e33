"""A workbook of 調書 that waits between its preview and being taken in."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from progress.models.round import Round


class EvaluationUpload(models.Model):
    """調書のファイル: the bytes as they came. They are read and compared anew whenever they are used."""

    round = models.ForeignKey(Round, verbose_name="評価年度", on_delete=models.CASCADE, related_name="uploads")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="選んだ人", on_delete=models.PROTECT, related_name="evaluation_uploads"
    )
    made_at = models.DateTimeField("選んだ日時", default=timezone.now)
    name = models.CharField("ファイル名", max_length=200)
    sha256 = models.CharField("指紋", max_length=64)
    content = models.BinaryField("内容")
    applied_at = models.DateTimeField("取り込んだ日時", null=True, blank=True)

    class Meta:
        verbose_name = "調書のファイル"
        verbose_name_plural = "調書のファイル"
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return self.name
