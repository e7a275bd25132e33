"""The rest of the document: its chapters, figures, related plans, and what was mended in the text."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from plan.enums import Drawing, FigureState, Level, Part, Relation, Unit
from plan.models.base import YEARS_KNOWN, Versioned, years_are_known
from plan.models.hierarchy import Measure, Plan, Policy


class Section(Versioned):
    """A node of the document's tree: 章 → 節 → 項 → 目.

    `path` is its permanent address within its part: `2` is chapter 2, `2/3`
    its section 3, `2/3/1` the subsection (1) of that. `body` is written in the
    Markdown of `plan.text.markup`.
    """

    plan = models.ForeignKey(Plan, verbose_name="プラン", on_delete=models.PROTECT, related_name="sections")
    part = models.CharField("資料", max_length=10, choices=Part.choices, default=Part.BODY)
    parent = models.ForeignKey(
        "self", verbose_name="上の見出し", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    level = models.PositiveSmallIntegerField("階層", choices=Level.choices)
    path = models.CharField(
        "アドレス",
        max_length=40,
        validators=[RegexValidator(r"^[0-9]+(/[0-9]+)*$", "数字を「/」でつないで入力してください（例：2/3/1）。")],
        help_text="公開ページのアドレスの一部。例：第2章3(1)は 2/3/1。",
    )
    number = models.CharField("番号の表記", max_length=20, blank=True, help_text="例：第2章、3、(1)、①、ア")
    title = models.CharField("題名", max_length=200)
    body = models.TextField("本文", blank=True)
    note = models.TextField("編集注", blank=True, help_text="原資料の欠落など、市民に知らせる注記。")
    page = models.PositiveSmallIntegerField("原資料の頁", null=True, blank=True)
    position = models.PositiveSmallIntegerField("順番", help_text="同じ階層の中の順番。")
    policy = models.ForeignKey(
        Policy,
        verbose_name="述べている基本施策",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="sections",
        help_text="この見出しが基本施策の説明であるときに選びます。基本施策のページにも表示します。",
    )
    lists_policies = models.BooleanField("基本施策を並べる章", default=False)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "章・節"
        verbose_name_plural = "章・節"
        ordering = ["plan_id", "part", "path"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "part", "path"],
                name="section_path_unique",
                violation_error_message="同じアドレスの章・節がすでにあります。",
            ),
            models.CheckConstraint(
                condition=Q(level=Level.CHAPTER, parent__isnull=True)
                | (~Q(level=Level.CHAPTER) & Q(parent__isnull=False)),
                name="section_level_agrees",
                violation_error_message="章には上の見出しを付けず、それ以外には上の見出しを付けてください。",
            ),
        ]

    def __str__(self) -> str:
        return self.heading

    @property
    def heading(self) -> str:
        return f"{self.number} {self.title}" if self.number else self.title

    @property
    def anchor(self) -> str:
        """The fragment of this heading on its section's page: `s-3-1`."""
        return "s-" + self.path.replace("/", "-")

    def get_absolute_url(self) -> str:
        if self.part == Part.OVERVIEW:
            return f"{reverse('plan:summary', args=[self.plan.slug])}#{self.anchor}"
        parts = self.path.split("/")
        if len(parts) == 1:
            return reverse("plan:chapter", args=[self.plan.slug, int(parts[0])])
        page = reverse("plan:section", args=[self.plan.slug, int(parts[0]), int(parts[1])])
        return page if len(parts) == 2 else f"{page}#{self.anchor}"


class Figure(Versioned):
    """A figure of the plan, or its caption where the picture is lost."""

    plan = models.ForeignKey(Plan, verbose_name="プラン", on_delete=models.PROTECT, related_name="figures")
    number = models.CharField(
        "番号",
        max_length=10,
        validators=[RegexValidator(r"^[0-9]+-[0-9]+$", "「2-13」の形で入力してください。")],
    )
    title = models.CharField("題名", max_length=200, blank=True)
    source = models.CharField("出典", max_length=200, blank=True)
    state = models.CharField("収録の状態", max_length=10, choices=FigureState.choices)
    drawing = models.CharField("作図の種類", max_length=20, choices=Drawing.choices, blank=True)
    section = models.ForeignKey(
        Section, verbose_name="章・節", null=True, blank=True, on_delete=models.PROTECT, related_name="figures"
    )
    policy = models.ForeignKey(
        Policy, verbose_name="基本施策", null=True, blank=True, on_delete=models.PROTECT, related_name="figures"
    )
    measure = models.ForeignKey(
        Measure, verbose_name="施策", null=True, blank=True, on_delete=models.PROTECT, related_name="figures"
    )
    question = models.ForeignKey(
        "plan.Question",
        verbose_name="アンケートの設問",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="figures",
    )
    body = models.TextField("文字としての内容", blank=True)
    note = models.TextField("編集注", blank=True, help_text="欠落や題の疑いなど、市民に知らせる注記。")
    position = models.PositiveSmallIntegerField("順番", help_text="プラン全体の図の順番。")

    history = HistoricalRecords()

    class Meta:
        verbose_name = "図"
        verbose_name_plural = "図"
        ordering = ["plan_id", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "number"],
                name="figure_number_unique",
                violation_error_message="このプランには同じ番号の図がすでにあります。",
            )
        ]

    def __str__(self) -> str:
        return self.caption

    @property
    def caption(self) -> str:
        return f"図{self.number} {self.title}".rstrip()

    @property
    def anchor(self) -> str:
        return f"figure-{self.number}"

    @property
    def is_missing(self) -> bool:
        return self.state == FigureState.MISSING

    @property
    def is_lost(self) -> bool:
        return self.state == FigureState.LOST

    def get_absolute_url(self) -> str:
        return reverse("plan:figure", args=[self.plan.slug, self.number])


class FigureValue(models.Model):
    """A value of a figure that the text states."""

    figure = models.ForeignKey(Figure, verbose_name="図", on_delete=models.CASCADE, related_name="values")
    position = models.PositiveSmallIntegerField("順番")
    label = models.CharField("項目", max_length=200)
    value = models.DecimalField("値", max_digits=10, decimal_places=2)
    unit = models.CharField("単位", max_length=10, choices=Unit.choices)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "図の数値"
        verbose_name_plural = "図の数値"
        ordering = ["figure_id", "position"]

    def __str__(self) -> str:
        return f"{self.label}: {self.value}{self.get_unit_display()}"


class RelatedPlan(Versioned):
    """Another plan or programme with its period, in fiscal years (both ends included)."""

    plan = models.ForeignKey(Plan, verbose_name="プラン", on_delete=models.PROTECT, related_name="related_plans")
    relation = models.CharField("関係", max_length=20, choices=Relation.choices)
    name = models.CharField("名称", max_length=200)
    start_year = models.PositiveSmallIntegerField("開始年度（西暦）", null=True, blank=True, validators=YEARS_KNOWN)
    end_year = models.PositiveSmallIntegerField("終了年度（西暦）", null=True, blank=True, validators=YEARS_KNOWN)
    period_text = models.CharField("期間の表記", max_length=200, help_text="原資料の書き方。例：概ね10年間")
    is_estimated = models.BooleanField("期間は推定", default=False, help_text="原資料に年度の明記がないとき。")
    description = models.TextField("説明", blank=True)
    note = models.TextField("編集注", blank=True)
    position = models.PositiveSmallIntegerField("順番")

    history = HistoricalRecords()

    class Meta:
        verbose_name = "関連する計画"
        verbose_name_plural = "関連する計画"
        ordering = ["plan_id", "position"]
        constraints = [
            years_are_known("related_plan_years_known", "start_year", "end_year"),
            models.CheckConstraint(
                condition=Q(start_year__isnull=True) | Q(end_year__isnull=True) | Q(end_year__gte=F("start_year")),
                name="related_plan_years_ordered",
                violation_error_message="終了年度は開始年度以後にしてください。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def anchor(self) -> str:
        return f"plan-{self.position}"

    def get_absolute_url(self) -> str:
        return f"{reverse('plan:periods', args=[self.plan.slug])}#{self.anchor}"


class Mending(models.Model):
    """A fault of the source: what the scan says, what is published, and why. Loaded, not edited."""

    plan = models.ForeignKey(Plan, verbose_name="プラン", on_delete=models.PROTECT, related_name="mendings")
    ledger = models.CharField("台帳番号", max_length=10)
    place = models.CharField("箇所", max_length=200)
    before = models.TextField("原文（読み取り）")
    after = models.TextField("掲載した文", blank=True)
    reason = models.TextField("理由")
    position = models.PositiveSmallIntegerField("順番")

    history = HistoricalRecords()

    class Meta:
        verbose_name = "読み取りの修正"
        verbose_name_plural = "読み取りの修正"
        ordering = ["plan_id", "position"]

    def __str__(self) -> str:
        return f"{self.ledger} {self.place}"
