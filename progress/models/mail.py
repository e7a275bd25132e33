"""Mail that is to be sent, and what became of it: a failing mail server loses none and blocks nobody."""

import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from progress.enums import MailKind


class OutboxMailQuerySet(models.QuerySet["OutboxMail"]):
    """Mails, by what is to be done with them."""

    def unsent(self) -> "OutboxMailQuerySet":
        """Those that are still to be sent."""
        return self.filter(sent_at__isnull=True, unneeded_at__isnull=True)

    def due(self, now: datetime.datetime) -> "OutboxMailQuerySet":
        """Those to be tried at `now`, which no other process is trying; the oldest first."""
        is_free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
        return self.unsent().filter(is_free, next_try_at__lte=now).order_by("next_try_at", "pk")


class OutboxMail(models.Model):
    """One mail to one person. `key` says what it is about; the same is never queued twice.

    `claimed_until`: until then the process that took the mail may be sending
    it. `unneeded_at`: when it was found that what it asks for is not to be done
    any more; it is never sent then. Written by `progress.actions.outbox` and `sending` only.
    """

    key = models.CharField("重複を防ぐ名前", max_length=200, unique=True)
    kind = models.CharField("種別", max_length=20, choices=MailKind.choices)
    to = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name="宛先", on_delete=models.PROTECT, related_name="+")
    address = models.EmailField("宛先のアドレス")
    subject = models.CharField("件名", max_length=200)
    body = models.TextField("本文")
    queued_at = models.DateTimeField("作成日時", default=timezone.now)
    sent_at = models.DateTimeField("送信日時", null=True)
    unneeded_at = models.DateTimeField("不要になった日時", null=True)
    attempts = models.PositiveSmallIntegerField("試行回数", default=0)
    next_try_at = models.DateTimeField("次の試行", default=timezone.now)
    claimed_until = models.DateTimeField("送信中の期限", null=True)
    last_error = models.TextField("直近の誤り", blank=True)

    objects = OutboxMailQuerySet.as_manager()

    class Meta:
        verbose_name = "送信メール"
        verbose_name_plural = "送信メール"
        ordering = ["-queued_at", "-pk"]
        indexes = [models.Index(fields=["sent_at", "next_try_at"], name="outbox_due")]
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(unneeded_at__isnull=True), name="outbox_mail_sent_or_not_needed"
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject}（{self.address}）"

    @property
    def has_failed(self) -> bool:
        """Whether the last try failed and the mail waits for the next one."""
        return self.sent_at is None and self.unneeded_at is None and self.attempts > 0
