"""Files that wait between their preview and their import."""

import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone

from programs.models.program import Program

# From the choosing of a file to its removal (`programs.actions.uploads.remove_old_uploads`).
KEPT_FOR = datetime.timedelta(days=7)


class KeptFile(models.Model):
    """The bytes of a file as they came. They are read and compared anew whenever they are used."""

    made_at = models.DateTimeField("選んだ日時", default=timezone.now)
    name = models.CharField("ファイル名", max_length=200)
    sha256 = models.CharField("指紋", max_length=64)
    content = models.BinaryField("内容")
    applied_at = models.DateTimeField("取り込んだ日時", null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def size(self) -> int:
        """In bytes; reads the content."""
        return len(self.content)


class ProgramUpload(KeptFile):
    """取り込むファイル."""

    program = models.ForeignKey(Program, verbose_name="プログラム", on_delete=models.CASCADE, related_name="uploads")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="選んだ人", on_delete=models.PROTECT, related_name="program_uploads"
    )

    class Meta(KeptFile.Meta):
        verbose_name = "取り込むファイル"
        verbose_name_plural = "取り込むファイル"
