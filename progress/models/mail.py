"""Mail that is to be sent, and what became of it: a failing mail server loses none and blocks nobody."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from progress.enums import MailKind


class OutboxMail(models.Model):
    """One mail to one person. `key` says what it is about; the same is never queued twice."""

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField("種別", max_length=20, choices=MailKind.choices)
    to = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name="宛先", on_delete=models.PROTECT, related_name="+")
    address = models.EmailField("宛先のアドレス")
    subject = models.CharField("件名", max_length=200)
    body = models.TextField("本文")
    queued_at = models.DateTimeField("作成日時", default=timezone.now)
    sent_at = models.DateTimeField("送信日時", null=True)
    attempts = models.PositiveSmallIntegerField("試行回数", default=0)
    next_try_at = models.DateTimeField("次の試行", default=timezone.now)
    last_error = models.TextField("直近の誤り", blank=True)

    class Meta:
        verbose_name = "送信するメール"
        verbose_name_plural = "送信するメール"
        ordering = ["-queued_at", "-pk"]
        indexes = [models.Index(fields=["sent_at", "next_try_at"], name="outbox_due")]

    def __str__(self) -> str:
        return f"{self.subject}（{self.address}）"
