"""公表と訂正: frozen snapshots, and nothing else, is what the public sees of a round. All append-only."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Department
from plan.models import Direction, Measure
from programs.models import Action
from progress.enums import PublicationKind, ScaleKind
from progress.models.evaluation import Evaluation
from progress.models.measure import MeasureEvaluation
from progress.models.round import Round

CURRENT = Q(is_current=True)
# Of a published 調書: it was an exception then, and not even 評価困難 was decided of it. `is_undecided` asks the same.
IS_UNDECIDED = Q(grade_symbol="")


class Publication(models.Model):
    """One act of making public: the first of a round (number 1), a correction, or an addition. Append-only.

    An addition is a 調書 that was an exception when its round was published.
    """

    round = models.ForeignKey(Round, verbose_name="評価年度", on_delete=models.PROTECT, related_name="publications")
    number = models.PositiveSmallIntegerField("番号")
    kind = models.CharField("種別", max_length=20, choices=PublicationKind.choices)
    made_at = models.DateTimeField("日時")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="公表した人", on_delete=models.PROTECT, related_name="+"
    )
    # The scale's words, the programme's and the plan's title as they were: what the pages of the year quote.
    frame = models.JSONField("公表時の枠組み", default=dict)

    class Meta:
        verbose_name = "公表"
        verbose_name_plural = "公表"
        ordering = ["round", "number"]
        constraints = [models.UniqueConstraint(fields=["round", "number"], name="publication_number_unique")]
        # The newest of all years first: in the feed and the record.
        indexes = [models.Index(fields=["made_at"], name="publication_made")]

    def __str__(self) -> str:
        return f"{self.round} {self.get_kind_display()}{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("A publication is append-only and cannot be changed.")
        super().save(*args, **kwargs)


class PublishedEvaluation(models.Model):
    """One 調書 as published. `data` is the whole of it (`progress.snapshots`); the columns are for lists and sums.

    A correction adds a row with the next `edition` and takes `is_current` from
    the one before; nothing else of a row ever changes. Money in 千円.
    """

    publication = models.ForeignKey(
        Publication, verbose_name="公表", on_delete=models.PROTECT, related_name="evaluations"
    )
    round = models.ForeignKey(
        Round, verbose_name="評価年度", on_delete=models.PROTECT, related_name="published_evaluations"
    )
    evaluation = models.ForeignKey(Evaluation, verbose_name="調書", on_delete=models.PROTECT, related_name="published")
    action = models.ForeignKey(
        Action, verbose_name="取組", on_delete=models.PROTECT, related_name="published_evaluations"
    )
    edition = models.PositiveSmallIntegerField("版", default=1)
    is_current = models.BooleanField("いまの内容", default=True)
    measure = models.ForeignKey(
        Measure, verbose_name="施策", on_delete=models.PROTECT, related_name="published_evaluations"
    )
    direction = models.ForeignKey(
        Direction, verbose_name="基本方向", on_delete=models.PROTECT, related_name="published_evaluations"
    )
    department = models.ForeignKey(
        Department, verbose_name="所管課", on_delete=models.PROTECT, related_name="published_evaluations"
    )
    code = models.CharField("コード", max_length=20)
    title = models.CharField("取組の題名", max_length=200)
    department_name = models.CharField("所管課の名前", max_length=100)
    bureau_name = models.CharField("局の名前", max_length=100, blank=True)
    # All three are "" where the 調書 was an exception at publication: nothing was decided then.
    grade_kind = models.CharField("達成度の種別", max_length=20, choices=ScaleKind.choices, blank=True)
    grade_symbol = models.CharField("達成度の記号", max_length=10, blank=True)
    grade_label = models.CharField("達成度", max_length=100, blank=True)
    outlook_symbol = models.CharField("今後の方向性の記号", max_length=10, blank=True)
    outlook_label = models.CharField("今後の方向性", max_length=100, blank=True)
    budget = models.BigIntegerField("予算額（千円）", null=True)
    settlement = models.BigIntegerField("決算額（千円）", null=True)
    indicators_total = models.PositiveSmallIntegerField("実績のある指標", default=0)
    indicators_reached = models.PositiveSmallIntegerField("目標に達した指標", default=0)
    exception_reason = models.CharField("例外の理由", max_length=300, blank=True)
    data = models.JSONField("公表した内容", default=dict)

    class Meta:
        verbose_name = "公表した調書"
        verbose_name_plural = "公表した調書"
        ordering = ["round", "code", "edition"]
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "edition"], name="published_evaluation_edition_unique"),
            models.UniqueConstraint(
                fields=["evaluation"], condition=Q(is_current=True), name="published_evaluation_one_current"
            ),
        ]
        indexes = [
            # Of current rows alone: SQLite makes no use of a column of truth values in an index.
            models.Index(fields=["round", "measure", "code"], condition=CURRENT, name="published_by_measure"),
            models.Index(fields=["round", "department", "code"], condition=CURRENT, name="published_by_department"),
            models.Index(fields=["round", "grade_symbol", "code"], condition=CURRENT, name="published_by_grade"),
            models.Index(fields=["round", "code"], condition=CURRENT, name="published_by_code"),
            models.Index(fields=["code", "round", "edition"], name="published_edition_of_code"),
            models.Index(fields=["measure", "edition", "round", "code"], name="published_edition_of_measure"),
            models.Index(fields=["action", "round"], condition=CURRENT, name="published_by_action"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def is_undecided(self) -> bool:
        return not self.grade_symbol


class PublishedMeasure(models.Model):
    """One 施策評価 as published, with the counts and sums of its actions (`progress.rollup`) at that moment."""

    publication = models.ForeignKey(Publication, verbose_name="公表", on_delete=models.PROTECT, related_name="measures")
    round = models.ForeignKey(
        Round, verbose_name="評価年度", on_delete=models.PROTECT, related_name="published_measures"
    )
    measure = models.ForeignKey(
        Measure, verbose_name="施策", on_delete=models.PROTECT, related_name="published_measures"
    )
    evaluation = models.ForeignKey(
        MeasureEvaluation, verbose_name="施策評価", null=True, on_delete=models.PROTECT, related_name="published"
    )
    edition = models.PositiveSmallIntegerField("版", default=1)
    is_current = models.BooleanField("いまの内容", default=True)
    title = models.CharField("施策の題名", max_length=200, db_default="")
    rating_symbol = models.CharField("評価の記号", max_length=10, blank=True)
    rating_label = models.CharField("評価", max_length=100, blank=True)
    data = models.JSONField("公表した内容", default=dict)

    class Meta:
        verbose_name = "公表した施策評価"
        verbose_name_plural = "公表した施策評価"
        ordering = ["round", "measure__policy__number", "measure__number", "edition"]
        constraints = [
            models.UniqueConstraint(fields=["round", "measure", "edition"], name="published_measure_edition_unique"),
            models.UniqueConstraint(
                fields=["round", "measure"], condition=Q(is_current=True), name="published_measure_one_current"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure.label} {self.title}"


class Correction(models.Model):
    """正誤: what was wrong, what is right, when and why; or what was added, of an addition. Append-only.

    `changes` is a list of `{"label": …, "before": …, "after": …}` in the order of the form.
    """

    publication = models.OneToOneField(
        Publication, verbose_name="公表", on_delete=models.PROTECT, related_name="correction"
    )
    evaluation = models.ForeignKey(
        Evaluation, verbose_name="調書", null=True, on_delete=models.PROTECT, related_name="corrections"
    )
    measure_evaluation = models.ForeignKey(
        MeasureEvaluation, verbose_name="施策評価", null=True, on_delete=models.PROTECT, related_name="corrections"
    )
    title = models.CharField("対象", max_length=300)
    path = models.CharField("アドレス", max_length=300)
    changes = models.JSONField("正誤", default=list)
    reason = models.TextField("理由")

    class Meta:
        verbose_name = "正誤"
        verbose_name_plural = "正誤"
        ordering = ["-publication__made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(evaluation__isnull=False, measure_evaluation__isnull=True)
                | Q(evaluation__isnull=True, measure_evaluation__isnull=False),
                name="correction_of_one_thing",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="correction_has_reason"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_addition(self) -> bool:
        """Whether nothing was wrong: it was published late."""
        return self.publication.kind == PublicationKind.ADDITION

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("A correction is append-only and cannot be changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("A correction is append-only and cannot be deleted.")
