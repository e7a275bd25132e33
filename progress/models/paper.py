"""Papers that were made, and 帳票: what somebody chose to be in one, under a name."""

import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Department
from plan.models import Plan
from progress.enums import TELLING_UNDECIDED, PaperKind, PaperState
from progress.models.evaluation import Evaluation
from progress.models.round import Round

FIRST_REST = datetime.timedelta(minutes=10)
MOST_DOUBLINGS = 6


class PaperForm(models.Model):
    """帳票: a choice of parts, shape and cover under a name, for any round. `selection`: see `papers.selection`."""

    name = models.CharField("帳票の名前", max_length=100, unique=True)
    selection = models.JSONField("選んだ内容")
    changed_at = models.DateTimeField("保存した日時")
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="保存した人", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "帳票"
        verbose_name_plural = "帳票"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Paper(models.Model):
    """A PDF, made once for each state of its content and each selection: those are its `key`.

    `ordered_at`: when it was ordered to be made, last. Who asked for it, and for whom, is in its `requests`.
    `shows_undecided`: what the people of the chain alone may read stands in it.
    """

    key = models.CharField(max_length=64, unique=True)
    kind = models.CharField("種類", max_length=20, choices=PaperKind.choices)
    title = models.CharField("題名", max_length=300)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="papers")
    round = models.ForeignKey(Round, null=True, on_delete=models.PROTECT, related_name="papers")
    evaluation = models.ForeignKey(Evaluation, null=True, on_delete=models.PROTECT, related_name="papers")
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="papers")
    selection = models.JSONField("選んだ内容")
    content_version = models.CharField("内容の版", max_length=40)
    shows_undecided = models.BooleanField("確認前の内容を含む", default=False)
    state = models.CharField("状態", max_length=10, choices=PaperState.choices, default=PaperState.WAITING)
    ordered_at = models.DateTimeField("依頼した日時")
    started_at = models.DateTimeField("作成を始めた日時", null=True)
    made_at = models.DateTimeField("作成した日時", null=True)
    attempts = models.PositiveSmallIntegerField("試した回数", default=0)
    failed_at = models.DateTimeField("作成できなかった日時", null=True)
    failures = models.PositiveSmallIntegerField("続けて作成できなかった回数", default=0)
    pages = models.PositiveIntegerField("頁数", null=True)
    size = models.PositiveBigIntegerField("大きさ（バイト）", null=True)
    released_at = models.DateTimeField("会議に公開した日時", null=True)

    class Meta:
        verbose_name = "資料"
        verbose_name_plural = "資料"
        ordering = ["-ordered_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=PaperState.MADE, made_at__isnull=False, pages__isnull=False, size__isnull=False)
                | ~Q(state=PaperState.MADE),
                name="paper_made_agrees",
            ),
            models.CheckConstraint(
                condition=Q(shows_undecided=False) | Q(released_at__isnull=True, kind__in=TELLING_UNDECIDED),
                name="paper_undecided_stays_inside",
                violation_error_message="確認が済んでいない調書の内容を載せた資料は、公開できません。",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "ordered_at"], name="paper_queue"),
            models.Index(fields=["round", "kind"], name="paper_of_round"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_made(self) -> bool:
        return self.state == PaperState.MADE

    @property
    def is_underway(self) -> bool:
        return self.state in {PaperState.WAITING, PaperState.MAKING}

    @property
    def tried_again_at(self) -> datetime.datetime | None:
        """When the portal tries a failed paper again by itself, if somebody asks for it; None where none failed.

        Ten minutes after it failed, then twice as long each time, up to about half a day.
        """
        if self.state != PaperState.FAILED or self.failed_at is None:
            return None
        return self.failed_at + FIRST_REST * 2 ** min(self.failures - 1, MOST_DOUBLINGS)

    @property
    def is_resting(self) -> bool:
        """Whether it failed and is not tried again yet."""
        return self.tried_again_at is not None and timezone.now() < self.tried_again_at

    @staticmethod
    def folder() -> Path:
        """Where the files of all papers stand, and the lock of who makes them."""
        return Path(settings.VAR_DIR) / "papers"

    @property
    def path(self) -> Path:
        return self.folder() / f"{self.key}.pdf"

    @property
    def has_file(self) -> bool:
        """Whether it can be taken away: what is made loses its file when it is old (`papers.removal`)."""
        return self.is_made and self.path.is_file()

    def opened(self) -> BinaryIO | None:
        """Its file for reading; None where there is none, were it taken away this very moment."""
        if not self.is_made:
            return None
        try:
            return self.path.open("rb")
        except FileNotFoundError:
            return None

    @property
    def is_draft(self) -> bool:
        """Whether it was made of a round before its publication."""
        return self.content_version.startswith("案")

    @property
    def filename(self) -> str:
        """「評価調書_2016_1-1-001_案_0123abcd.pdf」: what it is and of what, and the beginning of its key."""
        year = self.round.slug if self.round else self.plan.slug
        subject = self.evaluation.action.code if self.evaluation else self.department.name if self.department else ""
        draft = "案" if self.is_draft else ""
        parts = (self.get_kind_display(), year, subject, draft, self.key[:8])
        return f"{'_'.join(part for part in parts if part)}.pdf"


class PaperRequest(models.Model):
    """Somebody asked for a paper: who, when, in which state of its content, and for whom it is.

    Several ask for one that is made once. `by` is empty where the portal made it by itself, for the public.
    """

    paper = models.ForeignKey(Paper, verbose_name="資料", on_delete=models.PROTECT, related_name="requests")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="依頼した人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField("依頼した日時")
    content_version = models.CharField("内容の版", max_length=40)
    recipient = models.CharField("提供先", max_length=100, blank=True)

    class Meta:
        verbose_name = "資料の依頼"
        verbose_name_plural = "資料の依頼"
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.paper}（{self.recipient or '提供先なし'}）"
