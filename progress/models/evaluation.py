"""評価調書: one action in one round, in four parts, and what happened to it. Money is in 千円."""

import datetime
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from accounts.models import Department, User
from plan.models import Direction
from plan.models.json_rows import rows_below
from programs.models import Action, Indicator
from programs.models.yearly import milestone_text
from progress.enums import Reached, RoundState, Status
from progress.models.round import Guidance, Round
from progress.models.scale import ScaleEntry

_NOBODY_SUBMITTED = Q(submitted_at__isnull=True, submitted_by__isnull=True)
_SOMEBODY_SUBMITTED = Q(submitted_at__isnull=False, submitted_by__isnull=False)
_NOBODY_ENDORSED = Q(endorsed_at__isnull=True, endorsed_by__isnull=True)
_SOMEBODY_ENDORSED = Q(endorsed_at__isnull=False, endorsed_by__isnull=False)
_NOBODY_ACCEPTED = Q(accepted_at__isnull=True, accepted_by__isnull=True)
_SOMEBODY_ACCEPTED = Q(accepted_at__isnull=False, accepted_by__isnull=False)


class EvaluationQuerySet(models.QuerySet["Evaluation"]):
    """調書, by round and state; by person in `progress.permissions`."""

    def of_open_rounds(self) -> "EvaluationQuerySet":
        return self.filter(round__state=RoundState.OPEN)

    def with_answers(self) -> "EvaluationQuerySet":
        """What is filled in, and what decides about it, in a constant number of queries."""
        return self.select_related("round__program", "action", "department", "grade", "outlook").prefetch_related(
            "indicators__indicator", "milestones"
        )

    def with_everything(self) -> "EvaluationQuerySet":
        """What a page of one 調書 reads, in a constant number of queries; with the 記入要領 as `guidance_rows`."""
        guidance = rows_below(Guidance.objects.all(), "round", "round_id", field="field", text="text")
        return (
            self.annotate(guidance_rows=guidance)
            .select_related(
                "round__program__plan",
                "round__scale",
                "action__main_direction__measure__policy",
                "department__bureau",
                "grade",
                "outlook",
                "submitted_by",
                "endorsed_by",
                "accepted_by",
            )
            .prefetch_related(
                models.Prefetch("indicators", EvaluationIndicator.objects.select_related("indicator")), "milestones"
            )
        )


class Evaluation(models.Model):
    """調書. `department` is the 主管課 that fills it in; it moves to the successor while the round is open.

    The Plan part (`planned_work`, `planned_budget`, targets, milestones) is a
    copy of the action's yearly plan as it stood when the round was opened, or
    when staff copied it anew (`progress.actions.replanning`): at
    `plan_copied_at`, unknown of 調書 from before that was kept.
    `version` counts the saved states; saving over a newer one is refused and
    both are shown. `direction` and the counts of indicators repeat what other
    rows say, so that the sums of a round are read from one index: kept by
    `progress.actions.kept_sums`, and without a history of their own.
    """

    round = models.ForeignKey(Round, verbose_name="評価年度", on_delete=models.PROTECT, related_name="evaluations")
    action = models.ForeignKey(Action, verbose_name="取組", on_delete=models.PROTECT, related_name="evaluations")
    department = models.ForeignKey(
        Department, verbose_name="所管課", on_delete=models.PROTECT, related_name="evaluations"
    )
    status = models.CharField("状態", max_length=20, choices=Status.choices, default=Status.DRAFT)
    version = models.PositiveIntegerField("版", default=1)
    saved_at = models.DateTimeField("保存した日時", null=True)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="保存した人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    submitted_at = models.DateTimeField("提出した日時", null=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="提出した人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    endorsed_at = models.DateTimeField("承認した日時", null=True)
    endorsed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="承認した人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    accepted_at = models.DateTimeField("確認した日時", null=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="確認した人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    exception_reason = models.CharField("公表の例外とする理由", max_length=300, blank=True)

    # P
    plan_copied_at = models.DateTimeField("計画を写した日時", null=True, editable=False)
    planned_work = models.TextField("計画", blank=True)
    planned_budget = models.BigIntegerField("予算額（千円）", null=True, blank=True)
    plan_change = models.TextField("年度途中の計画変更", blank=True)
    # D
    results = models.TextField("実績", blank=True)
    settlement = models.BigIntegerField("決算額（千円）", null=True, blank=True, validators=[MinValueValidator(0)])
    # C
    grade = models.ForeignKey(
        ScaleEntry, verbose_name="達成度", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    grade_reason = models.TextField("達成度の理由", blank=True)
    outcomes = models.TextField("成果", blank=True)
    problems = models.TextField("課題", blank=True)
    environment_change = models.TextField("環境の変化", blank=True)
    # A
    outlook = models.ForeignKey(
        ScaleEntry, verbose_name="今後の方向性", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    outlook_reason = models.TextField("方向性の理由", blank=True)
    next_plan = models.TextField("次年度の計画", blank=True)
    next_budget = models.BigIntegerField(
        "次年度の予算額（千円）", null=True, blank=True, validators=[MinValueValidator(0)]
    )

    # Kept for the sums
    direction = models.ForeignKey(
        Direction, verbose_name="主な基本方向", editable=False, on_delete=models.PROTECT, related_name="+"
    )
    indicators_total = models.PositiveSmallIntegerField("実績を比べられる指標の数", default=0, editable=False)
    indicators_reached = models.PositiveSmallIntegerField("目標に達した指標の数", default=0, editable=False)

    history = HistoricalRecords(
        excluded_fields=["plan_copied_at", "direction", "indicators_total", "indicators_reached"]
    )
    objects = EvaluationQuerySet.as_manager()

    class Meta:
        verbose_name = "評価調書"
        verbose_name_plural = "評価調書"
        ordering = ["round", "action__code"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "action"],
                name="evaluation_action_unique",
                violation_error_message="この取組の調書はすでにあります。",
            ),
            models.CheckConstraint(
                condition=(
                    Q(status__in=[Status.DRAFT, Status.RETURNED])
                    & _NOBODY_SUBMITTED
                    & _NOBODY_ENDORSED
                    & _NOBODY_ACCEPTED
                )
                | (Q(status=Status.SUBMITTED) & _SOMEBODY_SUBMITTED & _NOBODY_ENDORSED & _NOBODY_ACCEPTED)
                | (Q(status=Status.ENDORSED) & _SOMEBODY_SUBMITTED & _SOMEBODY_ENDORSED & _NOBODY_ACCEPTED)
                | (
                    Q(status__in=[Status.ACCEPTED, Status.PUBLISHED])
                    & _SOMEBODY_SUBMITTED
                    & _SOMEBODY_ENDORSED
                    & _SOMEBODY_ACCEPTED
                ),
                name="evaluation_status_agrees",
            ),
        ]
        indexes = [
            models.Index(fields=["round", "department", "status", "id"], name="evaluation_matrix"),
            models.Index(fields=["department", "status"], name="evaluation_department"),
            models.Index(fields=["round", "status"], name="evaluation_state"),
            # With which 課 the 調書 of an action is: compared with who leads the action now.
            models.Index(fields=["round", "action", "department", "status"], name="evaluation_placed"),
            # The few that the round is published without: no other 調書 is read to count or list them.
            models.Index(
                fields=["round", "department", "status"],
                condition=~Q(exception_reason=""),
                name="evaluation_exceptions",
            ),
            # All that the sums of a round read: the rows themselves are long.
            models.Index(
                fields=[
                    "round",
                    "direction",
                    "status",
                    "grade",
                    "planned_budget",
                    "settlement",
                    "indicators_total",
                    "indicators_reached",
                ],
                name="evaluation_sums",
            ),
        ]

    def __str__(self) -> str:
        return str(self.action)

    @property
    def is_endorsed(self) -> bool:
        return self.status == Status.ENDORSED

    @property
    def is_exception(self) -> bool:
        return bool(self.exception_reason)

    @property
    def is_left_out(self) -> bool:
        """Whether the round is published without it, as things stand, or was and still is."""
        return self.is_exception and self.status not in self.round.decided_states


class EvaluationMilestone(models.Model):
    """A milestone of the year (copied from the yearly plan) and whether it was reached."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="milestones")
    position = models.PositiveSmallIntegerField("順番", default=1)
    month = models.PositiveSmallIntegerField(
        "月", null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    title = models.CharField("マイルストーン", max_length=200)
    reached = models.CharField("達成状況", max_length=10, choices=Reached.choices, blank=True)
    note = models.CharField("補足", max_length=300, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "マイルストーンの達成状況"
        verbose_name_plural = "マイルストーンの達成状況"
        ordering = ["evaluation_id", "position"]

    def __str__(self) -> str:
        return milestone_text(self.month, self.title)


class EvaluationIndicator(models.Model):
    """An indicator's target (copied) and actual value of the year, and the target proposed for the next one.

    `planned_next_target` is next year's target as it stood when the round was
    opened; where `next_target` differs from it, `target_change_reason` says why.
    """

    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="indicators")
    indicator = models.ForeignKey(
        Indicator, verbose_name="指標", on_delete=models.PROTECT, related_name="evaluation_rows"
    )
    position = models.PositiveSmallIntegerField("順番", default=1)
    target = models.DecimalField("目標値", max_digits=15, decimal_places=4, null=True, blank=True)
    actual = models.DecimalField("実績値", max_digits=15, decimal_places=4, null=True, blank=True)
    no_actual_reason = models.CharField("実績値がない理由", max_length=300, blank=True)
    planned_next_target = models.DecimalField(
        "次年度の目標値（予定）", max_digits=15, decimal_places=4, null=True, blank=True
    )
    next_target = models.DecimalField("次年度の目標値", max_digits=15, decimal_places=4, null=True, blank=True)
    target_change_reason = models.CharField("目標値を変える理由", max_length=300, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "指標の実績"
        verbose_name_plural = "指標の実績"
        ordering = ["evaluation_id", "position"]
        constraints = [models.UniqueConstraint(fields=["evaluation", "indicator"], name="evaluation_indicator_unique")]

    def __str__(self) -> str:
        return str(self.indicator)


LONGEST_DEPARTMENTS = 200
"""Of the names of all departments of a person, in an event; SQLite would take more."""


class EvaluationEvent(models.Model):
    """経過: who did which transition when, with the comment. Append-only.

    Names are those of the day: people and departments are renamed later.
    `fields` lists the `EvaluationField`s a returned 調書 is asked to mend.
    """

    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="events")
    transition = models.CharField("操作", max_length=30)
    label = models.CharField("操作の名称", max_length=30)
    from_status = models.CharField("前の状態", max_length=20, choices=Status.choices)
    to_status = models.CharField("後の状態", max_length=20, choices=Status.choices)
    by: "models.ForeignKey[User, User]" = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="操作した人", on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.CharField("操作した人の氏名", max_length=100)
    department_name = models.CharField("操作した人の所属", max_length=LONGEST_DEPARTMENTS, blank=True)
    comment = models.TextField("コメント", blank=True)
    fields = models.JSONField("指摘した項目", default=list, blank=True)
    version = models.PositiveIntegerField("調書の版")
    at = models.DateTimeField("日時", default=timezone.now)

    class Meta:
        verbose_name = "経過"
        verbose_name_plural = "経過"
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["evaluation", "at"], name="event_evaluation_time")]

    def __str__(self) -> str:
        return f"{self.label}（{self.by_name}）"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("An event is append-only and cannot be changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("An event is append-only and cannot be deleted.")

    @property
    def on(self) -> datetime.date:
        return timezone.localdate(self.at)
