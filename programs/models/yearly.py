"""What an action plans for each fiscal year, and the indicators it is measured by. Money is in 千円."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from plan.fiscal import fiscal_year_label
from plan.models.base import YEARS_KNOWN, Versioned, years_are_known
from programs.enums import Improvement, IndicatorKind
from programs.models.action import Action

FISCAL_MONTHS = (4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3)
"""The months of a fiscal year in their order."""


def place_in_year(month: int | None) -> int:
    """For sorting from April to March, what has no month last."""
    return FISCAL_MONTHS.index(month) if month else len(FISCAL_MONTHS)


def milestone_text(month: int | None, title: str) -> str:
    """「9月 試行を始める」, wherever a milestone is told."""
    return f"{month}月 {title}" if month else title


def told_milestones(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """What is kept and compared of milestones, those of a 調書 too: `{"month": 9 or null, "title": …}` of each."""
    return [{"month": row.month, "title": row.title} for row in rows]


class ActionYear(Versioned):
    """年度別計画: one action in one fiscal year. The original plan stays beside every later change.

    Money is in thousand yen; an empty amount is unknown, not nought. `original_milestones` is a list of
    `{"month": 9 or null, "title": …}`, None as long as the milestones are those of at first.
    """

    action = models.ForeignKey(Action, verbose_name="取組", on_delete=models.CASCADE, related_name="years")
    year = models.PositiveSmallIntegerField("年度（西暦）")
    planned_work = models.TextField("計画", blank=True)
    budget = models.BigIntegerField("予算額（千円）", null=True, blank=True, validators=[MinValueValidator(0)])
    settlement = models.BigIntegerField("決算額（千円）", null=True, blank=True, validators=[MinValueValidator(0)])
    original_planned_work = models.TextField("当初の計画", blank=True, editable=False)
    original_budget = models.BigIntegerField("当初の予算額（千円）", null=True, editable=False)
    original_milestones = models.JSONField("当初のマイルストーン", null=True, editable=False)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "年度別計画"
        verbose_name_plural = "年度別計画"
        ordering = ["action_id", "year"]
        constraints = [
            models.UniqueConstraint(
                fields=["action", "year"],
                name="action_year_unique",
                violation_error_message="この取組には同じ年度の計画がすでにあります。",
            ),
            models.CheckConstraint(
                condition=Q(budget__isnull=True) | Q(budget__gte=0), name="action_year_budget_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(settlement__isnull=True) | Q(settlement__gte=0), name="action_year_settlement_not_negative"
            ),
        ]
        indexes = [models.Index(fields=["year", "action"], name="action_year_of_year")]

    def __str__(self) -> str:
        return f"{self.action} {fiscal_year_label(self.year)}の計画"

    def clean(self) -> None:
        super().clean()
        if self.action_id is not None and (problem := self.action.program.year_problem(self.year)):
            raise ValidationError({"year": problem})

    def take_as_original(self) -> None:
        """What is planned now counts as the original plan."""
        self.original_planned_work, self.original_budget = self.planned_work, self.budget
        self.original_milestones = None

    def complete_original(self) -> None:
        """What was not planned before is planned now for the first time."""
        self.original_planned_work = self.original_planned_work or self.planned_work
        if self.original_budget is None:
            self.original_budget = self.budget

    def keep_milestones(self, stored: "Iterable[Milestone]") -> None:
        """Those that are `stored` count as the original ones, if there are any and no others do: they will change."""
        if self.original_milestones is None:
            self.original_milestones = told_milestones(stored) or None

    @property
    def is_changed(self) -> bool:
        """Whether work or budget differ from the original ones."""
        return self.planned_work != self.original_planned_work or self.budget != self.original_budget


class Milestone(models.Model):
    """A milestone of an action's year, in a month of the fiscal year."""

    action_year = models.ForeignKey(
        ActionYear, verbose_name="年度別計画", on_delete=models.CASCADE, related_name="milestones"
    )
    position = models.PositiveSmallIntegerField("順番", default=1)
    month = models.PositiveSmallIntegerField(
        "月", null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    title = models.CharField("マイルストーン", max_length=200)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "マイルストーン"
        verbose_name_plural = "マイルストーン"
        ordering = ["action_year_id", "position"]
        constraints = [
            models.CheckConstraint(
                condition=Q(month__isnull=True) | Q(month__gte=1, month__lte=12),
                name="milestone_month_exists",
                violation_error_message="月は1から12までで入力してください。",
            )
        ]

    def __str__(self) -> str:
        return milestone_text(self.month, self.title)


class Indicator(Versioned):
    """指標: what an action is measured by, with a target for each year."""

    action = models.ForeignKey(Action, verbose_name="取組", on_delete=models.CASCADE, related_name="indicators")
    position = models.PositiveSmallIntegerField("順番", default=1)
    kind = models.CharField("種別", max_length=10, choices=IndicatorKind.choices, default=IndicatorKind.ACTIVITY)
    name = models.CharField("指標名", max_length=200)
    unit = models.CharField("単位", max_length=20, blank=True)
    improvement = models.CharField("よくなる向き", max_length=10, choices=Improvement.choices, default=Improvement.UP)
    definition = models.TextField("算出方法", blank=True)
    baseline = models.DecimalField("基準値", max_digits=15, decimal_places=4, null=True, blank=True)
    baseline_year = models.PositiveSmallIntegerField(
        "基準値の年度（西暦）", null=True, blank=True, validators=YEARS_KNOWN
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = "指標"
        verbose_name_plural = "指標"
        ordering = ["action_id", "position"]
        constraints = [
            years_are_known("indicator_baseline_year_known", "baseline_year"),
            models.UniqueConstraint(
                fields=["action", "name"],
                name="indicator_name_unique",
                violation_error_message="この取組には同じ名前の指標がすでにあります。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.unit}）" if self.unit else self.name


class IndicatorYear(models.Model):
    """An indicator's target and actual value in one fiscal year; `position` is the year, which orders the rows."""

    indicator = models.ForeignKey(Indicator, verbose_name="指標", on_delete=models.CASCADE, related_name="years")
    position = models.PositiveSmallIntegerField("年度（西暦）")
    target = models.DecimalField("目標値", max_digits=15, decimal_places=4, null=True, blank=True)
    actual = models.DecimalField("実績値", max_digits=15, decimal_places=4, null=True, blank=True)
    original_target = models.DecimalField(
        "当初の目標値", max_digits=15, decimal_places=4, null=True, blank=True, editable=False
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = "年度別の目標と実績"
        verbose_name_plural = "年度別の目標と実績"
        ordering = ["indicator_id", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "position"],
                name="indicator_year_unique",
                violation_error_message="この指標には同じ年度の行がすでにあります。",
            )
        ]

    def __str__(self) -> str:
        return fiscal_year_label(self.year)

    def clean(self) -> None:
        super().clean()
        if self.indicator_id is None:
            return  # of an indicator that is being added: the form asks for all rows together
        if problem := self.indicator.action.program.year_problem(self.year):
            raise ValidationError({"position": problem})

    def take_as_original(self) -> None:
        """The target of now counts as the original one."""
        self.original_target = self.target

    def complete_original(self) -> None:
        """A year without a target gets its first one now."""
        if self.original_target is None:
            self.original_target = self.target

    @property
    def year(self) -> int:
        return self.position

    @property
    def is_target_changed(self) -> bool:
        return (self.target or Decimal(0)) != (self.original_target or Decimal(0)) or (self.target is None) != (
            self.original_target is None
        )
