"""評価年度（照会）: one fiscal year of one programme, its deadline, extensions and 記入要領."""

import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from simple_history.models import HistoricalRecords

from accounts.models import Department
from plan.fiscal import date_label, fiscal_year_label
from programs.models import Program
from progress.business_days import when_closed
from progress.enums import DECIDED, EvaluationField, RoundState, Status
from progress.models.scale import Scale

# Addresses below /progress/ that are no year's.
RESERVED = ("history",)
_A_MINUTE = datetime.timedelta(minutes=1)
RESERVED_SLUG = "このアドレスは、ほかのページのアドレスです。年度（例：2016）など、別の文字にしてください。"


class RoundQuerySet(models.QuerySet["Round"]):
    """Rounds, by who may see them."""

    def published(self) -> "RoundQuerySet":
        """What the public may read; a round whose hour has not come is not among them."""
        return self.filter(state=RoundState.PUBLISHED, program__is_published=True, program__plan__is_published=True)

    def for_reports(self) -> "RoundQuerySet":
        """With what a paper or workbook reads of the round itself: programme, plan and scale."""
        return self.select_related("program__plan", "scale")


class Round(models.Model):
    """照会 of one fiscal year. `slug` is the year, unless another programme's round has that address."""

    program = models.ForeignKey(Program, verbose_name="プログラム", on_delete=models.PROTECT, related_name="rounds")
    year = models.PositiveSmallIntegerField("評価する年度（西暦）")
    slug = models.CharField(
        "アドレス",
        max_length=30,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9-]+$", "半角の英小文字、数字、ハイフンで入力してください。")],
        help_text="公開ページのアドレスの一部。ふつうは年度（例：2016）。",
    )
    opens_on = models.DateField("照会の開始日")
    deadline = models.DateField("提出期限", help_text="市役所の開庁日にします。")
    scale = models.ForeignKey(Scale, verbose_name="評価尺度", on_delete=models.PROTECT, related_name="rounds")
    state = models.CharField(
        "状態", max_length=20, choices=RoundState.choices, default=RoundState.PLANNED, editable=False
    )
    opened_at = models.DateTimeField("照会を開始した日時", null=True, editable=False)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    released_at = models.DateTimeField("会議に公開した日時", null=True, editable=False)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    publish_at = models.DateTimeField("公表の予定日時", null=True, editable=False)
    published_at = models.DateTimeField("公表した日時", null=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )

    history = HistoricalRecords()
    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = "評価年度"
        verbose_name_plural = "評価年度"
        ordering = ["-year", "slug"]
        constraints = [
            models.UniqueConstraint(
                fields=["program", "year"],
                name="round_year_unique",
                violation_error_message="このプログラムには同じ年度の照会がすでにあります。",
            ),
            models.CheckConstraint(
                condition=~Q(slug__in=RESERVED),
                name="round_slug_free",
                violation_error_message=RESERVED_SLUG,
            ),
            models.CheckConstraint(
                condition=Q(deadline__gte=F("opens_on")),
                name="round_days_ordered",
                violation_error_message="提出期限は照会の開始日以後の日にしてください。",
            ),
            models.CheckConstraint(
                condition=Q(state=RoundState.PLANNED, opened_at__isnull=True)
                | Q(opened_at__isnull=False) & ~Q(state=RoundState.PLANNED),
                name="round_opening_agrees",
            ),
            models.CheckConstraint(
                condition=Q(state=RoundState.PUBLISHED, published_at__isnull=False)
                | Q(published_at__isnull=True) & ~Q(state=RoundState.PUBLISHED),
                name="round_publication_agrees",
            ),
        ]

    def __str__(self) -> str:
        return f"{fiscal_year_label(self.year)}の評価"

    def clean(self) -> None:
        super().clean()
        errors = {}
        if self.program_id is not None and self.year is not None and self.year not in self.program.years:
            errors["year"] = (
                f"『{self.year}』は{self.program}の期間（{self.program.start_year}〜{self.program.end_year}）の外です。"
            )
        if self.deadline is not None and (closed := when_closed(self.deadline)):
            errors["deadline"] = closed
        if errors:
            raise ValidationError(errors)

    @property
    def is_sample(self) -> bool:
        return self.program.is_sample

    @property
    def is_planned(self) -> bool:
        return self.state == RoundState.PLANNED

    @property
    def is_open(self) -> bool:
        return self.state == RoundState.OPEN

    @property
    def is_published(self) -> bool:
        return self.state == RoundState.PUBLISHED

    @property
    def is_public(self) -> bool:
        """Whether the public may read what was published of it now; asks for the programme and its plan."""
        return self.is_published and self.program.is_public

    @property
    def is_overdue(self) -> bool:
        """Whether the minute that was set for 公表 has gone by and nothing was published: `publish_due` did not run."""
        if not self.is_open or self.publish_at is None:
            return False
        return self.publish_at + _A_MINUTE <= timezone.now()

    @property
    def decided_states(self) -> tuple[Status, ...]:
        """Of the 調書 that count as decided: once the round is public, what was accepted since is published late."""
        return (Status.PUBLISHED,) if self.is_published else DECIDED

    @property
    def decided_word(self) -> str:
        """What `decided_states` are called together."""
        return str((Status.PUBLISHED if self.is_published else Status.ACCEPTED).label)

    @property
    def last_day(self) -> datetime.date:
        """31 March, the end of the fiscal year: departments are those of this day."""
        return datetime.date(self.year + 1, 3, 31)

    def get_absolute_url(self) -> str:
        return reverse("progress:year", args=[self.slug])


class Extension(models.Model):
    """A later deadline for one department."""

    round = models.ForeignKey(Round, verbose_name="評価年度", on_delete=models.CASCADE, related_name="extensions")
    department = models.ForeignKey(
        Department, verbose_name="所管課", on_delete=models.PROTECT, related_name="extensions"
    )
    deadline = models.DateField("延長後の提出期限")
    reason = models.CharField("理由", max_length=300)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "提出期限の延長"
        verbose_name_plural = "提出期限の延長"
        ordering = ["round", "department"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "department"],
                name="extension_unique",
                violation_error_message="この所管課の期限はすでに延長されています。登録済みの延長を変更してください。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.department} {self.deadline}"

    def clean(self) -> None:
        super().clean()
        if self.deadline is None or self.round_id is None:
            return
        if closed := when_closed(self.deadline):
            raise ValidationError({"deadline": closed})
        if self.deadline <= self.round.deadline:
            raise ValidationError(
                {"deadline": f"延長後の期限は、もとの期限の{date_label(self.round.deadline)}より後の日にしてください。"}
            )


class Guidance(models.Model):
    """記入要領 of one field in one round."""

    round = models.ForeignKey(Round, verbose_name="評価年度", on_delete=models.CASCADE, related_name="guidances")
    field = models.CharField("項目", max_length=30, choices=EvaluationField.choices)
    text = models.TextField("記入要領")

    history = HistoricalRecords()

    class Meta:
        verbose_name = "記入要領"
        verbose_name_plural = "記入要領"
        ordering = ["round", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "field"],
                name="guidance_field_unique",
                violation_error_message="この項目の記入要領はすでにあります。",
            )
        ]

    def __str__(self) -> str:
        return str(self.get_field_display())
