"""Grading scales, kept as data: a round uses one, and what is published keeps its words."""

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from progress.enums import ScaleKind


class Scale(models.Model):
    """A set of words for 達成度, 方向性 and 施策評価."""

    name = models.CharField("名称", max_length=100, unique=True)
    note = models.TextField("説明", blank=True, help_text="凡例の前に表示します（例：1が最もよい評価です）。")

    history = HistoricalRecords()

    class Meta:
        verbose_name = "評価尺度"
        verbose_name_plural = "評価尺度"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ScaleEntry(models.Model):
    """One step of a scale: 「3 ほぼ目標どおり」「Ⅱ 改善しながら継続」「A 順調に推移」.

    `min_rate` (percent of the target, achievement only) is the least rate of
    the indicators for which `progress.rating` suggests this grade.
    """

    scale = models.ForeignKey(Scale, verbose_name="評価尺度", on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField("種別", max_length=20, choices=ScaleKind.choices)
    position = models.PositiveSmallIntegerField("順番")
    symbol = models.CharField("記号", max_length=10)
    label = models.CharField("意味", max_length=100)
    min_rate = models.PositiveSmallIntegerField("指標の達成率の下限（%）", null=True, blank=True)
    needs_reason = models.BooleanField("理由が必要", default=False)
    ends_action = models.BooleanField("取組を終える", default=False, help_text="廃止・終了のときに付けます。")

    history = HistoricalRecords()

    class Meta:
        verbose_name = "評価尺度の段階"
        verbose_name_plural = "評価尺度の段階"
        ordering = ["scale_id", "kind", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["scale", "kind", "symbol"],
                name="scale_entry_symbol_unique",
                violation_error_message="同じ記号の段階がすでにあります。",
            ),
            models.CheckConstraint(
                condition=Q(ends_action=False) | Q(kind=ScaleKind.OUTLOOK),
                name="scale_entry_ending_is_outlook",
                violation_error_message="「取組を終える」は今後の方向性だけに付けられます。",
            ),
            models.CheckConstraint(
                condition=Q(min_rate__isnull=True) | Q(kind=ScaleKind.ACHIEVEMENT),
                name="scale_entry_rate_is_achievement",
                violation_error_message="達成率の下限は達成度だけに付けられます。",
            ),
        ]

    def __str__(self) -> str:
        return self.label if self.symbol == self.label else f"{self.symbol} {self.label}"

    @property
    def is_graded(self) -> bool:
        return self.kind == ScaleKind.ACHIEVEMENT
