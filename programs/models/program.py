"""A programme, and what lies above the plan that its actions serve as well."""

import datetime

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from plan.models import Plan
from plan.models.base import YEARS_KNOWN, Versioned, years_are_known
from programs.enums import UpperKind


class ProgramQuerySet(models.QuerySet["Program"]):
    """Programmes, by who may see them."""

    def published(self) -> "ProgramQuerySet":
        """What the public may read: published itself, and so is its plan."""
        return self.filter(is_published=True, plan__is_published=True)


class Program(Versioned):
    """情報化推進プログラム: the actions of (usually two) fiscal years that carry a plan out."""

    plan = models.ForeignKey(Plan, verbose_name="プラン", on_delete=models.PROTECT, related_name="programs")
    slug = models.CharField(
        "アドレス",
        max_length=20,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9-]+$", "半角の英小文字、数字、ハイフンで入力してください。")],
        help_text="公開ページのアドレスの一部。例：2016。公開した後は変えません。",
    )
    title = models.CharField("題名", max_length=100)
    summary = models.TextField("概要", blank=True)
    start_year = models.PositiveSmallIntegerField("開始年度（西暦）", validators=YEARS_KNOWN)
    end_year = models.PositiveSmallIntegerField("終了年度（西暦）", validators=YEARS_KNOWN)
    predecessor = models.ForeignKey(
        "self",
        verbose_name="前のプログラム",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="successors",
    )
    is_published = models.BooleanField("公開", default=False)
    is_sample = models.BooleanField(
        "見本データ", default=False, help_text="表示するすべてのページ、ファイル、資料に「見本データ」と示します。"
    )

    history = HistoricalRecords()
    objects = ProgramQuerySet.as_manager()

    class Meta:
        verbose_name = "プログラム"
        verbose_name_plural = "プログラム"
        ordering = ["-start_year", "slug"]
        constraints = [
            years_are_known("program_years_known", "start_year", "end_year"),
            models.CheckConstraint(
                condition=Q(end_year__gte=F("start_year")),
                name="program_years_ordered",
                violation_error_message="終了年度は開始年度以後にしてください。",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def sample_mark(self) -> str:
        """What a title ends with, so that nobody takes what is made up for real; "" where it is real."""
        return "（見本データ）" if self.is_sample else ""

    @property
    def is_public(self) -> bool:
        """Whether the public may read it now; asks for the plan."""
        return self.is_published and self.plan.is_published

    @property
    def why_not_public(self) -> str:
        """In words; "" while the public may read it."""
        if self.is_public:
            return ""
        return "プランが非公開です。" if self.is_published else "プログラムが非公開です。"

    @property
    def years(self) -> range:
        """The fiscal years of the programme, both ends included."""
        return range(self.start_year, self.end_year + 1)

    def clean(self) -> None:
        super().clean()
        if self.pk is None or self.start_year is None or self.end_year is None:
            return
        errors = {}
        if self.predecessor_id == self.pk:
            errors["predecessor"] = "このプログラム自身は、前のプログラムに選べません。"
        if self.plan_id is not None and self.actions.exclude(main_direction__measure__policy__plan=self.plan_id):
            errors["plan"] = "取組が別のプランの基本方向に結び付いているため、プランは変えられません。"
        if self.actions.filter(start_year__lt=self.start_year):
            errors["start_year"] = (
                f"『{self.start_year}』より前に始まる取組があります。先に取組の期間を直してください。"
            )
        later = Q(start_year__gt=self.end_year) | Q(end_year__gt=self.end_year)
        if self.actions.filter(later):
            errors["end_year"] = f"『{self.end_year}』より後まで続く取組があります。先に取組の期間を直してください。"
        if errors:
            raise ValidationError(errors)

    def year_problem(self, year: int | None) -> str:
        """Why a fiscal year cannot stand in the programme; "" when it can. None stands for the programme's own end."""
        if year is None or year in self.years:
            return ""
        return (
            f"『{year}』はプログラムの期間の外です。{self.start_year}から{self.end_year}までの年度を入力してください。"
        )

    @property
    def first_day(self) -> datetime.date:
        return datetime.date(self.start_year, 4, 1)

    def get_absolute_url(self) -> str:
        return reverse("programs:program", args=[self.slug])


class UpperItem(models.Model):
    """One of the 基本政策 of the upper plan, or of the 基本理念 of the reform plan, that a plan refers to."""

    plan = models.ForeignKey(Plan, verbose_name="プラン", on_delete=models.PROTECT, related_name="upper_items")
    kind = models.CharField("種別", max_length=20, choices=UpperKind.choices)
    number = models.PositiveSmallIntegerField("番号")
    title = models.CharField("題名", max_length=200)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "上位計画の項目"
        verbose_name_plural = "上位計画の項目"
        ordering = ["plan", "kind", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "kind", "number"],
                name="upper_item_number_unique",
                violation_error_message="同じ種別で同じ番号の項目がすでにあります。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}{self.number} {self.title}"
