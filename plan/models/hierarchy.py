"""Plan → policies → measures → directions → items: the 3-7-23-62 of the document."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from plan.models.base import YEARS_KNOWN, Versioned, years_are_known


class PlanQuerySet(models.QuerySet["Plan"]):
    """Plans, by who may see them."""

    def published(self) -> "PlanQuerySet":
        return self.filter(is_published=True)


class Plan(Versioned):
    """One 推進プラン: five fiscal years, one goal; several live side by side."""

    slug = models.CharField(
        "アドレス",
        max_length=20,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9-]+$", "半角の英小文字、数字、ハイフンで入力してください。")],
        help_text="公開ページのアドレスの一部。例：2016。公開した後は変えません。",
    )
    title = models.CharField("題名", max_length=100)
    status_note = models.CharField("版の種別", max_length=20, blank=True, help_text="例：案")
    goal = models.TextField("基本目標")
    vision = models.TextField("目指す都市像", blank=True)
    start_year = models.PositiveSmallIntegerField("開始年度（西暦）", validators=YEARS_KNOWN)
    end_year = models.PositiveSmallIntegerField("終了年度（西暦）", validators=YEARS_KNOWN)
    issued_on = models.CharField("発行", max_length=30, blank=True, help_text="例：平成28年2月")
    publisher = models.CharField("発行者", max_length=50, blank=True)
    office = models.CharField("担当課", max_length=100, blank=True)
    postal_code = models.CharField("郵便番号", max_length=8, blank=True)
    address = models.CharField("所在地", max_length=200, blank=True)
    phone = models.CharField("電話", max_length=30, blank=True)
    fax = models.CharField("FAX", max_length=30, blank=True)
    source = models.CharField("出典", max_length=200, blank=True)
    predecessor = models.ForeignKey(
        "self",
        verbose_name="前のプラン",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="successors",
    )
    is_published = models.BooleanField("公開", default=False)
    is_current = models.BooleanField("現行のプラン", default=False, help_text="トップページに表示します。")

    history = HistoricalRecords()
    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = "推進プラン"
        verbose_name_plural = "推進プラン"
        ordering = ["-start_year"]
        constraints = [
            years_are_known("plan_years_known", "start_year", "end_year"),
            models.UniqueConstraint(
                fields=["is_current"],
                condition=Q(is_current=True),
                name="plan_one_current",
                violation_error_message="現行のプランはひとつだけです。先に今の現行プランの印を外してください。",
            ),
            models.CheckConstraint(
                condition=Q(is_current=False) | Q(is_published=True),
                name="plan_current_published",
                violation_error_message="現行のプランは公開されていなければなりません。",
            ),
            models.CheckConstraint(
                condition=Q(end_year__gte=F("start_year")),
                name="plan_years_ordered",
                violation_error_message="終了年度は開始年度以後にしてください。",
            ),
        ]

    def __str__(self) -> str:
        return self.full_title

    @property
    def full_title(self) -> str:
        return f"{self.title}（{self.status_note}）" if self.status_note else self.title

    def get_absolute_url(self) -> str:
        return reverse("plan:plan", args=[self.slug])


class Policy(Versioned):
    """基本施策."""

    plan = models.ForeignKey(Plan, verbose_name="プラン", on_delete=models.PROTECT, related_name="policies")
    number = models.PositiveSmallIntegerField("番号")
    title = models.CharField("題名", max_length=200)
    page = models.PositiveSmallIntegerField("原資料の頁", null=True, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "基本施策"
        verbose_name_plural = "基本施策"
        ordering = ["plan_id", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "number"],
                name="policy_number_unique",
                violation_error_message="このプランには同じ番号の基本施策がすでにあります。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.title}"

    @property
    def code(self) -> str:
        return str(self.number)

    @property
    def label(self) -> str:
        return f"基本施策{self.number}"

    def get_absolute_url(self) -> str:
        return reverse("plan:policy", args=[self.plan.slug, self.number])


class Measure(Versioned):
    """施策, numbered within its policy: 1-1 … 3-2."""

    policy = models.ForeignKey(Policy, verbose_name="基本施策", on_delete=models.PROTECT, related_name="measures")
    number = models.PositiveSmallIntegerField("番号")
    title = models.CharField("題名", max_length=200)
    summary = models.TextField("要旨", help_text="「施策の基本方向」の本文。")
    page = models.PositiveSmallIntegerField("原資料の頁", null=True, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "施策"
        verbose_name_plural = "施策"
        ordering = ["policy__plan_id", "policy__number", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "number"],
                name="measure_number_unique",
                violation_error_message="この基本施策には同じ番号の施策がすでにあります。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.title}"

    @property
    def code(self) -> str:
        return f"{self.policy.number}-{self.number}"

    @property
    def label(self) -> str:
        return f"施策{self.code}"

    def get_absolute_url(self) -> str:
        return reverse("plan:measure", args=[self.policy.plan.slug, self.code])


class Issue(models.Model):
    """現状と課題: one bullet of a measure."""

    measure = models.ForeignKey(Measure, verbose_name="施策", on_delete=models.CASCADE, related_name="issues")
    position = models.PositiveSmallIntegerField("順番")
    text = models.TextField("本文")

    history = HistoricalRecords()

    class Meta:
        verbose_name = "現状と課題"
        verbose_name_plural = "現状と課題"
        ordering = ["measure_id", "position"]

    def __str__(self) -> str:
        return self.text[:40]


class PastEffort(Versioned):
    """これまでの本市の取組: one group (①, ②, …) of a measure, with a paragraph or bullets."""

    measure = models.ForeignKey(Measure, verbose_name="施策", on_delete=models.CASCADE, related_name="past_efforts")
    position = models.PositiveSmallIntegerField("順番", help_text="①、②…の番号。")
    title = models.CharField("小見出し", max_length=200)
    paragraph = models.TextField("段落", blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "これまでの本市の取組"
        verbose_name_plural = "これまでの本市の取組"
        ordering = ["measure_id", "position"]

    def __str__(self) -> str:
        return self.title


class PastEffortItem(models.Model):
    """One bullet of a group of past efforts."""

    effort = models.ForeignKey(PastEffort, verbose_name="小見出し", on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField("順番")
    text = models.TextField("本文")

    history = HistoricalRecords()

    class Meta:
        verbose_name = "取組の項目"
        verbose_name_plural = "取組の項目"
        ordering = ["effort_id", "position"]

    def __str__(self) -> str:
        return self.text[:40]


class Direction(Versioned):
    """施策の基本方向, numbered within its measure: 1-1-1 … 3-2-3."""

    measure = models.ForeignKey(Measure, verbose_name="施策", on_delete=models.PROTECT, related_name="directions")
    number = models.PositiveSmallIntegerField("番号")
    title = models.CharField("題名", max_length=200)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "施策の基本方向"
        verbose_name_plural = "施策の基本方向"
        ordering = ["measure__policy__plan_id", "measure__policy__number", "measure__number", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "number"],
                name="direction_number_unique",
                violation_error_message="この施策には同じ番号の基本方向がすでにあります。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def code(self) -> str:
        return f"{self.measure.code}-{self.number}"

    @property
    def label(self) -> str:
        return f"基本方向{self.code}"

    def get_absolute_url(self) -> str:
        return reverse("plan:direction", args=[self.measure.policy.plan.slug, self.code])


class DirectionItem(models.Model):
    """One bullet of a direction; `position` is its number in the anchor `#item-N`."""

    direction = models.ForeignKey(Direction, verbose_name="基本方向", on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField("順番")
    text = models.TextField("本文")

    history = HistoricalRecords()

    class Meta:
        verbose_name = "基本方向の項目"
        verbose_name_plural = "基本方向の項目"
        ordering = ["direction_id", "position"]

    def __str__(self) -> str:
        return self.text[:40]

    @property
    def anchor(self) -> str:
        return f"item-{self.position}"
