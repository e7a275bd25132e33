"""An action (取組), what it serves, who owns it when, and which actions it came from."""

import datetime
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Count, F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from simple_history.models import HistoricalRecords

from accounts.models import Department, ValidityQuerySet
from plan.models import Direction
from plan.models.base import Versioned
from programs.enums import Category, Implementer, LineageKind, OwnerKind
from programs.models.program import Program, UpperItem


class ActionQuerySet(models.QuerySet["Action"]):
    """Actions, by who may see them and when they are in force."""

    def published(self) -> "ActionQuerySet":
        return self.filter(program__is_published=True, program__plan__is_published=True)

    def in_force(self, year: int) -> "ActionQuerySet":
        """Those carried out in the fiscal year; an empty end is that of the programme."""
        return self.filter(Q(end_year__isnull=True) | Q(end_year__gte=year), start_year__lte=year)

    def lacking_plans(self) -> "ActionQuerySet":
        """Those without a written 年度別計画 for a fiscal year in which they are carried out.

        A blank plan is none: the next programme begins with one for each year.
        """
        last_year = Coalesce("end_year", "program__end_year")
        planned = Q(years__year__gte=F("start_year"), years__year__lte=last_year, years__planned_work__gt="")
        counted = self.annotate(planned_years=Count("years", filter=planned))
        return counted.filter(planned_years__lte=last_year - F("start_year"))


def not_of_plan(what: models.Model, program: Program) -> str:
    """Why a direction or an item of the upper plan cannot be chosen for an action of the programme."""
    return f"『{what}』は、このプログラムのプラン（{program.plan.title}）のものではありません。選び直してください。"


class Action(Versioned):
    """取組: one action of a programme. Years are fiscal years; an empty end is that of the programme."""

    program = models.ForeignKey(Program, verbose_name="プログラム", on_delete=models.PROTECT, related_name="actions")
    code = models.CharField(
        "取組コード",
        max_length=20,
        validators=[
            RegexValidator(
                r"^[0-9A-Za-z]+(-[0-9A-Za-z]+)*$", "半角の英数字をハイフンでつないでください（例：1-1-003）。"
            )
        ],
        help_text="例：1-1-003。公開ページのアドレスの一部になり、公開した後は変えません。",
    )
    title = models.CharField("取組名", max_length=200)
    purpose = models.TextField("目的", blank=True)
    content = models.TextField("内容", blank=True)
    category = models.CharField("分類", max_length=20, choices=Category.choices, default=Category.OTHER)
    legal_basis = models.CharField("法的根拠", max_length=300, blank=True)
    implementer = models.CharField("実施主体", max_length=20, choices=Implementer.choices, default=Implementer.CITY)
    start_year = models.PositiveSmallIntegerField("開始年度（西暦）")
    end_year = models.PositiveSmallIntegerField(
        "終了年度（西暦）", null=True, blank=True, help_text="プログラムの終わりまで続くときは空欄にします。"
    )
    main_direction = models.ForeignKey(
        Direction, verbose_name="主な基本方向", on_delete=models.PROTECT, related_name="main_actions"
    )

    history = HistoricalRecords()
    objects = ActionQuerySet.as_manager()

    class Meta:
        verbose_name = "取組"
        verbose_name_plural = "取組"
        ordering = ["program", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["program", "code"],
                name="action_code_unique",
                violation_error_message="このプログラムには同じ取組コードの取組がすでにあります。",
            ),
            models.CheckConstraint(
                condition=Q(end_year__isnull=True) | Q(end_year__gte=F("start_year")),
                name="action_years_ordered",
                violation_error_message="終了年度は開始年度以後にしてください。",
            ),
        ]
        indexes = [models.Index(fields=["program", "start_year", "end_year"], name="action_in_force")]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    def clean(self) -> None:
        super().clean()
        if self.program_id is None:
            return
        problems = {
            "start_year": self.program.year_problem(self.start_year),
            "end_year": self.program.year_problem(self.end_year),
        }
        if self.main_direction_id is not None and self.main_direction.measure.policy.plan_id != self.program.plan_id:
            problems["main_direction"] = not_of_plan(self.main_direction, self.program)
        if found := {field: problem for field, problem in problems.items() if problem}:
            raise ValidationError(found)

    def is_in_force(self, year: int) -> bool:
        """The same question as `ActionQuerySet.in_force`, of a row that is at hand."""
        return self.start_year <= year and (self.end_year is None or year <= self.end_year)

    def get_absolute_url(self) -> str:
        return reverse("programs:action", args=[self.program.slug, self.code])


class ActionDirection(models.Model):
    """A further direction an action serves, beside its main one."""

    action = models.ForeignKey(Action, verbose_name="取組", on_delete=models.CASCADE, related_name="other_directions")
    direction = models.ForeignKey(
        Direction, verbose_name="基本方向", on_delete=models.PROTECT, related_name="other_actions"
    )
    position = models.PositiveSmallIntegerField("順番", default=1)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "ほかの基本方向"
        verbose_name_plural = "ほかの基本方向"
        ordering = ["action_id", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["action", "direction"],
                name="action_direction_unique",
                violation_error_message="同じ基本方向が二度選ばれています。",
            )
        ]

    def __str__(self) -> str:
        return str(self.direction)


class ActionUpper(models.Model):
    """A link from an action to a 基本政策 of the upper plan or a 基本理念 of the reform plan."""

    action = models.ForeignKey(Action, verbose_name="取組", on_delete=models.CASCADE, related_name="uppers")
    upper = models.ForeignKey(
        UpperItem, verbose_name="上位計画の項目", on_delete=models.PROTECT, related_name="action_links"
    )
    position = models.PositiveSmallIntegerField("順番", default=1)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "上位計画とのつながり"
        verbose_name_plural = "上位計画とのつながり"
        ordering = ["action_id", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["action", "upper"],
                name="action_upper_unique",
                violation_error_message="同じ項目が二度選ばれています。",
            )
        ]

    def __str__(self) -> str:
        return str(self.upper)


class ActionOwnerQuerySet(ValidityQuerySet):
    """Who owns an action, and when."""

    def leading_on(self, day: Any) -> "ActionOwnerQuerySet":
        """The 主管課 of the day, a date or an expression for one."""
        return cast("ActionOwnerQuerySet", self.valid_on(day).filter(kind=OwnerKind.LEAD))

    def filling_in_on(self, day: Any) -> "ActionOwnerQuerySet":
        """Those of `leading_on` that are there on the day: a period may be typed beyond the end of the 課 itself."""
        there = Q(department__valid_to__isnull=True) | Q(department__valid_to__gte=day)
        return self.leading_on(day).filter(there, department__valid_from__lte=day)


class ActionOwner(models.Model):
    """A department that owns an action for a period; both ends belong to it, an empty end is open."""

    action = models.ForeignKey(Action, verbose_name="取組", on_delete=models.CASCADE, related_name="owners")
    department = models.ForeignKey(
        Department, verbose_name="所管課", on_delete=models.PROTECT, related_name="owned_actions"
    )
    kind = models.CharField("区分", max_length=10, choices=OwnerKind.choices, default=OwnerKind.LEAD)
    valid_from = models.DateField("開始日")
    valid_to = models.DateField("終了日", null=True, blank=True, help_text="この日まで所管します。")
    position = models.PositiveSmallIntegerField("順番", default=1)

    history = HistoricalRecords()
    objects = ActionOwnerQuerySet.as_manager()

    class Meta:
        verbose_name = "所管課"
        verbose_name_plural = "所管課"
        ordering = ["action_id", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["action", "department", "kind", "valid_from"],
                name="action_owner_unique",
                violation_error_message="同じ所管課が同じ開始日で二度登録されています。",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="action_owner_period_ordered",
                violation_error_message="終了日は開始日以後の日にしてください。",
            ),
        ]
        indexes = [models.Index(fields=["department", "kind"], name="action_owner_department")]

    def __str__(self) -> str:
        return f"{self.department}（{self.get_kind_display()}）"

    def is_valid_on(self, day: datetime.date) -> bool:
        """The same question as `ValidityQuerySet.valid_on`, of a row that is at hand."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def is_there_on(self, day: datetime.date) -> bool:
        """Whether the 課 itself is; asked of one that is valid on the day, the same as `filling_in_on`."""
        return self.department.valid_from <= day and not self.department.has_ended(day)


class ActionLineage(models.Model):
    """「前プログラムの取組 1-1-003 を継続」: an action came from one of an earlier programme. Append-only."""

    action = models.ForeignKey(Action, verbose_name="取組", on_delete=models.CASCADE, related_name="lineages")
    predecessor = models.ForeignKey(
        Action, verbose_name="前プログラムの取組", on_delete=models.PROTECT, related_name="descendants"
    )
    kind = models.CharField("引き継ぎ方", max_length=20, choices=LineageKind.choices, default=LineageKind.CONTINUED)

    class Meta:
        verbose_name = "取組の引き継ぎ"
        verbose_name_plural = "取組の引き継ぎ"
        ordering = ["action_id", "predecessor__code"]
        constraints = [
            models.UniqueConstraint(fields=["action", "predecessor"], name="action_lineage_unique"),
            models.CheckConstraint(condition=~Q(action=F("predecessor")), name="action_lineage_not_itself"),
        ]

    def __str__(self) -> str:
        return f"前プログラムの取組 {self.predecessor.code} を{self.get_kind_display()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("A lineage is append-only and cannot be changed.")
        super().save(*args, **kwargs)
